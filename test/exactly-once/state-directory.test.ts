import { deepEqual, equal, match, ok } from "node:assert/strict";
import { hash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { beginTaxgate } from "../drill/taxgate-process.ts";
import { until } from "../support/until.ts";
import { orderOf } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

/** A platform whose queries show an invoice at once. */
const QUICK = "[{ query: { method: GET, path: \"/api/invoices?orderNo={key}&sellerTaxNo={scope}\" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: 200ms, every: 100ms, for: 10min }, hold]";
/** For a process that refuses to start. */
const BOUND_MS = 10_000;

describe("the state directory", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: (origin) => configuration(origin, { submission: { resolve: QUICK } }) })));
  after(() => scene.end());

  const journal = (): string => join(scene.folder, "state", "journal");

  /** Replaces the journal by a copy of it; the witness beside it stays. */
  function putBack(copy: string): void {
    rmSync(journal(), { recursive: true });
    cpSync(copy, journal(), { recursive: true });
  }

  test("row 23: a second process on the same state directory refuses to start, says who has it, and touches nothing", async () => {
    const order = orderOf("R23");
    issuedOnce(scene, order.orderNo, await scene.submit(order));
    // The first one stands still meanwhile: whatever changes is the second one's doing.
    scene.taxgate().signal("SIGSTOP");
    const before = snapshot(join(scene.folder, "state"));
    const second = beginTaxgate(configuration(scene.sandbox.origin, { submission: { resolve: QUICK } }), { folder: scene.folder, file: "second.yaml" });
    let code: number | null | undefined;
    void second.ended.then((ending) => (code = ending.code));
    const refused = await until(() => code !== undefined, BOUND_MS);
    if (!refused) await second.stop();
    const said = second.lines().join("\n");
    ok(refused && code !== 0, said);
    match(said, new RegExp(`locking state directory .*: in use by process ${scene.taxgate().pid}\\b`));
    equal(said.includes('"listening"'), false);
    deepEqual(snapshot(join(scene.folder, "state")), before);
    scene.taxgate().signal("SIGCONT");
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    equal(told.submission, "replayed");
  });

  test("row 24: a journal put back from yesterday's backup is noticed, and keys that it cannot know are asked about before they are sent", async () => {
    const copy = join(scene.folder, "yesterday");
    const [old, newer, inDoubt, fresh] = [orderOf("R24-OLD"), orderOf("R24-NEWER"), orderOf("R24-DOUBT"), orderOf("R24-FRESH")];
    issuedOnce(scene, old.orderNo, await scene.submit(old));
    await scene.stop();
    cpSync(journal(), copy, { recursive: true });
    await scene.start();
    issuedOnce(scene, newer.orderNo, await scene.submit(newer));
    // One that nobody has an answer to when the disk is lost.
    await scene.sandbox.faults.set({ latency: { minMs: 400, maxMs: 400, on: ["issue"] } });
    const arrived = await scene.arrivals();
    void scene.submit(inDoubt, { patience: 300 });
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    await scene.kill();
    await scene.sandbox.faults.clear();
    putBack(copy);
    await scene.start();
    equal(logged(scene.taxgate(), "journal was put back").length, 1);
    const before = await scene.requests();
    const told = await scene.submit(newer);
    issuedOnce(scene, newer.orderNo, told);
    issuedOnce(scene, inDoubt.orderNo, await scene.submit(inDoubt));
    const asked = await scene.requests();
    deepEqual([asked.byOperation.issue, asked.byOperation.query > before.byOperation.query], [before.byOperation.issue, true]);
    equal(told.submission, "confirmed");
    const known = await scene.submit(old);
    issuedOnce(scene, old.orderNo, known);
    equal(known.submission, "replayed");
    // Another content under a number that the backup does not know is not sent either.
    equal((await scene.submit({ ...newer, amount: 1 })).status, 409);
    issuedOnce(scene, fresh.orderNo, await scene.submit(fresh));
    equal(await scene.arrivals(), asked.byOperation.issue + 1);
  });

  test("row 24: what was found is not forgotten by the next start", async () => {
    await scene.kill();
    await scene.start();
    const order = orderOf("R24-AGAIN");
    const before = await scene.requests();
    issuedOnce(scene, order.orderNo, await scene.submit(order));
    const after = await scene.requests();
    deepEqual([after.byOperation.issue - before.byOperation.issue, after.byOperation.query > before.byOperation.query], [1, true]);
  });

  test("row 24: a journal that is gone altogether is noticed by its witness", async () => {
    const order = orderOf("R24-GONE");
    issuedOnce(scene, order.orderNo, await scene.submit(order));
    await scene.kill();
    rmSync(journal(), { recursive: true });
    await scene.start();
    equal(logged(scene.taxgate(), "journal was put back").length, 1);
    const arrived = await scene.arrivals();
    issuedOnce(scene, order.orderNo, await scene.submit(order));
    deepEqual([await scene.arrivals(), scene.sandbox.ledger.totals().duplicates], [arrived, 0]);
  });
});

/** Every file below a folder: its content, and when it was last written. */
function snapshot(folder: string): readonly (readonly [file: string, content: string, writtenAt: number])[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.toSorted().map((file) => [file, hash("sha256", readFileSync(file)), statSync(file).mtimeMs] as const);
}
