import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { eventually, get, parse, rawClient, reported, submit, talk } from "./raw-client.ts";
import { started } from "./started.ts";

const HEALTH = "GET /api/health HTTP/1.1\r\nHost: sandbox\r\n\r\n";

test("a blackout resets connections that are open", async (t) => {
  const { origin, faults } = await started(t);
  const client = rawClient(origin);
  client.send(HEALTH);
  await client.until((seen) => seen.text.includes('"up"'));
  await faults.set({ blackout: {} });
  assert.equal((await client.until()).ending, "reset");
});

test("a request in flight at a blackout is issued all the same", async (t) => {
  const { origin, faults, ledger, clock } = await started(t, { latency: { minMs: 50, maxMs: 50 } });
  const client = rawClient(origin);
  client.send(submit("A-1"));
  await eventually(() => clock.pending() === 1, "the request is worked on");
  await faults.set({ blackout: {} });
  assert.equal((await client.until()).text, "");
  clock.advance(50);
  await eventually(() => ledger.totals().issued === 1, "the invoice is issued");
});

test("a blackout resets a connection that stays silent, one that speaks another protocol, and spares the control API", async (t) => {
  const { origin, clock } = await started(t, { blackout: {} });
  const silent = rawClient(origin);
  await eventually(() => clock.pending() === 1, "the connection is accepted");
  clock.advance(50);
  assert.equal((await silent.until()).ending, "reset");
  assert.equal((await talk(origin, "\u0016\u0003\u0001")).ending, "reset");
  assert.equal(parse(await talk(origin, get("/_sandbox/faults"))).body.includes('"blackout":{}'), true);
});

test("the connection that orders a blackout gets its answer and can end it", async (t) => {
  const { origin } = await started(t);
  const client = rawClient(origin);
  t.after(() => client.socket.destroy());
  client.send('PUT /_sandbox/faults HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 15\r\n\r\n{"blackout":{}}');
  await client.until((seen) => seen.text.includes('{"blackout":{}}'));
  assert.equal((await talk(origin, submit("A-1"))).ending, "reset");
  client.send(get("/_sandbox/faults").replace("GET", "DELETE"));
  assert.match((await client.until()).text, /"faults":\{\}/);
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 200);
});

test("a connection that went over from the control API to the platform is reset by a blackout", async (t) => {
  const { origin, faults } = await started(t);
  const client = rawClient(origin);
  client.send(get("/_sandbox/faults").replace("Connection: close\r\n", ""));
  client.send(HEALTH);
  await client.until((seen) => seen.text.includes('"up"'));
  await faults.set({ blackout: {} });
  assert.equal((await client.until()).ending, "reset");
});

test("a blackout ends by itself after its time", async (t) => {
  const { origin, clock } = await started(t, { blackout: { forMs: 60_000 } });
  clock.advance(59_999);
  assert.equal((await talk(origin, submit("A-1"))).ending, "reset");
  clock.advance(1);
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 200);
});

test("refused connections are refused by the system and accepted again on the same port", async (t) => {
  const { origin, faults } = await started(t, { refuseConnections: {} });
  assert.equal((await talk(origin, submit("A-1"))).ending, "refused");
  await faults.clear();
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 200);
});

test("refusal ends by itself after its time", async (t) => {
  const { origin, controlOrigin, clock } = await started(t, { refuseConnections: { forMs: 1000 } });
  clock.advance(1000);
  await reported(controlOrigin, ({ now }) => now.listening);
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 200);
});

test("refusal ends idle connections, and a request in flight gets its answer and the end", async (t) => {
  const { origin, faults, clock } = await started(t, { latency: { minMs: 50, maxMs: 50, on: ["issue"] } });
  const [idle, busy] = [rawClient(origin), rawClient(origin)];
  idle.send(HEALTH);
  await idle.until((seen) => seen.text.includes('"up"'));
  busy.send(submit("A-1").replace("Connection: close\r\n", ""));
  await eventually(() => clock.pending() === 1, "the request is worked on");
  await faults.set({ refuseConnections: {} });
  assert.equal((await idle.until()).ending, "end");
  clock.advance(50);
  const seen = await busy.until();
  assert.deepEqual([seen.ending, parse(seen).status], ["end", 200]);
});

test("while the platform refuses connections its control API answers on a port of its own", async (t) => {
  const { origin, controlOrigin } = await started(t, { refuseConnections: {} });
  assert.equal(parse(await talk(controlOrigin, get("/_sandbox/faults").replace("GET", "DELETE"))).status, 200);
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 200);
});

test("a stopped sandbox leaves no socket, no wait and no port", async () => {
  const sandbox = await startSandbox({ name: "beijing", seed: 1, clock: systemClock });
  await sandbox.faults.set({ latency: { minMs: 3_600_000, maxMs: 3_600_000, on: ["issue"] }, halfOpen: { on: ["query"] }, refuseConnections: { forMs: 3_600_000 } });
  await sandbox.faults.set({ latency: { minMs: 3_600_000, maxMs: 3_600_000, on: ["issue"] }, halfOpen: { on: ["query"] } });
  const clients = [submit("A-1"), get("/api/invoices?orderNo=A-1"), ""].map((request) => {
    const client = rawClient(sandbox.origin);
    client.send(request);
    return client;
  });
  await reported(sandbox.origin, ({ total }) => total === 2);
  await sandbox.stop();
  for (const client of clients) assert.notEqual((await client.until()).ending, "open");
  assert.equal((await talk(sandbox.origin, HEALTH)).ending, "refused");
  assert.equal((await talk(sandbox.controlOrigin, HEALTH)).ending, "refused");
  // The test runner would not end with a timer of an hour pending.
});
