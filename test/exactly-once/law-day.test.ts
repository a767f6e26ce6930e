import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { orderOf, type Told } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

const DAY = 86_400_000;
const LAW = { notPast: "midnight UTC" };
const rowOf = (name: string, changes: Readonly<Record<string, string>>): string => submissionRoute(name, { ...LAW, ...changes }, { match: `header: { x-row: ${name} }` });
const ROUTES = [rowOf("later", { onOutage: "defer", defer: "{ pace: 50/s }" }), rowOf("again", { resendUnsent: "1h" }), rowOf("lane", { serialBy: "[{ json: /sellerTaxNo }]" })].join("\n");

/*
 * An invoice that comes before midnight and is sent after it has another legal state. The process's wall clock is moved from
 * within (see wall-jump.ts) to a minute before midnight, and over it.
 */

describe("the law's day", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-law-day-"));
  const file = join(folder, "jump");
  let scene: Scene;
  before(async () => {
    evening();
    const env = { NODE_OPTIONS: `--import ${new URL("wall-jump.ts", import.meta.url).href}`, WALL_JUMP: file };
    scene = await openScene({ yaml: (origin) => configuration(origin, { submission: LAW, routes: ROUTES }), folder, env });
  });
  beforeEach(async () => {
    evening();
    await scene.sandbox.faults.clear();
    await eventually("the region is in", async () => (await scene.metric("taxgate_endpoint_up")) === 1);
  });
  after(async () => {
    await scene.end();
    rmSync(folder, { recursive: true, force: true });
  });

  function jump(ms: number): void {
    writeFileSync(`${file}.new`, String(ms));
    renameSync(`${file}.new`, file);
  }

  const evening = (): void => jump(DAY - (Date.now() % DAY) - 60_000);
  const morning = (): void => jump(DAY - (Date.now() % DAY) + 60_000);

  async function outage(): Promise<void> {
    await scene.sandbox.faults.set({ refuseConnections: {} });
    await eventually("the region is out", async () => (await scene.metric("taxgate_endpoint_up")) === 0);
  }

  function saysWhy(told: Told): void {
    deepEqual([told.status, told.error], [502, "unreachable"], told.body.toString());
    ok(/it came on an earlier day/.test(told.body.toString()), told.body.toString());
  }

  test("row 30: what waits for the platform to come back is not sent after midnight, its caller is told why, and sends it on the new day", async () => {
    const order = orderOf("R30-WAIT");
    await outage();
    const arrived = await scene.arrivals();
    const claimed = await scene.metric("taxgate_journal_entries");
    const caller = scene.submit(order);
    await eventually("it is claimed", async () => (await scene.metric("taxgate_journal_entries")) > (Number.isNaN(claimed) ? 0 : claimed));
    morning();
    await scene.sandbox.faults.clear();
    saysWhy(await caller);
    equal(await scene.arrivals(), arrived);
    issuedOnce(scene, order.orderNo, await scene.submit(order));
  });

  test("row 30: what was put off for later is not delivered after midnight, though a kill -9 lies between", async () => {
    const order = orderOf("R30-LATER");
    const headers = { "x-row": "later" };
    await outage();
    const arrived = await scene.arrivals();
    equal((await scene.submit(order, { headers })).submission, "deferred");
    await scene.kill();
    morning();
    await scene.sandbox.faults.clear();
    await scene.start();
    await eventually("its time is over", () => logged(scene.taxgate(), "deferred submission is over").some((line) => line.includes("expired")));
    equal(await scene.arrivals(), arrived);
    issuedOnce(scene, order.orderNo, await scene.submit(order, { headers }));
  });

  test("row 30: what the platform did not execute is not sent again by ourselves after midnight", async () => {
    const order = orderOf("R30-AGAIN");
    await scene.sandbox.faults.set({ errorBefore: { on: ["issue"] } });
    const arrived = await scene.arrivals();
    const caller = scene.submit(order, { headers: { "x-row": "again" } });
    await eventually("it is sent again", async () => (await scene.arrivals()) > arrived + 1);
    morning();
    saysWhy(await caller);
    await scene.sandbox.faults.clear();
    deepEqual(scene.sandbox.ledger.ofOrder(order.orderNo), []);
    issuedOnce(scene, order.orderNo, await scene.submit(order, { headers: { "x-row": "again" } }));
  });

  test("row 30: one whose turn in its lane comes after midnight is not sent, though the one before it is answered then", async () => {
    const orders = ["R30-LANE-1", "R30-LANE-2"].map((orderNo) => orderOf(orderNo));
    const headers = { "x-row": "lane" };
    await scene.sandbox.faults.set({ latency: { minMs: 1000, maxMs: 1000, on: ["issue"] } });
    const callers: Promise<Told>[] = [];
    for (const order of orders) {
      const claimed = await scene.metric("taxgate_journal_entries");
      callers.push(scene.submit(order, { headers }));
      await eventually("it is claimed", async () => (await scene.metric("taxgate_journal_entries")) > claimed);
    }
    morning();
    const [first, second] = await Promise.all(callers) as [Told, Told];
    issuedOnce(scene, "R30-LANE-1", first);
    saysWhy(second);
    await scene.sandbox.faults.clear();
    issuedOnce(scene, "R30-LANE-2", await scene.submit(orderOf("R30-LANE-2"), { headers }));
  });

  test("row 30: nothing was issued twice", () => {
    equal(scene.sandbox.ledger.totals().duplicates, 0);
  });
});
