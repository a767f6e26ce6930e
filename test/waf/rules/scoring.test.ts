import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldSource } from "../../../src/waf/fields/field.ts";
import { resultOf, trialResultOf, type Judgement } from "../../../src/waf/judgement.ts";
import { wafOptions } from "../../../src/waf/options.ts";
import { isWithin } from "../../../src/waf/rules/sample.ts";
import { createFirewall, type RouteFirewall } from "../../../src/waf/waf.ts";
import { setOf } from "./sets.ts";

const RULES = setOf([
  { id: "one-worst", class: "one", severity: "critical", matches: "aaa" },
  { id: "one-more", class: "one", severity: "warning", matches: "bbb" },
  { id: "two-some", class: "two", severity: "warning", matches: "ccc" },
  { id: "two-little", class: "two", severity: "notice", matches: "ddd" },
  { id: "three-form", class: "three", severity: "error", sees: "fields.malformed-json" },
]);

function json(body: unknown): FieldSource {
  return { path: "/api", query: "", headers: ["Content-Type", "application/json"], body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), contentType: "application/json" };
}

function open(options: unknown, { site = "main", route = "r", own = [], trial = null }: { site?: string; route?: string; own?: readonly { mode?: "enforce" | "detect" | "off"; threshold?: number; share?: number }[]; trial?: typeof RULES | null } = {}): RouteFirewall | null {
  return createFirewall({ judged: () => undefined }).open(wafOptions.parse(options), { acting: RULES, trial }).of(site, route, own);
}

function judge(firewall: RouteFirewall | null, body: unknown, id = "id-1"): Judgement | null {
  assert.ok(firewall !== null);
  return firewall.judge(json(body), id);
}

const SCORES: readonly (readonly [string, unknown, number])[] = [
  ["a rule scores by its severity", { a: "aaa" }, 5],
  ["two rules of a class count as the worse", { a: "aaa bbb" }, 5],
  ["classes in one field add up", { a: "bbb ccc" }, 6],
  ["two rules of each of two classes add up as two", { a: "aaa bbb ccc ddd" }, 8],
  ["fields do not add up", { a: "bbb", b: "ccc", c: "ddd", d: "bbb" }, 3],
  ["the worst field is the request's", [{ a: "ddd" }, { a: "aaa" }, { a: "ccc" }], 5],
  ["a rule that sees a value twice counts once", { a: "ccc ccc %63cc" }, 3],
  ["what is wrong with the form is a field of its own", '{"a":"bbb"', 4],
];

for (const [what, body, score] of SCORES) {
  test(what, () => assert.equal(judge(open({}), body)?.score, score));
}

test("a request in which nothing is found has no judgement", () => {
  assert.equal(judge(open({}), { a: "nothing", b: "AA BB" }), null);
});

test("a judgement names rules, classes, fields and points, the worst field first, and never a value", () => {
  const judgement = judge(open({}), { small: "ddd", items: [{ name: "x" }, { name: "secret bbb ccc" }] });
  assert.deepEqual(judgement?.findings.map(({ rule, class: kind, score, field, mode, place, severity }) => [rule, kind, severity, score, place, field, mode]), [
    ["one-more", "one", "warning", 3, "json", "/items/1/name", "enforce"],
    ["two-some", "two", "warning", 3, "json", "/items/1/name", "enforce"],
    ["two-little", "two", "notice", 2, "json", "/small", "enforce"],
  ]);
  assert.deepEqual([judgement?.ruleset, judgement?.threshold, judgement?.stops, judgement?.wouldStop, judgement?.trial], ["test@1", 5, true, true, null]);
  assert.ok(!JSON.stringify(judgement).includes("secret"));
});

test("findings are bounded, and the worst field is among them wherever it stands", () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, "ddd"]));
  const judgement = judge(open({}), { ...many, last: "aaa ccc" });
  assert.equal(judgement?.score, 8);
  assert.equal(judgement?.findings[0]?.field, "/last");
  assert.ok((judgement?.findings.length ?? 0) <= 40);
});

