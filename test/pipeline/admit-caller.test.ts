import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../src/http/message.ts";
import { answered, bytes, codeOf, exchange, run, setUp } from "./setup.ts";

const RULES = { ruleset: "none", version: "1", classes: { a: { en: "a", zh: "a" } }, rules: [{ id: "a-word", class: "a", severity: "critical", say: "a", matches: "evilword" }] };
const IDENTITY = { trustedProxies: ["10.0.0.0/8"], principal: [{ header: "x-key", hash: false }], taxpayer: [{ header: "x-tax" }] };
const ROUTES = [{ name: "all", class: "control", match: { path: "/**" } }];
const text = (answer: Answer | null): string => (answer?.body.kind === "bytes" ? Buffer.from(answer.body.bytes).toString() : "");

function gate(options: unknown, routes: readonly unknown[] = ROUTES) {
  return setUp(undefined, { identity: IDENTITY, routes, waf: { options, acting: RULES } });
}

interface Case {
  readonly says: string;
  readonly allow: unknown;
  readonly line?: string;
  readonly headers?: readonly string[];
  readonly code: string;
  /** What the log knows. */
  readonly reason?: string;
}

const CASES: readonly Case[] = [
  { says: "empty lists let in everyone", allow: {}, code: "200" },
  { says: "a listed client is let in", allow: { clients: ["203.0.113.0/24"] }, headers: ["X-Forwarded-For", "203.0.113.9"], code: "200" },
  { says: "a client behind a trusted proxy is judged by its own address", allow: { clients: ["10.0.0.0/8"] }, headers: ["X-Forwarded-For", "203.0.113.9"], code: "403 not-allowed", reason: "client" },
  { says: "a principal fits up to its star", allow: { principals: ["x-key:erp*"] }, headers: ["X-Key", "erp-7"], code: "200" },
  { says: "another principal is refused", allow: { principals: ["x-key:erp*"] }, headers: ["X-Key", "crm"], code: "403 not-allowed", reason: "principal" },
  { says: "a pattern without a star is the whole", allow: { principals: ["x-key:erp"] }, headers: ["X-Key", "erp-7"], code: "403 not-allowed", reason: "principal" },
  { says: "nobody known is told to say who he is", allow: { principals: ["x-key:erp*"] }, code: "401 principal-missing", reason: "principal-missing" },
  { says: "a taxpayer's number fits a form with its check digit", allow: { taxpayers: [{ format: "pl-nip" }] }, headers: ["X-Tax", "5260001246"], code: "200" },
  { says: "one wrong digit is refused", allow: { taxpayers: [{ format: "pl-nip" }] }, headers: ["X-Tax", "5260001247"], code: "403 not-allowed", reason: "taxpayer" },
  { says: "one of several is enough", allow: { taxpayers: [{ format: "pl-nip" }, "^91[0-9]+$"] }, headers: ["X-Tax", "9144"], code: "200" },
  { says: "requests without a taxpayer pass unless told otherwise", allow: { taxpayers: ["^91"] }, code: "200" },
  { says: "requests without a taxpayer are refused where that is said", allow: { taxpayers: ["^91"], unnamed: "refuse" }, code: "403 not-allowed", reason: "unnamed" },
  { says: "a method that is not listed is told which are", allow: { methods: ["GET", "POST"] }, line: "DELETE /a", code: "405 method-not-allowed", reason: "method" },
  { says: "who may GET may ask for the head", allow: { methods: ["GET"] }, line: "HEAD /a", code: "200" },
  { says: "a path that is not listed is nowhere", allow: { paths: ["/api/**", "/v/{id}"] }, line: "GET /v/1/2", code: "404 no-route", reason: "path" },
  { says: "a path fits a pattern as in a route", allow: { paths: ["/api/**", "/v/{id}"] }, line: "GET /v/1", code: "200" },
  { says: "a stranger does not learn that principals are listed", allow: { clients: ["192.0.2.1"], principals: ["x-key:erp*"] }, code: "403 not-allowed", reason: "client" },
];

