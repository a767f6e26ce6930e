import { deepEqual, equal, match, ok } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { operatorOf } from "../drill/operator.ts";
import { orderOf } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { eventually, issuedOnce, openScene, type Scene } from "./scene.ts";

/** What the sandbox says to an issue is now a final no, and its query is asked for where there is nothing. */
const TURNED = {
  accepted: "[{ status: 299 }]",
  final: "[{ status: 200 }]",
  resolve: "[{ query: { method: GET, path: \"/api/elsewhere?orderNo={key}\" }, found: { status: 299 }, absent: { status: 404 }, notFoundValidAfter: 0ms, every: 100ms, for: 10min }, hold]",
};

describe("a reload in the middle", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: configuration })));
  after(() => scene.end());

  async function reload(turned: boolean): Promise<void> {
    const yaml = turned ? configuration(scene.sandbox.origin, { submission: TURNED }) : configuration(scene.sandbox.origin);
    const taxgate = scene.taxgate();
    const operator = operatorOf(taxgate);
    const generation = await operator.metric("taxgate_config_generation");
    writeFileSync(taxgate.file, yaml.replaceAll("{folder}", scene.folder));
    // Saving reloads by itself; asking for it makes it certain, and a second one changes nothing.
    equal((await operator.reload()).status, 200);
    equal(await operator.metric("taxgate_config_generation"), generation + 1);
  }

  test("row 18: an answer that comes after a reload is judged as the entry was claimed", async () => {
    const order = orderOf("R18");
    await scene.sandbox.faults.set({ latency: { minMs: 700, maxMs: 700, on: ["issue"] } });
    const arrived = await scene.arrivals();
    const caller = scene.submit(order);
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    await reload(true);
    equal(scene.sandbox.ledger.ofOrder(order.orderNo).length, 0, "the reload came too late");
    issuedOnce(scene, order.orderNo, await caller);
    await scene.sandbox.faults.clear();
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    deepEqual([told.submission, await scene.arrivals(), await scene.metric("taxgate_journal_entries", { state: "rejected" })], ["replayed", arrived + 1, 0]);
    // The new words count for what is claimed now.
    equal((await scene.submit(orderOf("R18-NEW"))).status, 200);
    equal(await scene.metric("taxgate_journal_entries", { state: "rejected" }), 1);
    await reload(false);
  });

  test("row 18: after a reload and a kill -9 an entry is resolved by the plan that it was claimed under", async () => {
    const order = orderOf("R18-KILL");
    await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 800 } });
    const arrived = await scene.arrivals();
    void scene.submit(order, { patience: 300 });
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    await reload(true);
    await scene.kill();
    await scene.start(configuration(scene.sandbox.origin, { submission: TURNED }));
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    equal(await scene.arrivals(), arrived + 1);
    await scene.sandbox.faults.clear();
    match(await operatorOf(scene.taxgate()).config(), /elsewhere/);
    ok(scene.sandbox.ledger.totals().duplicates === 0);
  });
});

describe("a journal that is first opened by a reload", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: configuration })));
  after(() => scene.end());

  test("takes up what an earlier life left open, without anybody asking for it", async () => {
    const order = orderOf("R-OPENED");
    await scene.sandbox.faults.set({ latency: { minMs: 600, maxMs: 600, on: ["issue"] } });
    const arrived = await scene.arrivals();
    void scene.submit(order, { patience: 200 });
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    await scene.kill();
    await eventually("the platform has issued it", () => scene.sandbox.ledger.ofOrder(order.orderNo).length === 1);
    await scene.sandbox.faults.clear();
    const journalled = configuration(scene.sandbox.origin);
    await scene.start(journalled.replace(/ {2}- name: issue\n[^]*?(?= {2}- \{ name: codes)/, ""));
    const taxgate = scene.taxgate();
    equal(Number.isNaN(await scene.metric("taxgate_journal_entries", { state: "accepted" })) || (await scene.metric("taxgate_journal_entries", { state: "accepted" })) === 0, true, "no journal is open yet");
    writeFileSync(taxgate.file, journalled.replaceAll("{folder}", scene.folder));
    equal((await operatorOf(taxgate).reload()).status, 200);
    await eventually("it is resolved", async () => (await scene.metric("taxgate_journal_entries", { state: "accepted" })) === 1);
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    deepEqual([told.submission, await scene.arrivals()], ["replayed", arrived + 1]);
  });
});
