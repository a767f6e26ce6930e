import assert from "node:assert/strict";
import { test } from "node:test";
import { reportAnswer, resetAnswer } from "../../src/admin/waf-report.ts";
import type { WafReportView } from "../../src/admin/waf-views.ts";
import { wafViews } from "../../src/app/waf-views.ts";
import { manualClock } from "../../src/base/clock.ts";
import { createWafReport } from "../../src/waf/report/report.ts";
import { loadText } from "../config/load-text.ts";
import { judged } from "../waf/report/judged.ts";

const RULES = `ruleset: next
version: "2"
classes: { one: { en: one, zh: 一 } }
rules:
  - { id: one-new, class: one, severity: critical, say: { en: something new, zh: 新 }, matches: "zzz" }
  - { id: one-shy, class: one, severity: notice, say: shy, matches: "yyy", mode: detect }
`;

function setUp() {
  const loaded = loadText(`version: 1\nregions: { home: { endpoints: [{ url: "https://tax.example" }] } }\nroutes: [{ name: issue, class: control, match: { path: /submit } }]\nwaf: { trial: ./next.yaml, exclude: [{ rule: sql-*, route: issue, field: /pdf }] }\n`, {}, { "next.yaml": RULES });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const clock = manualClock(Date.UTC(2026, 10, 22, 8));
  const report = createWafReport(clock);
  const views = wafViews({ clock, report, config: () => loaded.config });
  const get = (query = ""): WafReportView => {
    const answer = reportAnswer(query, views);
    assert.equal(answer.status, 200, String(answer.body));
    return JSON.parse(String(answer.body)) as WafReportView;
  };
  return { clock, report, views, get };
}

test("the report names sets, says what rules mean and has the exclusion ready", () => {
  const { clock, report, get } = setUp();
  report.add(judged("ref-1", [{ rule: "sql-condition", class: "sql", field: "/items/3/name" }, { rule: "gone", class: "one", severity: "notice", field: "/x" }]));
  clock.advance(60_000);
  report.add(judged("ref-2", [], { stops: false, wouldStop: false, hasTrial: true, trial: { ruleset: "next@2", score: 5, wouldStop: true, findings: [{ rule: "one-new", class: "one", severity: "critical", score: 5, place: "query", field: "query:q", mode: "enforce" }] } }));
  const { groups, ...head } = get();
  assert.deepEqual(head, { since: "2026-11-22T08:00:00.000Z", ruleset: "builtin@2026.11", trial: "next@2", lost: 0, wider: [] });
  const [first, second, third] = groups;
  assert.equal(first?.says, "a condition that changes a query of SQL");
  assert.deepEqual([first.field, first.stopped, first.stopsLess, first.requests, first.firstAt, first.exclude], ["/items/*/name", 1, 0, ["ref-1"], "2026-11-22T08:00:00.000Z", '- { site: china, route: issue, rule: sql-condition, field: "/items/*/name" }']);
  assert.deepEqual([second?.rule, second?.says, second?.stopsMore, second?.exclude], ["one-new", "something new", 1, '- { site: china, route: issue, rule: one-new, field: "query:q" }']);
  assert.deepEqual([third?.rule, third?.says, third?.below, third?.exclude, third?.risk], ["gone", "", 1, null, null]);
});

for (const [query, rules] of [
  ["", ["a", "b-1", "b-2"]],
  ["rule=b-*", ["b-1", "b-2"]],
  ["since=30s", ["b-1", "b-2"]],
  ["since=2026-11-22T08:00:30Z&rule=b-2", ["b-2"]],
  ["route=gone", ["c"]],
  ["site=china&route=issue&rule=a", ["a"]],
] as const) {
  test(`'${query}' gives ${rules.join(" ") || "nothing"}`, () => {
    const { clock, report, get } = setUp();
    report.add(judged("1", [{ rule: "a", field: "/x" }]));
    clock.advance(60_000);
    for (const rule of ["b-1", "b-2"]) report.add(judged("1", [{ rule, field: "/x" }], { stops: false }));
    if (query === "route=gone") report.add(judged("1", [{ rule: "c", field: "/x" }], { route: "gone" }));
    assert.deepEqual(get(query).groups.map(({ rule }) => rule), rules);
  });
}

for (const [query, why] of [["since=yesterday", /parameter 'since': got 'yesterday', want a time/], ["sinec=2h", /parameter 'sinec' is not known/], ["rule=", /'rule' is empty/], ["route=isue", /route 'isue' is not known; there are: issue"/], ["site=chnia", /site 'chnia' is not known; there are: default"/], ["site=default&route=x", /route 'x' is not known; there are: issue"/]] as const) {
  test(`'${query}' is refused`, () => {
    const answer = reportAnswer(query, setUp().views);
    assert.equal(answer.status, 400);
    assert.match(String(answer.body), why);
  });
}

test("a reset forgets everything, and a misspelt one nothing", () => {
  const { report, views, get } = setUp();
  report.add(judged("1", [{ rule: "a", field: "/x" }]));
  assert.equal(resetAnswer("site=china", views).status, 400);
  assert.equal(get().groups.length, 1);
  assert.deepEqual(JSON.parse(String(resetAnswer("", views).body)), { result: "reset", groups: 1 });
  assert.equal(get().groups.length, 0);
});

test("the sets in use are told with their versions and counts", () => {
  const { mode, threshold, exclusions, adjustments, sets } = setUp().views.rules();
  assert.deepEqual([mode, threshold, exclusions, adjustments], ["enforce", 5, 1, 0]);
  assert.deepEqual(sets.map(({ use, name }) => [use, name]), [["acting", "builtin@2026.11"], ["trial", "next@2"]]);
  assert.deepEqual(sets[1], { use: "trial", name: "next@2", rules: 2, byMode: { enforce: 1, detect: 1 }, byClass: { one: 2 } });
  assert.ok((sets[0]?.rules ?? 0) > 40);
});

test("rules that stood together are told as lines that go together, and as one of their class", () => {
  const { report, get } = setUp();
  report.add(judged("1", [{ rule: "sql-condition", class: "sql", field: "/items/0/name" }, { rule: "sql-query", class: "sql", field: "/items/0/name" }]));
  report.add(judged("2", [{ rule: "form-dtd", class: "form", field: "(request)", place: "request" }, { rule: "form-x", class: "form", field: "(request)", place: "request" }]));
  const passing = (rule: string): unknown => get().groups.find((group) => group.rule === rule)?.passing;
  assert.deepEqual(passing("sql-query"), [{
    requests: 1, elsewhere: 0, risk: "these rules no longer act in this field; all others still do",
    exclude: ['- { site: china, route: issue, rule: sql-condition, field: "/items/*/name" }', '- { site: china, route: issue, rule: sql-query, field: "/items/*/name" }'],
    wider: { exclude: '- { site: china, route: issue, class: sql, field: "/items/*/name" }', risk: "no rule of class sql, those of later versions included, acts in this field; all others still do" },
  }]);
  assert.deepEqual(passing("form-x"), [{
    requests: 1, elsewhere: 0, risk: "these rules no longer act on this route at all: choose it only where another check covers what they are about",
    exclude: ["- { site: china, route: issue, rule: form-dtd }", "- { site: china, route: issue, rule: form-x }"], wider: null,
  }]);
});