type Options = Readonly<Record<string, unknown>>;
const ENDS: readonly (readonly [string, Options, Parameters<typeof open>[1], unknown, string])[] = [
  ["enough is stopped", {}, {}, { a: "aaa" }, "stopped"],
  ["too little is noticed", {}, {}, { a: "bbb" }, "noticed"],
  ["nothing is clean", {}, {}, { a: "zzz" }, "clean"],
  ["a lower threshold stops it", { threshold: 3 }, {}, { a: "bbb" }, "stopped"],
  ["a higher one does not", { threshold: 6 }, {}, { a: "aaa" }, "noticed"],
  ["detect only tells", { mode: "detect" }, {}, { a: "aaa" }, "would-stop"],
  ["a share of nothing only tells", { share: 0 }, {}, { a: "aaa" }, "would-stop"],
  ["a site's word counts over the whole's", { mode: "detect" }, { own: [{ mode: "enforce" }, {}] }, { a: "aaa" }, "stopped"],
  ["a route's word counts over its site's", { mode: "detect" }, { own: [{ mode: "enforce" }, { mode: "detect" }] }, { a: "aaa" }, "would-stop"],
  ["keys count one by one", { threshold: 9 }, { own: [{ threshold: 3 }, { mode: "enforce" }] }, { a: "bbb" }, "stopped"],
  ["a rule in detect does not stop", { adjust: [{ rule: "one-*", mode: "detect" }] }, {}, { a: "aaa" }, "would-stop"],
  ["a rule in detect leaves the others' points", { adjust: [{ rule: "one-*", mode: "detect" }], threshold: 3 }, {}, { a: "aaa ccc" }, "stopped"],
  ["a rule that is off finds nothing", { adjust: [{ rule: "one-worst", mode: "off" }] }, {}, { a: "aaa" }, "clean"],
  ["the last adjustment counts, key by key", { adjust: [{ rule: "one-worst", mode: "off" }, { rule: "one-*", mode: "enforce" }, { rule: "one-worst", severity: "notice" }] }, {}, { a: "aaa" }, "noticed"],
  ["an adjustment of another route is none", { adjust: [{ rule: "one-worst", mode: "off", route: "other" }] }, {}, { a: "aaa" }, "stopped"],
  ["an adjustment of this site and route is one", { adjust: [{ rule: "one-worst", mode: "off", site: "main", route: "r" }] }, {}, { a: "aaa" }, "clean"],
  ["an exclusion by rule", { exclude: [{ rule: "one-worst" }] }, {}, { a: "aaa" }, "clean"],
  ["an exclusion by class", { exclude: [{ class: "one" }] }, {}, { a: "aaa ccc" }, "noticed"],
  ["an exclusion by field", { exclude: [{ field: "/items/*/name" }] }, {}, { items: [{ name: "aaa" }] }, "clean"],
  ["an exclusion by field leaves other fields", { exclude: [{ field: "/items/*/name" }] }, {}, { items: [{ note: "aaa" }] }, "stopped"],
  ["an exclusion by field takes what is nested in it", { exclude: [{ field: "/doc" }] }, {}, { doc: JSON.stringify({ note: "aaa" }) }, "clean"],
  ["an exclusion by field does not take members of it", { exclude: [{ field: "/doc" }] }, {}, { doc: { note: "aaa" } }, "stopped"],
  ["an exclusion by rule and field needs both", { exclude: [{ rule: "two-*", field: "/a" }] }, {}, { a: "aaa" }, "stopped"],
  ["an exclusion of another site is none", { exclude: [{ site: "other", rule: "one-worst" }] }, {}, { a: "aaa" }, "stopped"],
  ["an exclusion of a route", { exclude: [{ route: "r" }] }, {}, { a: "aaa" }, "clean"],
];

