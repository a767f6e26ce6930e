import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test, type TestContext } from "node:test";
import { connect } from "node:tls";
import { manualClock, systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { responderAsker } from "../../../src/certs/ocsp/ask-responder.ts";
import { createStapler, type StapleEvent } from "../../../src/certs/ocsp/stapler.ts";
import { plainMaterial } from "../../../src/server/tls/material.ts";
import { freePort, waitForExit } from "../../support/child-process.ts";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../../support/openssl-authority.ts";
import { until } from "../../support/until.ts";
import { started, text } from "../../server/started.ts";

const skip = HAS_OPENSSL ? false : "openssl is not here";
const authority = (HAS_OPENSSL ? testAuthority() : null) as TestAuthority;
after(() => authority?.remove());

/** OpenSSL's own responder, on loopback. */
async function responder(t: TestContext): Promise<string> {
  const port = await freePort();
  const child = spawn("openssl", ["ocsp", "-port", `${port}`, "-index", authority.writeIndex([1], [2]), "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-nmin", "60"], { cwd: authority.directory, stdio: ["ignore", "pipe", "pipe"] });
  t.after(async () => {
    child.kill();
    await waitForExit(child, 2000);
  });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  assert.ok(await until(() => /waiting for OCSP client connections/i.test(said), 5000), said);
  return `http://127.0.0.1:${port}/`;
}

/** What OpenSSL's client sees that asks for the status. */
async function status(port: number, version: "-tls1_2" | "-tls1_3", servername: readonly string[]): Promise<string> {
  const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-status", version, ...servername, "-CAfile", "ca.pem"], { cwd: authority.directory, stdio: ["pipe", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  child.stdin.end("Q\n");
  await waitForExit(child, 5000);
  return said;
}

test("clients that ask see the authority's answer, with and without a name; a revoked certificate shows none", { skip }, async (t) => {
  const address = await responder(t);
  const pairOf = (name: string, serial: number) => {
    const { cert, key } = authority.issue(name, serial, { names: [name], extensions: [`authorityInfoAccess=OCSP;URI:${address}`] });
    return { cert: `${cert}${authority.cert}`, key };
  };
  const [good, bad] = [pairOf("good.example", 1), pairOf("bad.example", 2)];
  const events: StapleEvent[] = [];
  const stapler = createStapler({ clock: systemClock, random: seededRandom(1), ask: responderAsker(systemClock), told: (event) => void events.push(event) });
  t.after(() => stapler.stop());
  stapler.watch([good, bad]);
  assert.ok(await until(() => events.length === 2, 5000));
  assert.deepEqual(events.map(({ kind, certificate }) => `${kind} ${certificate}`).toSorted(), ["revoked bad.example", "stapled good.example"]);
  const material = { ...plainMaterial([{ names: ["good.example"], pair: good }, { names: ["bad.example"], pair: bad }]), staple: stapler.staple };
  const { port } = await started(t, (_x, send) => send(text("ok")), {}, material);
  for (const version of ["-tls1_2", "-tls1_3"] as const) {
    for (const servername of [["-noservername"], ["-servername", "good.example"]]) {
      const said = await status(port, version, servername);
      assert.match(said, /OCSP Response Status: successful[^]*Cert Status: good/, said);
      assert.match(said, /Verify return code: 0/);
    }
    assert.match(await status(port, version, ["-servername", "bad.example"]), /OCSP response: no response sent/);
  }
});

async function stub(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("a responder is asked by POST", async (t) => {
  const address = await stub(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part)).on("end", () => response.end(`${request.method} ${request.headers["content-type"]} ${Buffer.concat(parts).toString()}`));
  });
  const answer = await responderAsker(systemClock)(address, Buffer.from("question"));
  assert.equal(answer.ok && Buffer.from(answer.bytes).toString(), "POST application/ocsp-request question");
});

const FAILING: readonly (readonly [what: string, answer: RequestListener, why: RegExp])[] = [
  ["answers with an error", (_request, response) => void response.writeHead(503).end(), /answered 503/],
  ["sends elsewhere", (_request, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), /answered 302/],
  ["answers with more than an answer can be", (_request, response) => void response.end(Buffer.alloc(70_000)), /could not be asked/],
  ["breaks off", (_request, response) => void response.writeHead(200, { "content-length": "10" }).write("abc", () => response.destroy()), /could not be asked/],
];

for (const [what, answer, why] of FAILING) {
  test(`a responder that ${what} gives nothing, and no rejection`, async (t) => {
    const told = await responderAsker(systemClock)(await stub(t, answer), Buffer.from("question"));
    assert.match(told.ok ? "" : told.why, why);
  });
}

test("a responder that says nothing, or drips, is given up after ten seconds", async (t) => {
  for (const drips of [false, true]) {
    const clock = manualClock();
    let isAsked = false;
    const address = await stub(t, (_request, response) => {
      isAsked = true;
      if (drips) response.write("x");
    });
    const told = responderAsker(clock)(address, Buffer.from("question"));
    assert.ok(await until(() => isAsked, 1000));
    clock.advance(10_000);
    assert.equal((await told).ok, false);
    assert.equal(clock.pending(), 0);
  }
});

test("an address that is not of HTTP is not asked", async () => {
  const told = await responderAsker(systemClock)("ldap://127.0.0.1/", Buffer.from("question"));
  assert.match(told.ok ? "" : told.why, /not asked by HTTP/);
});

test("whoever asks a listener that has nothing to show is refused by an alert, as without asking", { skip }, async (t) => {
  const { cert, key } = authority.issue("elsewhere.example", 3, { names: ["elsewhere.example"], extensions: ["authorityInfoAccess=OCSP;URI:http://ocsp.example/"] });
  const stapler = createStapler({ clock: manualClock(), random: seededRandom(1), ask: async () => ({ ok: false, why: "away" }), told: () => undefined });
  t.after(() => stapler.stop());
  // Another listener shows this one.
  stapler.watch([{ cert: `${cert}${authority.cert}`, key }]);
  const one = await started(t, (_x, send) => send(text("ok")), {}, { ...plainMaterial([{ names: ["elsewhere.example"], pair: null }]), staple: stapler.staple });
  for (const requestOCSP of [false, true]) {
    const socket = connect({ port: one.port, host: "127.0.0.1", rejectUnauthorized: false, requestOCSP });
    const [fault] = (await once(socket, "error")) as [{ readonly code?: string }];
    assert.match(fault.code ?? "", /ALERT_HANDSHAKE_FAILURE/);
  }
});