for (const { says, allow, line = "GET /a", headers = [], code, reason } of CASES) {
  test(`allowlists: ${says}`, async () => {
    const parts = gate({ allow });
    const answer = await run(parts, exchange(line, headers));
    assert.equal(codeOf(answer), code);
    assert.deepEqual(parts.unadmitted.map((what) => [what.reason, what.stops, what.id]), reason === undefined ? [] : [[reason, true, "id-1"]]);
    assert.equal(parts.calls.length, reason === undefined ? 1 : 0);
    if (reason === undefined) return;
    assert.equal(parts.ends[0]?.phase, "admit");
    assert.equal(parts.ends[0]?.reason, `not-allowed-${reason}`);
    for (const word of ["clients", "principals", "taxpayers", "5260001247"]) assert.doesNotMatch(text(answer).replace(/"title(-zh)?":"[^"]*"/g, ""), new RegExp(word));
  });
}

test("a refused method is told in Allow, and 401 carries a challenge", async () => {
  const method = await run(gate({ allow: { methods: ["GET"] } }), exchange("POST /a", [], bytes("{}")));
  assert.equal(method?.headers[method.headers.indexOf("Allow") + 1], "GET, HEAD");
  const missing = await run(gate({ allow: { principals: ["x-key:*"] } }), exchange("GET /a"));
  assert.equal(missing?.headers[missing.headers.indexOf("WWW-Authenticate") + 1], 'Taxgate realm="main"');
});

test("where the firewall only detects, who is not listed is told of and let in; where it is off, nothing is", async () => {
  const detecting = gate({ mode: "detect", allow: { clients: ["192.0.2.1"] } });
  assert.equal(codeOf(await run(detecting, exchange("GET /a"))), "200");
  assert.deepEqual(detecting.unadmitted.map(({ reason, stops, site, route }) => [reason, stops, site, route]), [["client", false, "main", "all"]]);
  const off = gate({ mode: "off", allow: { clients: ["192.0.2.1"] } });
  assert.equal(codeOf(await run(off, exchange("GET /a"))), "200");
  assert.deepEqual(off.unadmitted, []);
});

test("a route's list replaces the one for all, and an empty one lets in everyone; other lists stay", async () => {
  const own = { ...ROUTES[0], waf: { allow: { clients: [] } } };
  const parts = gate({ allow: { clients: ["192.0.2.1"], methods: ["GET"] } }, [own]);
  assert.equal(codeOf(await run(parts, exchange("GET /a"))), "200");
  assert.equal(codeOf(await run(parts, exchange("POST /a", [], bytes("{}")))), "405 method-not-allowed");
});

test("a submission that breaks a requirement is answered 422 with place and rule, is not sent, and a mended one goes", async () => {
  const routes = [{ name: "issue", class: "control", match: { methods: ["POST"], path: "/a" }, waf: { require: { body: { json: "/s.json" } } } }];
  const schema = { type: "object", required: ["no"], properties: { no: { type: "string", pattern: "^[0-9]+$" } } };
  const parts = setUp(() => answered(200), { routes, waf: { acting: RULES, schemas: { "/s.json": schema } } });
  const refused = await run(parts, exchange("POST /a", ["Content-Type", "application/json"], bytes('{"no":"secret-x"}')));
  assert.equal(codeOf(refused), "422 content-invalid");
  assert.match(text(refused), /\(pattern\) at \/no; nothing was sent/);
  assert.doesNotMatch(text(refused), /secret/);
  assert.deepEqual(parts.unadmitted.map(({ reason, breach, stops }) => [reason, breach, stops]), [["json", { reason: "json", where: "/no", rule: "pattern" }, true]]);
  assert.deepEqual([parts.ends[0]?.phase, parts.ends[0]?.reason, parts.calls.length], ["screen", "require-json", 0]);
  assert.equal(codeOf(await run(parts, exchange("POST /a", ["Content-Type", "application/json"], bytes('{"no":"12"}')))), "200");
});

test("of a streamed body nothing is required, of its head it is", async () => {
  const routes = [{ name: "pass", class: "pass", match: { path: "/a" }, waf: { require: { headers: [{ name: "x-app", required: true }], body: { sniff: true } } } }];
  const parts = setUp(undefined, { routes, waf: { acting: RULES } });
  assert.equal(codeOf(await run(parts, exchange("POST /a", ["Content-Type", "application/json", "X-App", "a"], bytes("%PDF")))), "200");
  assert.equal(codeOf(await run(parts, exchange("POST /a", ["Content-Type", "application/json"], bytes("{}")))), "422 content-invalid");
});
