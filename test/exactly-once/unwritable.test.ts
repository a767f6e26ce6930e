import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test, type TestContext } from "node:test";
import { beginTaxgate } from "../drill/taxgate-process.ts";
import { until } from "../support/until.ts";
import { orderOf, read, type Order, type Told } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { answeredBytes, eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";
import { mountSmallDisk, NO_MOUNT, type SmallDisk } from "./small-disk.ts";

const BALLAST = { top: "journal: { ballast: 1MiB }" };
/** More than a log of 8 MB can hold. */
const MOST_TRIES = 4000;

describe("a journal that cannot be written", () => {
  const disk = mountSmallDisk(24);
  let scene: Scene | null = null;
  before(async () => {
    if (disk !== null) scene = await openScene({ yaml: (origin) => configuration(origin, { ...BALLAST, state: `${disk.folder}/state` }) });
  });
  after(async () => {
    disk?.free();
    await scene?.end();
    disk?.unmount();
  });

  /** Says what the row says of a store that cannot be written, whatever the cause. */
  async function refused(on: Scene, order: Order): Promise<void> {
    const arrived = await on.arrivals();
    const told = await on.submit(order);
    deepEqual([told.status, told.error, told.invoiceNo], [503, "journal-unavailable", undefined]);
    ok(Number(told.headers["retry-after"]) > 0);
    deepEqual([await on.arrivals(), on.sandbox.ledger.ofOrder(order.orderNo).length], [arrived, 0]);
    equal((await read(on.taxgate().port("plain"), "/api/codes")).status, 200);
    const ready = await fetch(`http://127.0.0.1:${on.taxgate().port("admin")}/readyz?verbose`);
    deepEqual([ready.status, (await ready.text()).includes("journal cannot be written")], [503, true]);
    equal(await on.metric("taxgate_journal_writable"), 0);
  }

  async function replayed(on: Scene, order: Order): Promise<void> {
    const told = await on.submit(order);
    issuedOnce(on, order.orderNo, told);
    deepEqual([told.submission, told.body.toString()], ["replayed", answeredBytes(on, order.orderNo)]);
  }

  test("row 9: on a full disk submissions are refused before anything is sent, reads and replays go on, and the log says what to do", needsMount(async (disk, on) => {
    const first = orderOf("R9");
    issuedOnce(on, first.orderNo, await on.submit(first));
    // One is on its way while the disk fills: the room kept for its outcome is there.
    await on.sandbox.faults.set({ latency: { minMs: 600, maxMs: 600, on: ["issue"] } });
    const arrived = await on.arrivals();
    const late = on.submit(orderOf("R9-LATE"));
    await eventually("the platform has it", async () => (await on.arrivals()) > arrived);
    disk.fill();
    issuedOnce(on, "R9-LATE", await late);
    await on.sandbox.faults.clear();
    const last = await untilRefused(on);
    await refused(on, last);
    await replayed(on, first);
    await replayed(on, orderOf("R9-LATE"));
    match(logged(on.taxgate(), "journal cannot be written")[0] ?? "", /"kind":"full".*free some space/);
  }));

  test("row 9: a kill -9 on the full disk loses nothing that was told, and once there is room the refused one is issued", needsMount(async (disk, on) => {
    await on.kill();
    disk.free();
    await on.start();
    await replayed(on, orderOf("R9"));
    await replayed(on, orderOf("R9-LATE"));
    const again = orderOf("R9-AGAIN");
    issuedOnce(on, again.orderNo, await on.submit(again));
    equal(on.sandbox.ledger.totals().duplicates, 0);
  }));

  test("row 9: a full disk that gets room again is written again without a restart", needsMount(async (disk, on) => {
    disk.fill();
    const last = await untilRefused(on);
    disk.free();
    await eventually("it is written again", async () => (await on.submit(last)).status === 200);
    await replayed(on, last);
    equal(await on.metric("taxgate_journal_writable"), 1);
    equal((await fetch(`http://127.0.0.1:${on.taxgate().port("admin")}/readyz`)).status, 200);
  }));

  test("row 9: on a file system that is read-only Taxgate does not start, and says what to do", needsMount(async (disk, on) => {
    await on.stop();
    disk.readOnly(true);
    const begun = beginTaxgate(configuration(on.sandbox.origin, { ...BALLAST, state: `${disk.folder}/state` }), { folder: on.folder });
    let code: number | null | undefined;
    void begun.ended.then((ending) => (code = ending.code));
    const refused = await until(() => code !== undefined, 10_000);
    if (!refused) await begun.stop();
    disk.readOnly(false);
    ok(refused && code !== 0);
    match(begun.lines().join("\n"), /read-only|writable/);
    await on.start();
    await replayed(on, orderOf("R9"));
  }));

  test("row 9: a disk that takes no byte at all is told as a fault of the disk, and forgotten once it does", async () => {
    const own = await openScene({ yaml: (origin) => configuration(origin, BALLAST) });
    // A fault of the row is the one to be told, not what it leaves behind.
    await noByteAtAll(own).catch(async (fault: unknown) => {
      await own.end().catch(() => undefined);
      throw fault;
    });
    await own.end();
  });

  async function noByteAtAll(own: Scene): Promise<void> {
    const first = orderOf("R9-IO");
    issuedOnce(own, first.orderNo, await own.submit(first));
    await own.sandbox.faults.set({ latency: { minMs: 400, maxMs: 400, on: ["issue"] } });
    const arrived = await own.arrivals();
    const late = own.submit(orderOf("R9-IO-LATE"));
    await eventually("the platform has it", async () => (await own.arrivals()) > arrived);
    fileSizeLimit(own, "0");
    // What is known is the truth although it cannot be written: its caller is told, and it is written as soon as that is possible.
    issuedOnce(own, "R9-IO-LATE", await late);
    await own.sandbox.faults.clear();
    await refused(own, orderOf("R9-IO-NO"));
    await replayed(own, first);
    match(logged(own.taxgate(), "journal cannot be written")[0] ?? "", /"kind":"io".*check the disk/);
    fileSizeLimit(own, "unlimited");
    await eventually("outcomes are written", async () => (await own.metric("taxgate_journal_unsettled")) === 0);
    await own.kill();
    await own.start();
    await replayed(own, orderOf("R9-IO-LATE"));
    issuedOnce(own, "R9-IO-NO", await own.submit(orderOf("R9-IO-NO")));
    equal(own.sandbox.ledger.totals().duplicates, 0);
  }

  function needsMount(run: (disk: SmallDisk, on: Scene) => Promise<void>): (t: TestContext) => Promise<void> {
    return async (t) => (disk === null || scene === null ? t.skip(NO_MOUNT) : run(disk, scene));
  }
});

/** Submits until the journal takes no more, and gives the order that was refused; every one before it was issued. */
async function untilRefused(on: Scene): Promise<Order> {
  for (let i = 0; i < MOST_TRIES; i += 1) {
    const order = orderOf(`R9-FILL-${on.sandbox.ledger.totals().issued}`, { items: [{ name: "x".repeat(4000) }] });
    const told: Told = await on.submit(order);
    if (told.error === "journal-unavailable") return order;
    issuedOnce(on, order.orderNo, told);
  }
  throw new Error(`filling a disk: ${MOST_TRIES} submissions were taken`);
}

/** Largest file that the process may write, as a disk that takes nothing: bytes or `unlimited`. */
function fileSizeLimit(on: Scene, bytes: string): void {
  execFileSync("prlimit", ["--pid", String(on.taxgate().pid), `--fsize=${bytes}:unlimited`]);
}
