import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { WafGroupView, WafReportView } from "../../src/admin/waf-views.ts";
import type { TriedRequest } from "../../src/app/try-request.ts";
import type { World } from "../../src/cli/world.ts";
import { realWorld } from "../../src/cli/world.ts";
import { run, VIEW } from "./console.ts";

const GROUP: WafGroupView = {
  site: "china", route: "issue", rule: "sql-condition", says: "a condition that changes a query of SQL", class: "sql", severity: "critical", place: "json", field: "/items/*/name",
  stopped: 3, wouldStop: 1, below: 2, stopsMore: 0, stopsLess: 2, firstAt: "2026-11-22T08:00:00.000Z", lastAt: "2026-11-22T09:00:00.000Z", highestScore: 9, requests: ["r1", "r2"], together: ["shell-command"],
  exclude: '- { site: china, route: issue, rule: sql-condition, field: "/items/*/name" }', risk: "the rule no longer acts in this field; all others still do",
  passing: [
    { requests: 3, elsewhere: 1, exclude: ["- one", "- two"], risk: "both open", wider: { exclude: "- class", risk: "all open" } },
    { requests: 1, elsewhere: 0, exclude: ["- one"], risk: "one opens", wider: null },
  ],
};
const REPORT: WafReportView = {
  since: "2026-11-21T00:00:00.000Z", ruleset: "builtin@2026.11", trial: "next@2", lost: 4,
  groups: [GROUP, { ...GROUP, rule: "sql-query", says: "" }, { ...GROUP, passing: [], rule: "one-old", says: "" }, { ...GROUP, passing: [], rule: "one-new", says: "", place: "query", field: "query:q", stopped: 0, wouldStop: 0, below: 0, stopsMore: 1, stopsLess: 0, lastAt: GROUP.firstAt, requests: [], together: [] }],
  wider: [{ site: "china", route: "issue", rule: "sql-condition", fields: 31, exclude: "- { site: china, route: issue, rule: sql-condition }", risk: "wide open" }],
};

const TEXT = `rules builtin@2026.11, on trial next@2; since 2026-11-21T00:00:00.000Z

china issue: sql-condition in json /items/*/name: a condition that changes a query of SQL
  3 stopped, 1 would be stopped, 2 below the threshold; the field's highest score 9; 2026-11-22T08:00:00.000Z to 2026-11-22T09:00:00.000Z
  the set on trial lets pass 2 requests that the set in use stops or would stop
  references: r1 r2
  let these 3 requests pass with all of:
  - one
  - two
    both open
    1 of them needs the lines of other fields too
  or with one line:
  - class
    all open
  let this 1 request pass with:
  - one
    one opens

china issue: sql-query in json /items/*/name
  3 stopped, 1 would be stopped, 2 below the threshold; the field's highest score 9; 2026-11-22T08:00:00.000Z to 2026-11-22T09:00:00.000Z
  the set on trial lets pass 2 requests that the set in use stops or would stop
  references: r1 r2
  its requests pass with lines that stand above

china issue: one-old in json /items/*/name
  3 stopped, 1 would be stopped, 2 below the threshold; the field's highest score 9; 2026-11-22T08:00:00.000Z to 2026-11-22T09:00:00.000Z
  the set on trial lets pass 2 requests that the set in use stops or would stop
  references: r1 r2
  - { site: china, route: issue, rule: sql-condition, field: "/items/*/name" }
    the rule no longer acts in this field; all others still do
    found there too: shell-command; 'taxgate waf test' says whether they have to be excluded as well

china issue: one-new in query:q
  none by the set in use; the field's highest score 9; 2026-11-22T08:00:00.000Z
  the set on trial would stop 1 request that the set in use lets pass
  - { site: china, route: issue, rule: sql-condition, field: "/items/*/name" }
    the rule no longer acts in this field; all others still do

china issue: sql-condition hits 31 fields; instead of a line for each:
  - { site: china, route: issue, rule: sql-condition }
    wide open

4 groups
4 groups went for want of room, the least recent ones
put them under waf.exclude and save; the file reloads itself
`;

function answering(status: number, body: unknown, asked: string[] = []): Partial<World> {
  return {
    loadConfig: () => Promise.resolve({ ok: true, config: VIEW, warnings: [] }),
    readText: () => "token",
    callAdmin: (_target, method, path) => {
      asked.push(`${method} ${path}`);
      return Promise.resolve({ kind: "answer", status, body });
    },
  };
}

test("the report reads as agreed", async () => assert.deepEqual(await run("waf report", answering(200, REPORT)), { code: 0, out: TEXT, err: "" }));
test("an empty report says so", async () => {
  const { out } = await run("waf report", answering(200, { ...REPORT, trial: null, lost: 0, groups: [], wider: [] }));
  assert.equal(out, "rules builtin@2026.11; since 2026-11-21T00:00:00.000Z\n\nnothing was found\n");
});
test("a report as JSON is the API's own answer", async () => assert.deepEqual(JSON.parse((await run("waf report --json", answering(200, REPORT))).out), REPORT));

for (const [line, path] of [
  ["waf report", "GET /api/v1/waf/report"],
  ["waf report --site china --route issue --rule sql-* --since 2h", "GET /api/v1/waf/report?site=china&route=issue&rule=sql-*&since=2h"],
  ["waf report --reset", "POST /api/v1/waf/report/reset"],
] as const) {
  test(`'${line}' asks ${path}`, async () => {
    const asked: string[] = [];
    assert.equal((await run(line, answering(200, line.endsWith("reset") ? { groups: 2 } : REPORT, asked))).code, 0);
    assert.deepEqual(asked, [path]);
  });
}

