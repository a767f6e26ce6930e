import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { callAdmin, type AdminReply, type AdminTarget } from "../../src/cli/admin-client.ts";
import { realWorld, type ConfigView } from "../../src/cli/world.ts";
import { MISTAKE, run, VIEW } from "./console.ts";

/** A running Taxgate that gives `reply`, with a token file in its state directory. */
function running(reply: AdminReply, config: ConfigView = VIEW) {
  const asked: { target: AdminTarget; line: string }[] = [];
  const files: Record<string, string> = { "/state/admin.token": "own\n", "ops.token": " theirs \n", "ca.pem": "PEM" };
  return {
    asked,
    loadConfig: () => Promise.resolve({ ok: true as const, config, warnings: [] }),
    readText: (path: string) => files[path] ?? null,
    callAdmin: (target: AdminTarget, method: string, path: string) => {
      asked.push({ target, line: `${method} ${path}` });
      return Promise.resolve(reply);
    },
  };
}

const answer = (status: number, body: unknown): AdminReply => ({ kind: "answer", status, body });
const UNCHANGED = answer(200, { result: "unchanged", generation: 3, authorities: [] });

const TARGETS: readonly (readonly [string, string, Record<string, string>, Partial<ConfigView["admin"]>, Partial<AdminTarget>])[] = [
  ["the configuration's address, and the state directory's token", "reload", {}, {}, { origin: "http://127.0.0.1:9900", token: "own", ca: null }],
  ["loopback for every IPv6 address", "reload", {}, { bind: { host: "::", port: 9900 } }, { origin: "http://[::1]:9900" }],
  ["the very address it is bound to", "reload", {}, { bind: { host: "10.0.0.5", port: 99 } }, { origin: "http://10.0.0.5:99" }],
  ["https where the admin listener has TLS", "reload --ca ca.pem", {}, { tls: { certificate: "edge" } }, { origin: "https://127.0.0.1:9900", ca: "PEM" }],
  ["the environment's token before its own", "reload", { TAXGATE_TOKEN: "env" }, {}, { token: "env" }],
  ["a token file before both", "reload --token-file ops.token", { TAXGATE_TOKEN: "env" }, {}, { token: "theirs" }],
  ["another address, and then no token of this machine", "reload --url http://gate.example:9900/", {}, {}, { origin: "http://gate.example:9900", token: null }],
];

for (const [name, line, env, admin, expected] of TARGETS) {
  test(`reload calls ${name}`, async () => {
    const taxgate = running(UNCHANGED, { ...VIEW, admin: { ...VIEW.admin, ...admin } });
    assert.equal((await run(line, taxgate, { env })).code, 0);
    assert.equal(taxgate.asked[0]?.line, "POST /api/v1/reload");
    assert.deepEqual({ ...taxgate.asked[0]?.target, ...expected }, taxgate.asked[0]?.target);
  });
}

const ENDINGS: readonly (readonly [string, string, AdminReply, number, RegExp])[] = [
  ["nothing to change", "reload", UNCHANGED, 0, /^nothing to change: configuration 3 stays\n$/],
  ["another authority", "reload", answer(200, { result: "unchanged", generation: 3, authorities: [{ name: "local", kept: null }] }), 0, /^configuration 3 stays\nauthority local is another one now\n$/],
  ["an authority that cannot be read", "reload", answer(200, { result: "unchanged", generation: 3, authorities: [{ name: "local", kept: "permission denied" }] }), 1, /^configuration 3 stays\nauthority local stays the one before: permission denied\n$/],
  ["a change", "reload", answer(200, { result: "applied", generation: 4, changes: ["log.level"], pendingRestart: ["health"], warnings: [], authorities: [] }), 0, /^configuration 4 is in use: 1 changed\nhealth: acts after a restart\n$/],
  ["a broken file", "reload", answer(422, { result: "refused", generation: 3, problems: [MISTAKE] }), 2, /^bad\.yaml:3:7: drain\.max: got 30.*\n1 problem\nconfiguration 3 stays in use\n$/],
  ["a wrong token", "reload", answer(401, { detail: "this token is not known" }), 4, /^calling http:\/\/127\.0\.0\.1:9900: this token is not known\n$/],
  ["too small a role", "status", answer(403, { detail: "'x' is viewer" }), 4, /'x' is viewer\n$/],
  ["nobody there", "status", { kind: "unreachable", reason: "connect ECONNREFUSED" }, 3, /^calling http:\/\/127\.0\.0\.1:9900: connect ECONNREFUSED\n$/],
  ["something else there", "status", answer(404, "<html>"), 1, /got status 404: <html>\n$/],
];

for (const [name, line, reply, code, said] of ENDINGS) {
  test(`'${line}' that meets ${name} ends with ${code}`, async () => {
    const { out, err, ...rest } = await run(line, running(reply));
    assert.equal(rest.code, code);
    assert.match(out + err, said);
  });
}

test("a file with mistakes and an option that cannot be used are told before anything is called", async () => {
  const broken = { ...running(UNCHANGED), loadConfig: () => Promise.resolve({ ok: false as const, problems: [MISTAKE] }) };
  assert.deepEqual(await run("reload bad.yaml", broken), { code: 2, out: "", err: "reading 'bad.yaml': it has mistakes (see 'taxgate check'); say where Taxgate runs by --url\n" });
  const absent = { ...broken, loadConfig: () => Promise.resolve({ ok: false as const, problems: [{ ...MISTAKE, path: "(file)", message: "got no such file, want a file that can be read" }] }) };
  assert.equal((await run("reload none.yaml", absent)).err, "reading 'none.yaml': got no such file, want a file that can be read; say where Taxgate runs by --url\n");
  assert.match((await run("status --url gate:9900", broken)).err, /^reading --url: got 'gate:9900', want an address/);
  assert.equal((await run("status --token-file nowhere", broken)).err, "reading 'nowhere': it cannot be read\n");
  assert.deepEqual(broken.asked, []);
});

