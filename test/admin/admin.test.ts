import assert from "node:assert/strict";
import { before, test } from "node:test";
import { createAdmin, type Admin } from "../../src/admin/admin.ts";
import type { AdminOptions, Role } from "../../src/admin/options.ts";
import { makeToken } from "../../src/base/token.ts";
import type { AdminViews, ReloadResult } from "../../src/admin/views.ts";
import { manualClock } from "../../src/base/clock.ts";
import { ERRORS, type ErrorCode } from "../../src/base/errors.ts";
import type { LogFields } from "../../src/observe/log.ts";
import { noJournal } from "./journal-setup.ts";
import { field, LOCAL, REMOTE, request, type Asked } from "./request.ts";

const ROLE_NAMES: readonly Role[] = ["viewer", "auditor", "operator", "admin"];
const made = new Map<Role, { token: string; hash: string }>();
const LOCAL_TOKEN = `tg_local_${"ab".repeat(20)}`;

before(async () => {
  for (const role of ROLE_NAMES) made.set(role, await makeToken(role));
});

const tokenOf = (role: Role): string => made.get(role)?.token ?? "";
const allTokens = () => ROLE_NAMES.map((role) => ({ name: role, role, hash: made.get(role)?.hash ?? "" }));

function setUp(different: Partial<AdminOptions> = {}, reloaded: ReloadResult = { result: "unchanged", generation: 1, authorities: [] }) {
  const log: { event: string; fields: LogFields }[] = [];
  const note = (event: string, fields: LogFields = {}): void => void log.push({ event, fields });
  const calls: string[] = [];
  const views: AdminViews = {
    status: () => ({ version: "1", node: "26", startedAt: "", uptimeSeconds: 1, generation: 1, file: "f", exchangesInFlight: 0, listeners: [], sites: [], limits: [], sharedLimits: "none", firewall: { mode: "enforce", ruleset: "r", trial: null }, bans: null, pendingRestart: [] }),
    ready: () => ({ ready: false, reasons: ["draining"], notes: ["certificate edge ends in 46 h"] }),
    config: () => ({ admin: { tokens: [{ name: "ops", hash: "(redacted)", role: "admin" }] } }),
    metrics: () => Promise.resolve({ contentType: "text/plain; version=0.0.4", body: "m 1\n" }),
    reload: () => {
      calls.push("reload");
      return Promise.resolve(reloaded);
    },
    drain: () => void calls.push("drain"),
    journal: noJournal(),
    certificates: {
      list: () => ({ at: "", certificates: [] }),
      show: () => ({ ok: false, code: "bad-parameter", detail: "nothing is called so" }),
      renew: () => {
        calls.push("renew");
        return Promise.resolve({ ok: true, value: { result: "issued", detail: "", notAfter: null } });
      },
    },
    bans: { list: () => [], lift: () => false, liftAll: () => 0 },
    waf: {
      report: () => ({ ok: true, value: { since: "", ruleset: "r", trial: null, lost: 0, groups: [], wider: [] } }),
      reset: () => {
        calls.push("reset");
        return 0;
      },
      rules: () => ({ mode: "enforce", threshold: 5, exclusions: 0, adjustments: 0, sets: [] }),
      time: () => ({ ok: true, value: 0 }),
    },
    cache: {
      sites: () => [{ name: "default", regions: ["main"], routes: ["rest"] }],
      accepts: () => false,
      purge: () => {
        calls.push("purge");
        return Promise.resolve({ entries: 0, told: null });
      },
      inspect: () => ({ route: null, total: 0, entries: [], otherQueries: 0, misses: [], shared: "none" }),
      stats: () => ({ since: "", entries: 0, bytes: 0, maxBytes: 0, waiting: 0, shared: "none", requests: {}, stale: {}, notStored: {}, evictions: 0, invalidations: {}, invalidatedEntries: 0 }),
    },
  };
  const options: AdminOptions = { bind: { host: "127.0.0.1", port: 9900 }, hosts: [], tokens: allTokens(), ...different };
  const admin = createAdmin(options, { clock: manualClock(), log: { debug: note, info: note, warn: note, error: note }, localToken: LOCAL_TOKEN, views });
  return { admin, log, calls, options };
}