test("what the API refuses is told in its words", async () => {
  assert.deepEqual(await run("waf report --since yesterday", answering(400, { detail: "parameter 'since': got 'yesterday'" })), { code: 2, out: "", err: "parameter 'since': got 'yesterday'\n" });
});

const folder = mkdtempSync(join(tmpdir(), "taxgate-waf-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ATTACK = '{"items":[{"name":"x\' or 1=1 -- "}]}';
const CONFIG = file("taxgate.yaml", `version: 1\nstate: { dir: ./state }\nregions: { home: { endpoints: [{ url: "https://tax.example" }] } }\nroutes:\n  - { name: documents, class: control, match: { methods: [POST], path: /submit } }\n  - { name: search, class: read, match: { methods: [GET], path: /search } }\n`);
const RAW = file("raw.http", `POST /submit HTTP/1.1\r\nHost: any\r\nContent-Type: application/json\r\n\r\n${ATTACK}`);
const BARE = file("bare.json", ATTACK);
const CURL = file("curl.txt", "* Connected to any\n> GET /search HTTP/1.1\n> Host: any\n>\n");
const HONEST = file("honest.json", '{"items":[{"name":"O\'Reilly & Sons -- 12\\"; 50 % off (select range)"}]}');
const HAR = file("session.har", JSON.stringify({ log: { entries: [{ request: { method: "GET", url: "https://any/search?q=cable" } }, { request: { method: "POST", url: "https://any/submit", postData: { text: ATTACK } } }] } }));
const RULES = file("lax.yaml", 'ruleset: lax\nversion: "1"\nclasses: { one: { en: one, zh: one } }\nrules: [{ id: one-cable, class: one, severity: critical, say: a cable, matches: cable }]\n');

/** Tests a request, with the configuration above. */
async function tried(words: readonly string[]): Promise<{ readonly code: number; readonly err: string; readonly seen: string }> {
  const { code, out, err } = await run(["waf", "test", ...words, "--config", CONFIG, "--json"], realWorld);
  if (out === "") return { code, err, seen: "" };
  const { route, verdict, ruleset, findings } = JSON.parse(out) as TriedRequest;
  return { code, err, seen: [route, verdict, ruleset, ...findings.map(({ rule, field }) => `${rule} ${field}`)].join(" ") };
}

const BUILT_IN = "builtin@2026.11";
const STOPPED = `documents stopped ${BUILT_IN} sql-condition /items/0/name`;

for (const [what, words, code, seen] of [
  ["a recorded request", [RAW], 5, STOPPED],
  ["a body by itself", [BARE, "--route", "documents"], 5, STOPPED],
  ["an honest body", [HONEST, "--route", "documents"], 0, `documents passes ${BUILT_IN}`],
  ["an entry of a HAR file", [HAR, "--entry", "2"], 5, STOPPED],
  ["the first entry of a HAR file", [HAR], 0, `search passes ${BUILT_IN}`],
  ["a URL", [`https://any/search?q=${encodeURIComponent("x' or 1=1 -- ")}`], 5, `search stopped ${BUILT_IN} sql-condition query:q`],
  ["a path with a query", ["/search?q=cable"], 0, `search passes ${BUILT_IN}`],
  ["another set of rules", ["/search?q=cable", "--ruleset", RULES], 5, "search stopped lax@1 one-cable query:q"],
  ["another set of rules that knows less", [RAW, "--ruleset", RULES], 0, "documents passes lax@1"],
] as const) {
  test(`waf test judges ${what}`, async () => assert.deepEqual(await tried(words), { code, err: "", seen }));
}

for (const [what, words, err] of [
  ["a file that is not there", [join(folder, "none")], /it cannot be read/],
  ["a body of no route", [BARE], /say which route it is for by --route/],
  ["the output of curl -v", [CURL], /A recorded request is the head as on the wire .*without the '> ' of curl -v\), an empty line, and the body/],
  ["an entry that is none", [HAR, "--entry", "0"], /got '0', want a number from 1/],
  ["an entry that is not there", [HAR, "--entry", "3"], /entry 3 of 2/],
  ["a set that is not there", [RAW, "--ruleset", "builtin@1999.01"], /there are: builtin@2026\.11/],
  ["a file that is no set", [RAW, "--ruleset", CONFIG], /ruleset/],
  ["a route that is not there", [BARE, "--route", "x"], /route 'x' is not known; there are: documents, search/],
] as const) {
  test(`waf test tells of ${what}`, async () => {
    const said = await tried(words);
    assert.deepEqual([said.code, said.seen], [2, ""]);
    assert.match(said.err, err);
  });
}

test("waf test reads as agreed", async () => {
  const { code, out } = await run(["waf", "test", RAW, "--config", CONFIG], realWorld);
  assert.deepEqual([code, out], [5, `site default, route documents (control), rules ${BUILT_IN}
stopped; score 5 of 5
  sql-condition in json /items/0/name: a condition that changes a query of SQL (critical, 5)

the rules let it pass with:
  waf:
    exclude:
      - { site: default, route: documents, rule: sql-condition, field: "/items/*/name" }
  the rule no longer acts in this field; all others still do
`]);
});

test("waf rules lists rules by class in either language", async () => {
  const { code, out } = await run(["waf", "rules", "--class", "log", "--lang", "zh", CONFIG], realWorld);
  assert.equal(code, 0);
  assert.match(out, /^builtin@2026\.11: \d+ rules\n\nlog: 写入日志时会被执行的文本\n {2}log-lookup/);
  assert.doesNotMatch(out, /sql-/);
  const wrong = await run(["waf", "rules", "--class", "slq", CONFIG], realWorld);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^class 'slq' is not known; there are: .*sql/);
});