test("a running Taxgate is found although PEM files of its configuration are missing, broken or no PEM", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-running-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "taxgate.yaml");
  const text = "version: 1\nadmin: { bind: 127.0.0.1:9911 }\nlisteners:\n  - { name: tls, bind: 127.0.0.1:8443, tls: { certificates: [edge], clientCa: none.pem } }\ncertificates: { edge: { files: { cert: edge.pem, key: none.key } } }\nregions: { main: { endpoints: [{ url: https://tax.example }] } }\n";
  writeFileSync(file, text);
  writeFileSync(join(folder, "edge.pem"), "not found");
  const taxgate = { ...running(UNCHANGED), loadConfig: realWorld.loadConfig };
  assert.deepEqual([(await run(["reload", file], taxgate)).code, taxgate.asked[0]?.target.origin], [0, "http://127.0.0.1:9911"]);
  const checked = await realWorld.loadConfig(file, {});
  assert.deepEqual(checked.ok ? [] : checked.problems.map(({ path }) => path), ["listeners[0].tls.clientCa", "certificates.edge.files.cert", "certificates.edge.files.key"]);
});

const STATUS = {
  version: "1.2.3", node: "26.0.0", startedAt: "2026-11-03T08:00:00.000Z", uptimeSeconds: 61, generation: 2, file: "config/taxgate.yaml", exchangesInFlight: 4, ready: true, reasons: [],
  listeners: [{ name: "tls", address: "0.0.0.0:8443", tls: true }], limits: [{ name: "perTaxpayer", keys: 12, waiting: 3, dryRun: true, shared: false }], sharedLimits: "down", firewall: { mode: "enforce", ruleset: "builtin@2026.11", trial: "own@1" }, bans: 1, pendingRestart: ["health.bind"],
  sites: [{ name: "china", pace: [{ group: "send", scopes: 1, waiting: 0, quiet: 0, said: 0 }, { group: "all", scopes: 20, waiting: 7, quiet: 2, said: 5 }], regions: [{
    name: "guangdong", breakers: [{ class: "submit", state: "open" }, { class: "read", state: "closed" }],
    endpoints: [{ url: "https://gd1", up: true, reason: "", busy: 1, idle: 2, concurrency: { limit: 16, inFlight: 1, waiting: 3 } }, { url: "https://gd2", up: false, reason: "3 probes failed", busy: 0, idle: 0, concurrency: null }],
  }] }],
};

test("status shows regions, endpoints and breakers to a person", async () => {
  assert.deepEqual(await run("status", running(answer(200, STATUS))), {
    code: 0,
    err: "",
    out: `taxgate 1.2.3: ready
up 61 s since 2026-11-03T08:00:00.000Z, configuration 2 from config/taxgate.yaml, 4 in flight
listener tls: 0.0.0.0:8443 (tls)
site china
  guangdong: 1 of 2 up, breaker submit open
    https://gd1 up, 1 busy, 2 idle, 1 of at most 16 calls, 3 waiting
    https://gd2 out: 3 probes failed, 0 busy, 0 idle
  pace send: 1 scope, 0 waiting
  pace all: 20 scopes, 7 waiting, 2 told to wait, 5 with limits that the platform said
limit perTaxpayer: 12 keys, 3 waiting (dry run)
shared limits: down, each Taxgate counts for itself
firewall: enforce, builtin@2026.11, trial own@1
bans: 1 client
waiting for a restart: health.bind
`,
  });
});

test("status counts one key as one", async () => {
  const { out } = await run("status", running(answer(200, { ...STATUS, limits: [{ name: "daily", keys: 1, waiting: 0, dryRun: false, shared: false }] })));
  assert.match(out, /^limit daily: 1 key, 0 waiting$/m);
});

test("status without a set on trial and without bans says neither", async () => {
  const { out } = await run("status", running(answer(200, { ...STATUS, firewall: { ...STATUS.firewall, mode: "detect", trial: null }, bans: null })));
  assert.match(out, /^firewall: detect, builtin@2026\.11\nwaiting/m);
});

test("status ends with 3 while it is not ready, and gives the API's own answer when asked", async () => {
  const draining = { ...STATUS, ready: false, reasons: ["draining"] };
  const { code, out } = await run("status --json", running(answer(200, draining)));
  assert.deepEqual([code, JSON.parse(out)], [3, draining]);
});

test("the admin client speaks HTTP: token, JSON or text back, and a closed port is no fault", async () => {
  const server = http.createServer((request, response) => {
    response.end(request.url === "/text" ? "plain" : JSON.stringify({ method: request.method, authorization: request.headers.authorization }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const target = { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t", ca: null };
  assert.deepEqual(await callAdmin(target, "POST", "/api"), answer(200, { method: "POST", authorization: "Bearer t" }));
  assert.deepEqual(await callAdmin(target, "GET", "/text"), answer(200, "plain"));
  await new Promise((resolve) => void server.close(resolve));
  const gone = await callAdmin(target, "GET", "/text");
  assert.ok(gone.kind === "unreachable" && gone.reason.includes("ECONNREFUSED"));
});
