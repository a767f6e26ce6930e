import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { orderOf, type Order, type Told } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

const DEFERRED = { onOutage: "defer", serialBy: "[{ json: /sellerTaxNo }]", defer: "{ pace: 50/s }" };
const ROUTES = [
  submissionRoute("perishable", { onOutage: "defer", defer: "{ maxQueueAge: 1s, pace: 50/s }" }, { match: "header: { x-row: perishable }" }),
  submissionRoute("stubborn", { onOutage: "defer", resendUnsent: "1h", defer: "{ maxQueueAge: 2s, pace: 50/s }" }, { match: "header: { x-row: stubborn }" }),
  submissionRoute("slow", { onOutage: "defer", serialBy: "[{ json: /sellerTaxNo }]", defer: "{ pace: 2/s }" }, { match: "header: { x-row: slow }" }),
].join("\n");

describe("a platform that is down", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: (origin) => configuration(origin, { submission: DEFERRED, routes: ROUTES }) })));
  after(() => scene.end());

  function accepted(told: Told): void {
    deepEqual([told.status, told.submission, JSON.parse(told.body.toString()).status], [202, "deferred", "queued"]);
  }

  async function outage(): Promise<void> {
    await scene.sandbox.faults.set({ refuseConnections: {} });
    await eventually("the region is out", async () => (await scene.metric("taxgate_endpoint_up")) === 0);
  }

  const orderNos = (): readonly string[] => scene.sandbox.ledger.page(0, 1000).map(({ orderNo }) => orderNo);

  test("row 12: what is accepted while the platform is down survives a kill -9, and is delivered once, in order of acceptance", async () => {
    const lanes = ["91440300MA5LANE01X", "91440300MA5LANE02X"];
    const orders = Array.from({ length: 10 }, (_, i) => orderOf(`R12-${i}`, { sellerTaxNo: lanes[i % 2] as string }));
    await outage();
    for (const order of orders.slice(0, 6)) accepted(await scene.submit(order));
    await scene.kill();
    await scene.start();
    await eventually("the region is out", async () => (await scene.metric("taxgate_endpoint_up")) === 0);
    for (const order of orders.slice(6)) accepted(await scene.submit(order));
    // A caller that asks again is accepted once.
    accepted(await scene.submit(orders[3] as Order));
    equal((await scene.submit({ ...(orders[3] as Order), amount: 1 })).status, 409);
    deepEqual(orderNos(), []);
    await scene.sandbox.faults.clear();
    await eventually("all are delivered", () => orderNos().length >= orders.length);
    for (const lane of lanes) {
      const wanted = orders.filter(({ sellerTaxNo }) => sellerTaxNo === lane).map(({ orderNo }) => orderNo);
      deepEqual(scene.sandbox.ledger.page(0, 1000).filter(({ sellerTaxNo }) => sellerTaxNo === lane).map(({ orderNo }) => orderNo), wanted);
    }
    await eventually("the outcomes are durable", async () => (await scene.metric("taxgate_journal_queued")) === 0);
    for (const order of orders) {
      const told = await scene.submit(order);
      issuedOnce(scene, order.orderNo, told);
      equal(told.submission, "replayed");
    }
  });

  test("row 12: a kill -9 in the middle of the delivery repeats nothing and loses nothing", async () => {
    const orders = Array.from({ length: 4 }, (_, i) => orderOf(`R12-KILL-${i}`));
    const headers = { "x-row": "slow" };
    await outage();
    for (const order of orders) accepted(await scene.submit(order, { headers }));
    await scene.sandbox.faults.set({ latency: { minMs: 200, maxMs: 200, on: ["issue"] } });
    const arrived = await scene.arrivals();
    await eventually("the second is on its way", async () => (await scene.arrivals()) >= arrived + 2);
    await scene.kill();
    ok(orders.some(({ orderNo }) => scene.sandbox.ledger.ofOrder(orderNo).length === 0), "it was killed too late");
    await scene.start();
    await eventually("all are delivered", () => orders.every(({ orderNo }) => scene.sandbox.ledger.ofOrder(orderNo).length > 0));
    for (const order of orders) issuedOnce(scene, order.orderNo, await scene.submit(order, { headers }));
    const issued = orderNos().filter((orderNo) => orderNo.startsWith("R12-KILL-"));
    deepEqual(issued, orders.map(({ orderNo }) => orderNo));
    await scene.sandbox.faults.clear();
  });

  test("row 12: nothing is delivered past its deadline: it stays unsent, and its caller's next try is sent", async () => {
    const order = orderOf("R12-LATE");
    const headers = { "x-row": "perishable" };
    await outage();
    const arrived = await scene.arrivals();
    accepted(await scene.submit(order, { headers }));
    await eventually("its time has run out", async () => (await scene.metric("taxgate_journal_entries", { state: "unsent" })) === 1);
    await eventually("the log says so", () => logged(scene.taxgate(), "deferred submission is over").some((line) => line.includes("expired")));
    await scene.sandbox.faults.clear();
    // One that comes after it goes out, so it would have had its turn.
    const next = orderOf("R12-NEXT");
    await eventually("the region is back", async () => (await scene.metric("taxgate_endpoint_up")) === 1);
    issuedOnce(scene, next.orderNo, await scene.submit(next, { headers }));
    deepEqual([scene.sandbox.ledger.ofOrder(order.orderNo).length, await scene.arrivals()], [0, arrived + 1]);
    issuedOnce(scene, order.orderNo, await scene.submit(order, { headers }));
  });

  test("row 12: one whose delivery has begun is not sent past its deadline either, however often the platform says not executed", async () => {
    const order = orderOf("R12-STUBBORN");
    const headers = { "x-row": "stubborn" };
    await outage();
    accepted(await scene.submit(order, { headers }));
    const acceptedAt = performance.now();
    await scene.sandbox.faults.set({ errorBefore: { on: ["issue"] } });
    const arrived = await scene.arrivals();
    await eventually("its delivery has begun", async () => (await scene.arrivals()) > arrived);
    await eventually("its time has run out", () => performance.now() - acceptedAt > 2100);
    await scene.sandbox.faults.clear();
    await eventually("nothing is under way", async () => (await scene.metric("taxgate_journal_queued")) + (await scene.metric("taxgate_journal_under_way")) === 0);
    deepEqual(scene.sandbox.ledger.ofOrder(order.orderNo), []);
    issuedOnce(scene, order.orderNo, await scene.submit(order, { headers }));
  });

  test("row 12: nothing was issued twice", () => {
    equal(scene.sandbox.ledger.totals().duplicates, 0);
  });
});
