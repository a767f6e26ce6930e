import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeUpgrade } from "../../src/pipeline/judge-upgrade.ts";
import { answered, bytes, codeOf, exchange, run, setUp, streamed, type SetUpOptions } from "./setup.ts";

const ROUTES = [
  { name: "submit", class: "submit", match: { methods: ["POST"], path: "/invoices" } },
  { name: "control", class: "control", match: { path: "/control" } },
  { name: "pass", class: "pass", match: { path: "/pass/**" } },
  { name: "socket", class: "pass", match: { path: "/socket" }, upgrade: ["websocket"] },
  { name: "kept", class: "read", match: { methods: ["GET"], path: "/kept" }, cache: { ttl: "10s", staleWhileRevalidate: "1h" } },
  { name: "free", class: "control", match: { path: "/free" }, waf: { mode: "off" } },
  { name: "told", class: "control", match: { path: "/told" }, waf: { mode: "detect" } },
];
const RULES = {
  ruleset: "test",
  version: "1",
  classes: { words: { en: "words", zh: "词" } },
  rules: [
    { id: "evil", class: "words", severity: "critical", say: "a word", matches: "evil", in: ["path", "query", "header", "cookie", "json", "form", "text"] },
    { id: "odd", class: "words", severity: "notice", say: "a word", matches: "odd-word" },
  ],
};
const scene = (options: SetUpOptions = {}) => setUp(() => answered(200, "ok", ["Content-Type", "text/plain"]), { routes: ROUTES, waf: { acting: RULES }, ...options });
const JSON_TYPE = ["Content-Type", "application/json"];
const evil = () => bytes(JSON.stringify({ items: [{ name: "so evil" }] }));

const CASES: readonly (readonly [string, () => ReturnType<typeof exchange>, string, number])[] = [
  ["a body", () => exchange("POST /control", JSON_TYPE, evil()), "403 content-refused", 0],
  ["a submission without a journal", () => exchange("POST /invoices", JSON_TYPE, evil()), "403 content-refused", 0],
  ["a query", () => exchange("GET /control?q=ev%69l"), "403 content-refused", 0],
  ["a header", () => exchange("GET /control", ["X-Note", "evil"]), "403 content-refused", 0],
  ["a path", () => exchange("GET /pass/evil"), "403 content-refused", 0],
  ["the head of a streamed request", () => exchange("POST /pass/a?b=evil", JSON_TYPE, streamed(["evil"])), "403 content-refused", 0],
  ["not the body of a streamed request", () => exchange("POST /pass/a", JSON_TYPE, streamed(["evil"])), "200", 1],
  ["nothing where it is off", () => exchange("POST /free?q=evil", JSON_TYPE, evil()), "200", 1],
  ["nothing in detect", () => exchange("POST /told?q=evil", JSON_TYPE, evil()), "200", 1],
  ["nothing that scores too little", () => exchange("POST /control", JSON_TYPE, bytes('{"a":"odd-word"}')), "200", 1],
  ["nothing harmless", () => exchange("POST /control?a=b", JSON_TYPE, bytes('{"a":"good"}')), "200", 1],
];

for (const [what, make, code, calls] of CASES) {
  test(`the firewall stops ${what}`, async () => {
    const parts = scene();
    assert.equal(codeOf(await run(parts, make())), code);
    assert.equal(parts.calls.length, calls);
  });
}

test("whoever is stopped is told a reference and nothing of what was found", async () => {
  const parts = scene();
  const answer = await run(parts, exchange("POST /control", JSON_TYPE, evil()));
  assert.ok(answer?.body.kind === "bytes");
  const text = Buffer.from(answer.body.bytes).toString();
  const { detail, instance } = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual([detail, instance], ["the request was stopped by the firewall", "id-1"]);
  assert.doesNotMatch(text, /evil|words|items|score/);
  const [end] = parts.ends;
  assert.deepEqual([end?.phase, end?.error, end?.reason, end?.waf], ["screen", "content-refused", "content-refused", { score: 5, rules: "evil", fields: "/items/*/name" }]);
});

test("what was found and not stopped stands in the access line, and what was clean does not", async () => {
  const parts = scene();
  await run(parts, exchange("POST /told", JSON_TYPE, bytes('{"a":"odd-word","b":"evil"}')));
  await run(parts, exchange("POST /told", JSON_TYPE, bytes('{"a":"fine"}')));
  assert.deepEqual(parts.ends.map(({ waf }) => waf), [{ score: 5, rules: "evil odd", fields: "/b /a" }, null]);
  assert.deepEqual(parts.judged.map(({ route, judgement }) => [route, judgement?.stops ?? null, judgement?.wouldStop ?? null]), [["told", false, true], ["told", null, null]]);
});

test("a trial that alone finds something leaves no trace in the access line", async () => {
  const parts = scene({ waf: { acting: RULES, trial: { ...RULES, version: "2", rules: [{ ...RULES.rules[0], matches: "new" }] } } });
  assert.equal(codeOf(await run(parts, exchange("POST /control?q=new"))), "200");
  assert.equal(parts.ends[0]?.waf, null);
  assert.equal(parts.judged[0]?.judgement?.trial?.wouldStop, true);
});

test("a request to switch protocols is judged by its head", async () => {
  const parts = scene();
  for (const [line, status] of [["GET /socket?q=evil", 403], ["GET /socket?q=good", 503]] as const) {
    const judgement = await judgeUpgrade(exchange(line, ["Connection", "Upgrade", "Upgrade", "websocket"]), parts.generation, parts.around);
    assert.ok(judgement.kind === "answer");
    assert.equal(judgement.answer.status, status);
  }
});

test("an answer from the cache is given whatever the request holds, and fetching it anew is not left to such a request", async () => {
  const parts = scene();
  const ask = (headers: readonly string[] = []) => run(parts, exchange("GET /kept", headers));
  assert.equal(codeOf(await ask()), "200");
  assert.equal(codeOf(await ask(["X-Note", "evil"])), "200");
  parts.clock.advance(20_000);
  assert.equal(codeOf(await ask(["X-Note", "evil"])), "200");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(parts.calls.length, 1);
  assert.equal(codeOf(await ask()), "200");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(parts.calls.length, 2);
  assert.deepEqual(parts.calls.map(({ call }) => call.headers.includes("evil")), [false, false]);
});
