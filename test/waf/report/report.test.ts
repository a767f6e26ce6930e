import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import type { Group } from "../../../src/waf/report/group.ts";
import { chosenGroups, widerExclusions } from "../../../src/waf/report/report-page.ts";
import { MOST_PASSING } from "../../../src/waf/report/passing.ts";
import { createWafReport, MOST_GROUPS, type Judged } from "../../../src/waf/report/report.ts";
import { finding, judged, type SaidFinding } from "./judged.ts";

type Counts = Readonly<Record<string, readonly [stopped: number, wouldStop: number, below: number, more: number, less: number]>>;

function countsOf(groups: readonly Readonly<Group>[]): Counts {
  return Object.fromEntries(groups.map(({ rule, field, stopped, wouldStop, below, stopsMore, stopsLess }) => [`${rule} ${field}`, [stopped, wouldStop, below, stopsMore, stopsLess]]));
}

const A: SaidFinding = { rule: "a", field: "/x" };
const WARNING: SaidFinding = { rule: "w", field: "/y", severity: "warning" };
const NOTICE: SaidFinding = { rule: "n", field: "/y", severity: "notice", class: "two" };
const TRIAL = { ruleset: "test@2", score: 5, wouldStop: true };

const CASES: readonly (readonly [what: string, requests: readonly Judged[], counts: Counts])[] = [
  ["a stopped request counts once in each of its fields", [judged("1", [A, { ...A, field: "/z" }])], { "a /x": [1, 0, 0, 0, 0], "a /z": [1, 0, 0, 0, 0] }],
  ["items of a list are one field, and count once in a request", [judged("1", [{ ...A, field: "/items/0/name" }, { ...A, field: "/items/7/name" }])], { "a /items/*/name": [1, 0, 0, 0, 0] }],
  ["a field that is not enough by itself is not what stopped the request", [judged("1", [A, WARNING])], { "a /x": [1, 0, 0, 0, 0], "w /y": [0, 0, 1, 0, 0] }],
  ["rules that are enough together both count", [judged("1", [WARNING, NOTICE])], { "w /y": [1, 0, 0, 0, 0], "n /y": [1, 0, 0, 0, 0] }],
  ["two rules of a class are not enough together", [judged("1", [A, WARNING, { ...NOTICE, class: "one" }])], { "a /x": [1, 0, 0, 0, 0], "w /y": [0, 0, 1, 0, 0], "n /y": [0, 0, 1, 0, 0] }],
  ["what is only told of would stop", [judged("1", [A], { stops: false })], { "a /x": [0, 1, 0, 0, 0] }],
  ["a rule in detect would stop, also beside one that stops", [judged("1", [A, { ...A, rule: "d", class: "two", mode: "detect" }])], { "a /x": [1, 0, 0, 0, 0], "d /x": [0, 1, 0, 0, 0] }],
  ["too little is below", [judged("1", [WARNING], { stops: false, wouldStop: false, score: 3 })], { "w /y": [0, 0, 1, 0, 0] }],
  ["a set on trial that agrees changes nothing", [judged("1", [A], { hasTrial: true, trial: { ...TRIAL, findings: [finding(A)] } })], { "a /x": [1, 0, 0, 0, 0] }],
  ["what only the set on trial stops is counted apart", [judged("1", [WARNING], { stops: false, wouldStop: false, hasTrial: true, trial: { ...TRIAL, findings: [finding(A)] } })], { "w /y": [0, 0, 1, 0, 0], "a /x": [0, 0, 0, 1, 0] }],
  ["what the set on trial finds and does not stop for is not", [judged("1", [], { stops: false, wouldStop: false, hasTrial: true, trial: { ...TRIAL, findings: [finding(A), finding(WARNING)] } })], { "a /x": [0, 0, 0, 1, 0] }],
  ["what the set on trial lets pass is counted where it was stopped", [judged("1", [A, WARNING], { hasTrial: true })], { "a /x": [1, 0, 0, 0, 1], "w /y": [0, 0, 1, 0, 0] }],
  ["without a set on trial nothing is let pass by it", [judged("1", [A])], { "a /x": [1, 0, 0, 0, 0] }],
];