async function codeOf(admin: Admin, line: string, asked: Asked = {}): Promise<string> {
  const answer = await admin.handle(request(line, asked));
  const code = field(answer.headers, "taxgate-error");
  if (code === undefined) return String(answer.status);
  assert.equal(answer.status, ERRORS[code as ErrorCode].status);
  assert.equal(field(answer.headers, "content-type"), "application/problem+json");
  assert.equal((JSON.parse(String(answer.body)) as { code: string }).code, code);
  return code;
}

const PERMISSIONS: readonly (readonly [string, Readonly<Record<Role | "remote" | "local", string>>])[] = [
  ["GET /metrics", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "200" }],
  ["HEAD /metrics", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "200" }],
  ["GET /api/v1/status", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/config", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/reload", { viewer: "forbidden", auditor: "forbidden", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/drain", { viewer: "forbidden", auditor: "forbidden", operator: "forbidden", admin: "202", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/cache/purge?all=true", { viewer: "forbidden", auditor: "forbidden", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/cache/inspect?url=/", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/cache/stats", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/waf/report?since=2h", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/waf/report?sinec=2h", { viewer: "bad-parameter", auditor: "bad-parameter", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/waf/report/reset", { viewer: "forbidden", auditor: "forbidden", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/waf/rules", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/certificates", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/certificates?name=edge", { viewer: "bad-parameter", auditor: "bad-parameter", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/certificates/show?name=edge", { viewer: "bad-parameter", auditor: "bad-parameter", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/certificates/renew?name=edge", { viewer: "forbidden", auditor: "forbidden", operator: "200", admin: "200", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/certificates/renew", { viewer: "forbidden", auditor: "forbidden", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/journal/entries", { viewer: "no-route", auditor: "no-route", operator: "no-route", admin: "no-route", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/journal/entry?id=00000000000000000000000000000000", { viewer: "no-route", auditor: "no-route", operator: "no-route", admin: "no-route", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/journal/export", { viewer: "no-route", auditor: "no-route", operator: "no-route", admin: "no-route", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /api/v1/journal/stats", { viewer: "no-route", auditor: "no-route", operator: "no-route", admin: "no-route", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/journal/resolve", { viewer: "forbidden", auditor: "forbidden", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/journal/release", { viewer: "forbidden", auditor: "forbidden", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/journal/verify", { viewer: "forbidden", auditor: "forbidden", operator: "no-route", admin: "no-route", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/journal/reconcile", { viewer: "forbidden", auditor: "forbidden", operator: "bad-parameter", admin: "bad-parameter", remote: "unauthenticated", local: "unauthenticated" }],
  ["POST /api/v1/journal/backup", { viewer: "forbidden", auditor: "forbidden", operator: "no-route", admin: "no-route", remote: "unauthenticated", local: "unauthenticated" }],
  ["GET /livez", { viewer: "200", auditor: "200", operator: "200", admin: "200", remote: "200", local: "200" }],
  ["GET /readyz", { viewer: "503", auditor: "503", operator: "503", admin: "503", remote: "503", local: "503" }],
];

for (const [line, who] of PERMISSIONS) {
  test(`${line} is open to whom the table says`, async () => {
    const { admin, calls } = setUp();
    for (const role of ROLE_NAMES) assert.equal(await codeOf(admin, line, { peer: REMOTE, token: tokenOf(role) }), who[role], role);
    const acted = calls.length;
    assert.equal(await codeOf(admin, line, { peer: REMOTE }), who.remote);
    assert.equal(await codeOf(admin, line, { peer: LOCAL }), who.local);
    assert.equal(calls.length, acted, "a refused request does nothing");
  });
}

const WITHOUT_TOKENS: readonly (readonly [string, string, Asked, string])[] = [
  ["a local reader is let in", "GET /api/v1/status", {}, "200"],
  ["a local reader of the journal is not", "GET /api/v1/journal/entries", {}, "unauthenticated"],
  ["a local actor is not", "POST /api/v1/reload", {}, "unauthenticated"],
  ["a remote reader is not", "GET /api/v1/status", { peer: REMOTE }, "unauthenticated"],
  ["a reader behind a local proxy is not", "GET /api/v1/status", { fields: ["X-Forwarded-For", "192.0.2.1"] }, "unauthenticated"],
  ["a reader through Taxgate itself is not", "GET /metrics", { fields: ["Via", "1.1 taxgate"] }, "unauthenticated"],
  ["the machine's own token may act", "POST /api/v1/reload", { token: LOCAL_TOKEN }, "200"],
  ["and drain", "POST /api/v1/drain", { token: LOCAL_TOKEN }, "202"],
  ["a wrong token is not taken for none", "GET /api/v1/status", { token: `tg_local_${"cd".repeat(20)}` }, "unauthenticated"],
];

for (const [name, line, asked, expected] of WITHOUT_TOKENS) {
  test(`without tokens configured, ${name}`, async () => assert.equal(await codeOf(setUp({ tokens: [] }).admin, line, asked), expected));
}

const HOSTS: readonly (readonly [string, string, string | null, boolean])[] = [
  ["127.0.0.1", "the bound address", "127.0.0.1:9900", true],
  ["127.0.0.1", "another port, as a forwarded one has", "127.0.0.1:19900", true],
  ["127.0.0.1", "localhost", "LocalHost:9900", true],
  ["127.0.0.1", "IPv6 loopback", "[::1]:9900", true],
  ["127.0.0.1", "a configured name", "gate.example", true],
  ["127.0.0.1", "a name below a configured one", "x.gate.example", false],
  ["127.0.0.1", "a name made to point here", "attacker.example:9900", false],
  ["127.0.0.1", "a name that begins with the address", "127.0.0.1.attacker.example", false],
  ["127.0.0.1", "localhost as part of a name", "localhost.attacker.example", false],
  ["127.0.0.1", "another address", "10.0.0.5:9900", false],
  ["127.0.0.1", "user information", "localhost@attacker.example", false],
  ["127.0.0.1", "nothing", null, false],
  ["127.0.0.1", "an empty field", "", false],
  ["0.0.0.0", "any IPv4 address", "10.0.0.5:9900", true],
  ["::", "any IPv6 address", "[2001:db8::1]:9900", true],
  ["0.0.0.0", "a name made to point here", "attacker.example:9900", false],
  ["fd00::1", "its own address", "[fd00::1]:9900", true],
];

for (const [bound, name, host, allowed] of HOSTS) {
  test(`bound to ${bound}, Host with ${name} is ${allowed ? "served" : "refused"}`, async () => {
    const { admin } = setUp({ bind: { host: bound, port: 9900 }, hosts: ["Gate.example"] });
    assert.equal(await codeOf(admin, "GET /metrics", { host }), allowed ? "200" : "misdirected");
  });
}

test("two Host fields are refused", async () => {
  assert.equal(await codeOf(setUp().admin, "GET /metrics", { fields: ["host", "127.0.0.1"] }), "misdirected");
});

const ORIGINS: readonly (readonly [string, readonly string[], boolean])[] = [
  ["no Origin, as programs send", [], true],
  ["the listener's own page", ["Origin", "http://127.0.0.1:9900"], true],
  ["its page by https", ["Origin", "https://127.0.0.1:9900"], false],
  ["a page of another port", ["Origin", "http://127.0.0.1:8080"], false],
  ["a page of the Internet", ["Origin", "https://attacker.example"], false],
  ["a page without an origin", ["Origin", "null"], false],
  ["two origins", ["Origin", "http://127.0.0.1:9900", "Origin", "https://attacker.example"], false],
  ["a cross-site fetch", ["Sec-Fetch-Site", "cross-site"], false],
  ["a same-site fetch", ["Sec-Fetch-Site", "same-site"], false],
  ["a same-origin fetch", ["Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:9900"], true],
];

for (const [name, fields, allowed] of ORIGINS) {
  test(`an action from ${name} is ${allowed ? "done" : "refused"}`, async () => {
    const { admin, calls } = setUp();
    assert.equal(await codeOf(admin, "POST /api/v1/reload", { token: LOCAL_TOKEN, fields }), allowed ? "200" : "forbidden");
    assert.deepEqual(calls, allowed ? ["reload"] : []);
  });
}

test("unknown paths and methods are told apart, and no answer opens itself to other origins", async () => {
  const { admin } = setUp();
  assert.equal(await codeOf(admin, "GET /api/v1/nothing"), "no-route");
  assert.equal(await codeOf(admin, "DELETE /api/v1/reload"), "method-not-allowed");
  assert.equal(field((await admin.handle(request("GET /api/v1/reload"))).headers, "allow"), "POST");
  const { headers } = await admin.handle(request("OPTIONS /metrics", { fields: ["Origin", "http://127.0.0.1:9900"] }));
  assert.ok(!headers.some((item) => item.startsWith("access-control-")));
  assert.equal(field(headers, "cache-control"), "no-store");
});

test("reasons for not being ready are for this machine, asked for by its own name", async () => {
  const { admin } = setUp();
  const body = async (asked: Asked): Promise<string> => String((await admin.handle(request("GET /readyz", { query: "verbose", ...asked }))).body);
  assert.equal(await body({}), "not ready\n- draining\n- note: certificate edge ends in 46 h\n");
  assert.equal(await body({ peer: REMOTE }), "not ready\n");
  assert.equal(await body({ host: "attacker.example" }), "not ready\n");
});

test("the configuration is shown whole, as the view gives it", async () => {
  const answer = await setUp().admin.handle(request("GET /api/v1/config", { token: LOCAL_TOKEN }));
  assert.deepEqual(JSON.parse(String(answer.body)), { admin: { tokens: [{ name: "ops", hash: "(redacted)", role: "admin" }] } });
});

test("a reload that is refused answers 422 with every mistake", async () => {
  const problems = [{ file: "f", line: 3, column: 7, path: "drain.max", message: "got 30, want a duration" }];
  const answer = await setUp({}, { result: "refused", generation: 4, problems }).admin.handle(request("POST /api/v1/reload", { token: LOCAL_TOKEN }));
  assert.equal(answer.status, 422);
  assert.deepEqual(JSON.parse(String(answer.body)), { result: "refused", generation: 4, problems });
});

test("actions and wrong tokens are logged with who and from where, and no token", async () => {
  const { admin, log } = setUp();
  await admin.handle(request("POST /api/v1/reload", { token: tokenOf("operator") }));
  await admin.handle(request("POST /api/v1/reload", { token: `tg_operator_${"0".repeat(40)}`, peer: REMOTE }));
  assert.deepEqual(log, [
    { event: "admin action", fields: { path: "/api/v1/reload", by: "operator", role: "operator", peer: "127.0.0.1", status: 200 } },
    { event: "admin token refused", fields: { path: "/api/v1/reload", peer: "192.0.2.7" } },
  ]);
});

test("a token that is taken out of the configuration stops working at once", async () => {
  const { admin, options } = setUp();
  assert.equal(await codeOf(admin, "GET /api/v1/status", { token: tokenOf("viewer") }), "200");
  admin.configure({ ...options, tokens: options.tokens.filter((token) => token.name !== "viewer") });
  assert.equal(await codeOf(admin, "GET /api/v1/status", { token: tokenOf("viewer") }), "unauthenticated");
});
