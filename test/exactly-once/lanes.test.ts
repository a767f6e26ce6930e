import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { orderOf, type Order, type Told } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { eventually, issuedOnce, openScene, type Scene } from "./scene.ts";

const SERIAL = { serialBy: "[{ json: /sellerTaxNo }]" };
const ROUTES = [
  submissionRoute("impatient", SERIAL, { match: "header: { x-row: impatient }", more: "timeouts: { response: 1s, total: 1s }" }),
  submissionRoute("handed", { ...SERIAL, resolve: "[hold]" }, { match: "header: { x-row: handed }" }),
].join("\n");

/*
 * A device whose invoices hang together: each holds the hash of the one before. One scene for all; every row has its own seller,
 * which is its lane.
 */

describe("lanes of submissions", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: (origin) => configuration(origin, { submission: SERIAL, routes: ROUTES }) })));
  after(() => scene.end());

  const lane = (name: string, count: number): readonly Order[] => Array.from({ length: count }, (_, i) => orderOf(`R29-${name}-${i}`, { sellerTaxNo: `9144${name}` }));
  const issued = (name: string): readonly string[] => scene.sandbox.ledger.page(0, 1000).filter(({ orderNo }) => orderNo.startsWith(`R29-${name}-`)).map(({ orderNo }) => orderNo);
  const numbers = (orders: readonly Order[]): readonly string[] => orders.map(({ orderNo }) => orderNo);

  /** Sends them one after the other, as soon as the one before has been claimed. */
  async function inOrder(orders: readonly Order[], headers: Readonly<Record<string, string>> = {}): Promise<readonly Promise<Told>[]> {
    const told: Promise<Told>[] = [];
    for (const order of orders) {
      const claimed = await scene.metric("taxgate_journal_entries");
      told.push(scene.submit(order, { headers }));
      await eventually("it is claimed", async () => (await scene.metric("taxgate_journal_entries")) > claimed);
    }
    return told;
  }

  test("row 29: submissions of one lane reach the platform one at a time, in the order of their claims, and others beside them", async () => {
    await scene.sandbox.faults.set({ latency: { minMs: 300, maxMs: 300, on: ["issue"] } });
    const orders = lane("ONE", 5);
    const arrived = await scene.arrivals();
    const told = await inOrder(orders);
    ok((await scene.arrivals()) - arrived < 5, "they were sent abreast");
    const [other] = lane("TWO", 1) as [Order];
    issuedOnce(scene, other.orderNo, await scene.submit(other));
    for (const [index, order] of orders.entries()) issuedOnce(scene, order.orderNo, await (told[index] as Promise<Told>));
    deepEqual(issued("ONE"), numbers(orders));
    await scene.sandbox.faults.clear();
  });

  test("row 29: a lost answer keeps its lane until it is known, and those behind it are sent then", async () => {
    const orders = lane("DOUBT", 3);
    await scene.sandbox.faults.set({ latency: { minMs: 200, maxMs: 200, on: ["issue"] }, resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 800 } });
    const arrived = await scene.arrivals();
    const told = await inOrder(orders);
    await eventually("the first is in doubt", async () => (await scene.metric("taxgate_journal_entries", { state: "in-doubt" })) === 1);
    equal(await scene.arrivals(), arrived + 1);
    for (const [index, order] of orders.entries()) issuedOnce(scene, order.orderNo, await (told[index] as Promise<Told>));
    deepEqual(issued("DOUBT"), numbers(orders));
    await scene.sandbox.faults.clear();
  });

  test("row 29: a caller whose time ends before its turn is told to come later, and nothing of it is sent until it does", async () => {
    const orders = lane("LATE", 2) as [Order, Order];
    await scene.sandbox.faults.set({ latency: { minMs: 2500, maxMs: 2500, on: ["issue"] } });
    const [first, second] = await inOrder(orders, { "x-row": "impatient" }) as [Promise<Told>, Promise<Told>];
    for (const told of [await first, await second]) deepEqual([told.status, told.submission], [503, "in-doubt"]);
    ok(/nothing of it was sent/.test((await second).body.toString()), (await second).body.toString());
    await eventually("the first is issued", () => issued("LATE").length > 0);
    await eventually("nothing is under way", async () => (await scene.metric("taxgate_journal_under_way")) === 0);
    deepEqual(issued("LATE"), [orders[0].orderNo]);
    await scene.sandbox.faults.clear();
    issuedOnce(scene, orders[1].orderNo, await scene.submit(orders[1], { headers: { "x-row": "impatient" } }));
  });

  test("row 29: after a kill -9 a lane waits for what was left in doubt in it, and nothing that waited behind it was sent", async () => {
    const orders = lane("KILL", 3) as [Order, Order, Order];
    await scene.sandbox.faults.set({ latency: { minMs: 700, maxMs: 700, on: ["issue"] } });
    const arrived = await scene.arrivals();
    const told = await inOrder(orders.slice(0, 2));
    await eventually("the platform has the first", async () => (await scene.arrivals()) === arrived + 1);
    await scene.kill();
    for (const one of told) ok((await one).fault !== null);
    await scene.start();
    const later = scene.submit(orders[2]);
    const again = scene.submit(orders[0]);
    issuedOnce(scene, orders[2].orderNo, await later);
    issuedOnce(scene, orders[0].orderNo, await again);
    deepEqual(issued("KILL"), [orders[0].orderNo, orders[2].orderNo]);
    await scene.sandbox.faults.clear();
    issuedOnce(scene, orders[1].orderNo, await scene.submit(orders[1]));
    equal(await scene.arrivals(), arrived + 3);
  });

  test("row 29: one that is held stops its lane with a clear answer, over a kill -9 too, until a person has decided", async () => {
    const orders = lane("HELD", 2) as [Order, Order];
    const headers = { "x-row": "handed" };
    await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 } });
    const arrived = await scene.arrivals();
    equal((await scene.submit(orders[0], { headers })).submission, "held");
    await scene.sandbox.faults.clear();
    for (const next of ["before", "after"]) {
      const told = await scene.submit(orders[1], { headers });
      deepEqual([told.status, told.submission, told.error], [503, "held", "held"], next);
      ok(told.body.toString().includes(orders[0].orderNo), "it does not say which one");
      if (next === "after") break;
      await scene.kill();
      await scene.start();
    }
    equal(await scene.arrivals(), arrived + 1);
    await decide(orders[0]);
    issuedOnce(scene, orders[1].orderNo, await scene.submit(orders[1], { headers }));
  });

  test("row 29: nothing was issued twice", () => {
    equal(scene.sandbox.ledger.totals().duplicates, 0);
  });

  async function decide({ orderNo }: Order): Promise<void> {
    const taxgate = scene.taxgate();
    const origin = `http://127.0.0.1:${taxgate.port("admin")}`;
    const headers = { authorization: `Bearer ${taxgate.token()}`, "content-type": "application/json" };
    const listed = (await (await fetch(`${origin}/api/v1/journal/entries?key=${orderNo}`, { headers })).json()) as { readonly entries: readonly { readonly id: string; readonly revision: number }[] };
    const [entry] = listed.entries;
    ok(entry);
    const done = await fetch(`${origin}/api/v1/journal/resolve`, { method: "POST", headers, body: JSON.stringify({ id: entry.id, revision: entry.revision, to: "accepted", reason: "seen in the platform's books" }) });
    equal(done.status, 200, await done.text());
  }
});