for (const [what, requests, counts] of CASES) {
  test(what, () => {
    const report = createWafReport(manualClock());
    for (const one of requests) report.add(one);
    assert.deepEqual(countsOf(report.state().groups), counts);
  });
}

test("a group knows its first and last time, its highest score, and the last requests that mattered", () => {
  const clock = manualClock(1000);
  const report = createWafReport(clock);
  report.add(judged("early", [{ ...WARNING, field: "/x" }], { stops: false, wouldStop: false, score: 3 }));
  for (let at = 1; at <= 7; at++) {
    clock.advance(10);
    report.add(judged(`stopped-${at}`, [{ ...A, field: "/other" }, { ...WARNING, field: "/x" }, { ...NOTICE, field: "/x" }], { score: 99 }));
  }
  clock.advance(10);
  report.add(judged("late", [{ ...WARNING, field: "/x" }], { stops: false, wouldStop: false, score: 3 }));
  const [group] = report.state().groups.filter(({ rule }) => rule === "w");
  assert.deepEqual([group?.firstAt, group?.lastAt, group?.highest, group?.requests, group?.together], [1000, 1080, 5, ["stopped-3", "stopped-4", "stopped-5", "stopped-6", "stopped-7"], ["n"]]);
});

test("the table is bounded, the group seen least recently goes, and what went is told", () => {
  const report = createWafReport(manualClock());
  report.add(judged("first", [A], { route: "first" }));
  for (let at = 0; at < MOST_GROUPS - 1; at++) report.add(judged("x", [A], { route: `r${at}` }));
  report.add(judged("again", [A], { route: "first" }));
  report.add(judged("one more", [A], { route: "new" }));
  const { groups, lost } = report.state();
  assert.deepEqual([groups.length, lost], [MOST_GROUPS, 1]);
  assert.deepEqual([groups.some(({ route }) => route === "first"), groups.some(({ route }) => route === "r0")], [true, false]);
});

test("a sender who makes up names fills one rule of one route and drives nobody out", () => {
  const report = createWafReport(manualClock());
  report.add(judged("kept", [A], { route: "other" }));
  for (let at = 0; at < 5000; at++) report.add(judged(`id-${at}`, [{ rule: "a", field: `/made_up_${String.fromCharCode(97 + (at % 26), 97 + (Math.floor(at / 26) % 26), 97 + Math.floor(at / 676))}` }]));
  const { groups, lost } = report.state();
  assert.deepEqual([lost, groups.some(({ route }) => route === "other")], [0, true]);
  assert.equal(groups.filter(({ route }) => route === "issue").length, 101);
  assert.equal(groups.find(({ field }) => field === "(others)")?.stopped, 4900);
});

test("a reset forgets everything and begins anew", () => {
  const clock = manualClock(1000);
  const report = createWafReport(clock);
  report.add(judged("1", [A]));
  clock.advance(500);
  assert.equal(report.reset(), 1);
  assert.deepEqual(report.state(), { since: 1500, lost: 0, groups: [] });
  for (let at = 0; at < 150; at++) report.add(judged("x", [{ rule: "a", field: `/f_${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}` }]));
  assert.equal(report.state().groups.length, 101);
});

test("groups are chosen by site, route, rule and time, those that stopped most first", () => {
  const clock = manualClock(1000);
  const report = createWafReport(clock);
  report.add(judged("1", [{ rule: "sql-a", field: "/x" }], { stops: false }));
  clock.advance(100);
  for (const id of ["2", "3"]) report.add(judged(id, [{ rule: "sql-b", field: "/x" }], { route: "other" }));
  report.add(judged("4", [{ rule: "shell", field: "/x" }]));
  const chosen = (filter: Parameters<typeof chosenGroups>[1]): string[] => chosenGroups(report.state().groups, filter).map(({ rule }) => rule);
  assert.deepEqual(chosen({}), ["sql-b", "shell", "sql-a"]);
  assert.deepEqual(chosen({ rule: "sql-*" }), ["sql-b", "sql-a"]);
  assert.deepEqual(chosen({ rule: "sql" }), []);
  assert.deepEqual(chosen({ route: "issue" }), ["shell", "sql-a"]);
  assert.deepEqual(chosen({ since: 1100 }), ["sql-b", "shell"]);
  assert.deepEqual(chosen({ site: "india" }), []);
});