for (const [what, options, at, body, result] of ENDS) {
  test(what, () => assert.equal(resultOf(judge(open(options, at), body)), result));
}

test("a route on which it is off has no firewall", () => {
  assert.equal(open({ mode: "off" }), null);
  assert.equal(open({}, { own: [{ mode: "off" }] }), null);
  assert.notEqual(open({ mode: "off" }, { own: [{ mode: "off" }, { mode: "detect" }] }), null);
});

test("a share of requests is stopped: the same ones each time, more with a larger share, and about so many", () => {
  const ids = Array.from({ length: 4000 }, (_, index) => `0199c7f2-${index.toString(16).padStart(8, "0")}`);
  const stopped = (share: number): ReadonlySet<string> => new Set(ids.filter((id) => judge(open({ share }), { a: "aaa" }, id)?.stops === true));
  const [few, many] = [stopped(0.1), stopped(0.4)];
  assert.ok(Math.abs(few.size / ids.length - 0.1) < 0.02 && Math.abs(many.size / ids.length - 0.4) < 0.03, `${few.size}, ${many.size}`);
  assert.deepEqual([...few].filter((id) => !many.has(id)), []);
  assert.deepEqual([...stopped(0.1)], [...few]);
  assert.ok(ids.every((id) => isWithin(id, 1) && !isWithin(id, 0)));
});

test("a rule's own share decides for each request whether it counts", () => {
  const firewall = open({ adjust: [{ rule: "one-worst", share: 0.5 }] });
  const results = Array.from({ length: 1000 }, (_, index) => resultOf(judge(firewall, { a: "aaa" }, `id-${index}`)));
  const stopped = results.filter((result) => result === "stopped").length;
  assert.ok(stopped > 400 && stopped < 600, `${stopped}`);
  assert.equal(results.filter((result) => result === "would-stop").length, 1000 - stopped);
});

test("a set on trial is counted and never acts", () => {
  const trial = setOf([{ id: "new", matches: "zzz" }, { id: "new-small", severity: "notice", matches: "aaa" }], "2");
  const firewall = open({}, { trial });
  const of = (body: unknown): unknown[] => {
    const judgement = judge(firewall, body);
    return [resultOf(judgement), trialResultOf(judgement), judgement?.trial?.score ?? null];
  };
  assert.deepEqual(of({ a: "zzz" }), ["clean", "stops-more", 5]);
  assert.deepEqual(of({ a: "aaa" }), ["stopped", "stops-less", 2]);
  assert.deepEqual(of({ a: "aaa zzz" }), ["stopped", "same", 5]);
  assert.deepEqual(of({ a: "ok" }), ["clean", "same", null]);
  assert.equal(judge(firewall, { a: "zzz" })?.stops, false);
  assert.equal(judge(firewall, { a: "zzz" })?.trial?.ruleset, "test@2");
});

test("one judgement leaves nothing behind for the next", () => {
  const firewall = open({}, { trial: RULES });
  const first = judge(firewall, { a: "aaa" });
  assert.equal(judge(firewall, { a: "fine" }), null);
  assert.equal(judge(firewall, { a: "bbb" })?.score, 3);
  assert.deepEqual(first?.findings.map(({ rule }) => rule), ["one-worst"]);
});

test("rules that stay the same are not compiled again, and others are", () => {
  const firewall = createFirewall({ judged: () => undefined });
  const options = wafOptions.parse({});
  const sets = { acting: RULES, trial: null };
  assert.equal(judge(firewall.open(options, sets).of("s", "r", []), { a: "aaa" })?.stops, true);
  const changed = { acting: { ...RULES, rules: RULES.rules.filter(({ id }) => id !== "one-worst") }, trial: null };
  assert.equal(judge(firewall.open(options, changed).of("s", "r", []), { a: "aaa" }), null);
  assert.equal(judge(firewall.open(options, structuredClone(sets)).of("s", "r", []), { a: "aaa" })?.stops, true);
});
