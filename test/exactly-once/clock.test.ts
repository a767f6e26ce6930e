import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { orderOf } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

const HOUR = 3_600_000;
const PATIENT = submissionRoute("deadline", { resolve: "[{ wait: 30s }, hold]", linger: "100ms" }, { match: "header: { x-row: deadline }", more: "timeouts: { response: 1s, total: 1s }" });
/** The platform is trusted to recognise the same bytes for two seconds, and no longer. */
const RESENDING = submissionRoute("resend", { resolve: "[{ wait: 3s }, { resend: { window: 2s } }, hold]", linger: "100ms" }, { match: "header: { x-row: resend }" });

/*
 * The process is a real one; its wall clock is moved from within (see wall-jump.ts), as an operator or NTP moves a machine's:
 * a container's own wall clock cannot be moved apart from the machine's.
 */

describe("a wall clock that jumps", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-clock-"));
  const file = join(folder, "jump");
  let scene: Scene;
  before(async () => {
    jump(0);
    const env = { NODE_OPTIONS: `--import ${new URL("wall-jump.ts", import.meta.url).href}`, WALL_JUMP: file };
    scene = await openScene({ yaml: (origin) => configuration(origin, { routes: `${PATIENT}\n${RESENDING}` }), folder, env });
  });
  after(async () => {
    await scene.end();
    rmSync(folder, { recursive: true, force: true });
  });

  function jump(ms: number): void {
    writeFileSync(`${file}.new`, String(ms));
    renameSync(`${file}.new`, file);
  }

  /** Wall ms of the last resolved doubt, by the log. */
  function resolvedAt(): number {
    const { time } = JSON.parse(logged(scene.taxgate(), "doubt resolved").at(-1) ?? "{}") as { readonly time?: string };
    return Date.parse(time ?? "");
  }

  for (const [direction, by] of [["forward", HOUR], ["back", -HOUR]] as const) {
    test(`row 16: a jump ${direction} by an hour while an order is in doubt does not let its absence count earlier, nor later`, async () => {
      const orderNo = `R16-${direction}`;
      await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 1000 } });
      const before = await scene.requests();
      const caller = scene.submit(orderOf(orderNo));
      await eventually("the platform is asked", async () => (await scene.requests()).byOperation.query > before.byOperation.query);
      jump(by);
      const told = await caller;
      issuedOnce(scene, orderNo, told);
      deepEqual([told.submission, await scene.arrivals()], ["confirmed", before.byOperation.issue + 1]);
      ok(Math.abs(resolvedAt() - Date.now() - by) < HOUR / 2, "its clock has not jumped");
      // What was written before the jump is known after it.
      equal((await scene.submit(orderOf(orderNo))).submission, "replayed");
      jump(0);
      equal((await scene.submit(orderOf(orderNo))).submission, "replayed");
      await scene.sandbox.faults.clear();
    });

    test(`row 16: a jump ${direction} by an hour loses no deadline: the caller is told after its second, and nothing is sent again`, async () => {
      const orderNo = `R16-DEADLINE-${direction}`;
      await scene.sandbox.faults.set({ latency: { minMs: 3000, maxMs: 3000, on: ["issue"] } });
      const arrived = await scene.arrivals();
      const began = performance.now();
      const caller = scene.submit(orderOf(orderNo), { headers: { "x-row": "deadline" } });
      await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
      jump(by);
      const told = await caller;
      const took = performance.now() - began;
      jump(0);
      deepEqual([told.status, told.submission], [503, "in-doubt"]);
      ok(took > 900 && took < 2500, `it took ${took} ms`);
      equal(await scene.arrivals(), arrived + 1);
      await scene.sandbox.faults.clear();
    });
  }

  test("row 16: a jump back by an hour does not make a window longer in which the same bytes may be sent again", async () => {
    const order = orderOf("R16-WINDOW");
    await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 } });
    const arrived = await scene.arrivals();
    const caller = scene.submit(order, { headers: { "x-row": "resend" } });
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    jump(-HOUR);
    const told = await caller;
    jump(0);
    deepEqual([told.status, told.submission, await scene.arrivals(), scene.sandbox.ledger.ofOrder(order.orderNo).length], [503, "held", arrived + 1, 1]);
    await scene.sandbox.faults.clear();
  });

  test("row 16: a jump while the process is down changes nothing of what is known, and sends nothing", async () => {
    const order = orderOf("R16-RESTART");
    issuedOnce(scene, order.orderNo, await scene.submit(order));
    await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 1000 } });
    const arrived = await scene.arrivals();
    const open = orderOf("R16-OPEN");
    void scene.submit(open, { patience: 200 });
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    await scene.kill();
    jump(-HOUR);
    await scene.start();
    const told = await scene.submit(open);
    issuedOnce(scene, open.orderNo, told);
    const again = await scene.submit(order);
    deepEqual([again.submission, await scene.arrivals()], ["replayed", arrived + 1]);
    jump(0);
    await scene.sandbox.faults.clear();
  });
});