test("a rule that hits more than twenty fields of a route has a wider exclusion, and no other has", () => {
  const report = createWafReport(manualClock());
  const hit = (rule: string, fields: number): void => {
    for (let at = 0; at < fields; at++) report.add(judged("1", [{ rule, field: `/f${String.fromCharCode(97 + at)}` }]));
  };
  hit("twenty", 20);
  hit("more", 21);
  assert.deepEqual(widerExclusions(report.state().groups).map(({ rule, fields, exclude }) => [rule, fields, exclude]), [["more", 21, "- { site: china, route: issue, rule: more }"]]);
});

const B: SaidFinding = { ...A, rule: "b" };
const DETECT: SaidFinding = { ...A, rule: "d", class: "two", mode: "detect" };

/** Rules, class, requests, and those that another field stops too; of the group of rule `of`. */
const PASSING: readonly (readonly [what: string, requests: readonly Judged[], of: string, passing: readonly (readonly [rules: string, kind: string | null, requests: number, elsewhere: number])[]])[] = [
  ["one rule that was enough is one line", [judged("1", [A])], "a", [["a", "one", 1, 0]]],
  ["two rules that were each enough have to go together", [judged("1", [B, A]), judged("2", [A, B])], "b", [["a b", "one", 2, 0]]],
  ["the most frequent stands first", [judged("1", [A, B]), judged("2", [A]), judged("3", [A])], "a", [["a", "one", 2, 0], ["a b", "one", 1, 0]]],
  ["rules of two classes have no class", [judged("1", [A, { ...B, class: "two" }])], "a", [["a b", null, 1, 0]]],
  ["what alone is not enough stays", [judged("1", [A, { ...NOTICE, field: "/x" }])], "n", [["a", "one", 1, 0]]],
  ["two items of a list are one field", [judged("1", [{ ...A, field: "/i/0/x" }, { ...B, field: "/i/1/x" }])], "a", [["a b", "one", 1, 0]]],
  ["another field that stops too is told", [judged("1", [A, { ...B, field: "/z" }]), judged("2", [A])], "a", [["a", "one", 2, 1]]],
  ["another field that is not enough is not", [judged("1", [A, WARNING])], "a", [["a", "one", 1, 0]]],
  ["a rule in detect need not go where another stops", [judged("1", [A, DETECT])], "d", [["a", "one", 1, 0]]],
  ["a rule in detect has to go where all are only told of", [judged("1", [A, DETECT], { stops: false })], "d", [["a d", null, 1, 0]]],
  ["what is below needs nothing", [judged("1", [WARNING], { stops: false, wouldStop: false })], "w", []],
  ["what only the set on trial stops passes without its rules", [judged("1", [], { stops: false, wouldStop: false, hasTrial: true, trial: { ...TRIAL, findings: [finding(A), finding(B)] } })], "b", [["a b", "one", 1, 0]]],
  ["more rules than anyone excludes one by one are not listed", [judged("1", Array.from({ length: 9 }, (_, at) => ({ ...A, rule: `r${at}` })))], "r0", []],
];

for (const [what, requests, of, passing] of PASSING) {
  test(`what lets requests pass: ${what}`, () => {
    const report = createWafReport(manualClock());
    for (const one of requests) report.add(one);
    const group = report.state().groups.find(({ rule }) => rule === of);
    assert.deepEqual(group?.passing.map((one) => [one.rules.join(" "), one.class, one.requests, one.elsewhere]), passing);
  });
}

test("few ways to pass are kept for a group, the frequent stay and a new one finds a place", () => {
  const report = createWafReport(manualClock());
  for (const rule of ["b", "c", "d", "e", "b"]) report.add(judged("1", [A, { ...A, rule }]));
  const [group] = report.state().groups.filter(({ rule }) => rule === "a");
  assert.equal(group?.passing.length, MOST_PASSING);
  assert.deepEqual(group?.passing.map(({ rules }) => rules[1]).includes("e"), true);
});
