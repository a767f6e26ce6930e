import assert from "node:assert/strict";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { startLoad } from "../drill/load.ts";
import { inWords, isGood, keptConnections, send, type Call } from "../drill/request.ts";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { BEIJING_TAXPAYER, reads, submissions } from "../drill/traffic.ts";

const READ: Call = { kind: "read", method: "GET", path: "/api/codes", headers: {} };

/** A Taxgate in front of one simulated platform, both ended with the test. */
async function started(t: TestContext, drain: string, faults: FaultSet = {}): Promise<{ readonly taxgate: TaxgateProcess; readonly platform: Sandbox; readonly port: number }> {
  const platform = await startSandbox({ name: "beijing", seed: 1, clock: systemClock });
  t.after(() => platform.stop());
  await platform.faults.set(faults);
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
health: { bind: "127.0.0.1:0" }
drain: ${drain}
regions: { beijing: { endpoints: [{ url: "${platform.origin}" }] } }
routes:
  - { name: issue, match: { methods: [POST], path: /api/invoices }, class: submit, body: { maxBytes: 1MB } }
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
  - { name: rest, match: { path: /** }, class: pass }
`, {}, ["plain", "admin", "health"]);
  t.after(() => taxgate.stop());
  return { taxgate, platform, port: taxgate.port("plain") };
}

async function isReady(taxgate: TaxgateProcess): Promise<boolean> {
  const agent = keptConnections();
  const { status } = await send({ ...READ, path: "/readyz" }, taxgate.port("health"), agent);
  agent.destroy();
  return status === 200;
}

/** Asks every 20 ms until it is so. Throws after five seconds. */
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("waiting: nothing changed within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Has a request come to the platform? */
const arrived = (platform: Sandbox) => async (): Promise<boolean> => {
  const report = await (await fetch(`${platform.controlOrigin}/_sandbox/requests`)).json() as { readonly total: number };
  return report.total > 0;
};

test("SIGTERM turns readiness off, finishes what is under way, drops nothing and ends with 0", async (t) => {
  const { taxgate, platform } = await started(t, "{ grace: 700ms, max: 10s }", { latency: { minMs: 20, maxMs: 400 } });
  const load = startLoad([reads(60, BEIJING_TAXPAYER), submissions(30, BEIJING_TAXPAYER, "K"), reads(20, BEIJING_TAXPAYER, true), submissions(10, BEIJING_TAXPAYER, "F", true)], taxgate.port("plain"));
  t.after(() => load.stop());
  await until(() => load.samples.length > 40);
  const askedAt = performance.now();
  taxgate.signal("SIGTERM");
  // What a balancer does: it goes on until readiness is off, and a moment longer.
  await until(async () => !(await isReady(taxgate)));
  const noticed = performance.now() - askedAt;
  await new Promise((resolve) => setTimeout(resolve, 200));
  const samples = await load.stop();
  assert.ok(noticed < 500, `readiness went off after ${noticed} ms`);
  assert.deepEqual(samples.filter((sample) => !isGood(sample)).map(inWords), []);
  assert.ok(samples.some((sample) => sample.sentAt > askedAt + noticed), "nothing was sent during the grace");
  const orders = samples.filter((sample) => sample.orderNo !== null);
  assert.deepEqual(orders.filter((sample) => platform.ledger.ofOrder(sample.orderNo ?? "").length !== 1), []);
  assert.deepEqual(await taxgate.ended, { code: 0, signal: null });
});

test("a submission that outlasts the grace gets its answer, and new connections are refused meanwhile", async (t) => {
  const { taxgate, platform, port } = await started(t, "{ grace: 0ms, max: 10s }", { latency: { minMs: 1200, maxMs: 1200, on: ["issue"] } });
  const agent = keptConnections();
  t.after(() => agent.destroy());
  const answer = send(submissions(1, BEIJING_TAXPAYER, "S").call(0), port, agent);
  await until(arrived(platform));
  taxgate.signal("SIGTERM");
  await until(async () => (await send({ ...READ, fresh: true }, port, agent)).fault === "ECONNREFUSED");
  assert.equal((await answer).status, 200);
  assert.deepEqual(await taxgate.ended, { code: 0, signal: null });
});

test("a slow reader gets the whole of its answer although the process drains", async (t) => {
  const { taxgate, port } = await started(t, "{ grace: 0ms, max: 20s }");
  const bytes = 12_000_000;
  const got = download(port, bytes, () => taxgate.signal("SIGTERM"));
  assert.equal(await got, bytes);
  assert.deepEqual(await taxgate.ended, { code: 0, signal: null });
});

/** Reads slowly from when the head has come, and tells then; gives the number of bytes that arrived before the end or the fault. */
function download(port: number, bytes: number, begun: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: `/api/echo?bytes=${bytes}`, agent: false }, (response) => {
      let length = 0;
      begun();
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        response.pause();
        setTimeout(() => response.resume(), 5);
      });
      response.once("close", () => resolve(length));
    }).once("error", reject).end();
  });
}

test("an exchange that is not over after drain.max is cut, and the process ends with 0", async (t) => {
  const { taxgate, platform, port } = await started(t, "{ grace: 0ms, max: 300ms }", { halfOpen: {} });
  const agent = keptConnections();
  t.after(() => agent.destroy());
  const answer = send(READ, port, agent);
  await until(arrived(platform));
  taxgate.signal("SIGTERM");
  assert.equal((await answer).status, 0);
  assert.deepEqual(await taxgate.ended, { code: 0, signal: null });
});

test("a second SIGINT stops at once, whatever is under way", async (t) => {
  const { taxgate, platform, port } = await started(t, "{ grace: 30s, max: 30s }", { halfOpen: {} });
  const agent = keptConnections();
  t.after(() => agent.destroy());
  const answer = send(READ, port, agent);
  await until(arrived(platform));
  taxgate.signal("SIGINT");
  await until(async () => !(await isReady(taxgate)));
  const askedAt = performance.now();
  taxgate.signal("SIGINT");
  assert.deepEqual(await taxgate.ended, { code: 1, signal: null });
  assert.ok(performance.now() - askedAt < 2000);
  assert.equal((await answer).status, 0);
});

test("idle connections do not keep a draining process", async (t) => {
  const { taxgate, port } = await started(t, "{ grace: 0ms, max: 30s }");
  const sockets = await Promise.all(Array.from({ length: 5 }, () => opened(port)));
  const askedAt = performance.now();
  taxgate.signal("SIGTERM");
  assert.deepEqual(await taxgate.ended, { code: 0, signal: null });
  assert.ok(performance.now() - askedAt < 2000);
  for (const socket of sockets) socket.destroy();
});

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });
}
