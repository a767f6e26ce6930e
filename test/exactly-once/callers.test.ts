import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { orderOf } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { answeredBytes, eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

/** Gives up long before the platform answers, and asks nobody: only a late answer can tell. */
const IMPATIENT = submissionRoute("impatient", { resolve: "[{ wait: 30s }, hold]", linger: "20s" }, { match: "header: { x-row: late }", more: "timeouts: { response: 400ms, total: 500ms }" });

describe("what several tries of one order meet", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: (origin) => configuration(origin, { routes: IMPATIENT }) })));
  after(() => scene.end());

  test("row 1: a caller that hangs up and tries again joins its first try, and is told its number", async () => {
    const order = orderOf("R1");
    await scene.sandbox.faults.set({ latency: { minMs: 900, maxMs: 900, on: ["issue"] } });
    const arrived = await scene.arrivals();
    equal((await scene.submit(order, { patience: 200 })).status, 0);
    const [second, third] = await Promise.all([scene.submit(order), scene.submit(order)]);
    await scene.sandbox.faults.clear();
    for (const told of [second, third]) {
      issuedOnce(scene, order.orderNo, told);
      equal(told.submission, "joined");
    }
    equal(await scene.arrivals(), arrived + 1);
  });

  test("row 1: a hundred tries of the same moment are sent once, and all are told the same number", async () => {
    const order = orderOf("R1-CROWD");
    const arrived = await scene.arrivals();
    const told = await Promise.all(Array.from({ length: 100 }, () => scene.submit(order)));
    for (const one of told) issuedOnce(scene, order.orderNo, one);
    equal(told.filter(({ submission }) => submission === "fresh").length, 1);
    equal(await scene.arrivals(), arrived + 1);
  });

  test("row 10: of several contents of the same moment under one number one is issued, and the others are conflicts", async () => {
    const contents = Array.from({ length: 20 }, (_, i) => orderOf("R10-RACE", { amount: i }));
    const told = await Promise.all(contents.map((order) => scene.submit(order)));
    const winners = told.filter(({ status }) => status === 200);
    equal(winners.length, 1);
    for (const one of winners) issuedOnce(scene, "R10-RACE", one);
    equal(told.filter(({ status, submission }) => status === 409 && submission === "conflict").length, contents.length - 1);
  });

  test("row 10: another content under a number that was issued is a conflict: nothing is sent, and the log says so as an error", async () => {
    const order = orderOf("R10");
    const first = await scene.submit(order);
    issuedOnce(scene, order.orderNo, first);
    const arrived = await scene.arrivals();
    const told = await scene.submit({ ...order, amount: 999 });
    deepEqual([told.status, told.error, told.submission, told.invoiceNo], [409, "conflict", "conflict", undefined]);
    equal(await scene.arrivals(), arrived);
    await eventually("it is an alarm", () => logged(scene.taxgate(), "another content under a number that is taken").some((line) => line.includes('"level":"error"') || line.includes('"level":50')));
    equal((await scene.submit(order)).body.toString(), first.body.toString());
  });

  test("row 10: another content while the first is under way is a conflict, and the first goes on", async () => {
    const order = orderOf("R10-BUSY");
    await scene.sandbox.faults.set({ latency: { minMs: 500, maxMs: 500, on: ["issue"] } });
    const arrived = await scene.arrivals();
    const first = scene.submit(order);
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    const told = await scene.submit({ ...order, amount: 999 });
    deepEqual([told.status, told.submission], [409, "conflict"]);
    issuedOnce(scene, order.orderNo, await first);
    equal(await scene.arrivals(), arrived + 1);
    await scene.sandbox.faults.clear();
  });

  // There are no limits yet; what could refuse a retry today is a platform that is down and a region that is out.
  test("row 21: a retry needs nothing but the journal: with the platform down it is replayed byte for byte", async () => {
    const order = orderOf("R21");
    const first = await scene.submit(order);
    issuedOnce(scene, order.orderNo, first);
    await scene.sandbox.faults.set({ refuseConnections: {} });
    await eventually("the region is out", async () => (await scene.metric("taxgate_endpoint_up")) === 0);
    const told = await scene.submit(order);
    await scene.sandbox.faults.clear();
    deepEqual([told.status, told.submission, told.body.toString()], [200, "replayed", answeredBytes(scene, order.orderNo)]);
    issuedOnce(scene, order.orderNo, told);
    await eventually("the region is back", async () => (await scene.metric("taxgate_endpoint_up")) === 1);
  });

  test("row 25: an answer after our own deadline is recorded, and the next try gets it", async () => {
    const order = orderOf("R25");
    const headers = { "x-row": "late" };
    await scene.sandbox.faults.set({ latency: { minMs: 2500, maxMs: 2500, on: ["issue"] } });
    const arrived = await scene.requests();
    const began = performance.now();
    const first = await scene.submit(order, { headers });
    deepEqual([first.status, first.error, first.submission], [503, "try-later", "in-doubt"]);
    ok(performance.now() - began < 2400, "it waited for longer than its deadline");
    ok(Number(first.headers["retry-after"]) > 0);
    await eventually("the answer has come", async () => (await scene.metric("taxgate_journal_under_way")) === 0);
    await scene.sandbox.faults.clear();
    const told = await scene.submit(order, { headers });
    issuedOnce(scene, order.orderNo, told);
    deepEqual([told.submission, told.body.toString()], ["replayed", answeredBytes(scene, order.orderNo)]);
    const { byOperation } = await scene.requests();
    deepEqual([byOperation.issue, byOperation.query], [arrived.byOperation.issue + 1, arrived.byOperation.query]);
  });
});

const CUSTOMERS = `{ principal: [{ header: x-customer, hash: false }], taxpayer: [{ json: /sellerTaxNo }], entitled: [{ principal: "x-customer:alice", taxpayers: ["9144*"] }, { principal: "x-customer:bob", taxpayers: ["9111*"] }] }`;

describe("what a stranger meets", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: (origin) => configuration(origin, { identity: CUSTOMERS }) })));
  after(() => scene.end());

  const alice = { headers: { "x-customer": "alice" } };
  const bob = { headers: { "x-customer": "bob" } };

  test("row 26: another customer's principal with a known key and the same bytes is refused, and hears nothing of the invoice", async () => {
    const order = orderOf("R26");
    const first = await scene.submit(order, alice);
    issuedOnce(scene, order.orderNo, first);
    const arrived = await scene.arrivals();
    for (const manners of [bob, { headers: {} }]) {
      const told = await scene.submit(order, manners);
      deepEqual([told.status, told.error], [403, "not-yours"]);
      ok(!told.body.toString().includes(first.invoiceNo as string));
    }
    equal(await scene.arrivals(), arrived);
    equal((await scene.submit(order, alice)).body.toString(), first.body.toString());
  });

  test("row 26: another customer's principal does not join a try that is under way, nor does it learn that there is one", async () => {
    const order = orderOf("R26-BUSY");
    await scene.sandbox.faults.set({ latency: { minMs: 500, maxMs: 500, on: ["issue"] } });
    const arrived = await scene.arrivals();
    const first = scene.submit(order, alice);
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    const told = await scene.submit(order, bob);
    const unknown = await scene.submit(orderOf("R26-NEVER"), bob);
    await scene.sandbox.faults.clear();
    deepEqual([told.status, told.error, told.invoiceNo], [403, "not-yours", undefined]);
    deepEqual([unknown.status, unknown.error], [told.status, told.error]);
    issuedOnce(scene, order.orderNo, await first);
    equal(await scene.arrivals(), arrived + 1);
  });
});
