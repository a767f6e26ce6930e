import { deepEqual, equal } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { startInstance, type Instance } from "./instance.ts";

describe("two processes on one store", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-shared-"));
  let sandbox: Sandbox;
  let first: Instance;
  let second: Instance;
  before(async () => {
    sandbox = await startSandbox({ name: "home", seed: 11, clock: systemClock });
    const port = Number(new URL(sandbox.origin).port);
    first = await startInstance(join(folder, "journal"), port);
    second = await startInstance(join(folder, "journal"), port);
  });
  after(async () => {
    first.signal("SIGCONT");
    await Promise.all([first.stop(), second.stop()]);
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${i}`);

  test("row 11: of two instances that get the same keys at once exactly one sends each", async () => {
    const orderNos = numbered("R11", 100);
    const [one, other] = await Promise.all([first.ask("submit", orderNos), second.ask("submit", orderNos.toReversed())]);
    deepEqual([...one, ...other].toSorted(), orderNos.toSorted());
    equal(new Set([...one, ...other]).size, orderNos.length);
    deepEqual(orderNos.map((orderNo) => sandbox.ledger.ofOrder(orderNo).length), orderNos.map(() => 1));
    deepEqual([one.length > 0, other.length > 0], [true, true], "one of them got nothing: they did not meet");
  });

  test("row 11: what one instance has claimed is known to the other as somebody's who is alive, and is not sent", async () => {
    const orderNos = numbered("R11-BUSY", 5);
    deepEqual(await first.ask("claim", orderNos), orderNos);
    deepEqual(await second.ask("submit", orderNos), []);
    deepEqual(await second.ask("foreign", orderNos), orderNos);
    equal(orderNos.some((orderNo) => sandbox.ledger.ofOrder(orderNo).length > 0), false);
  });

  test("row 11: an instance that stood still while the other took its claims over changes nothing any more", async () => {
    const orderNos = numbered("R11-STILL", 5);
    deepEqual(await first.ask("claim", orderNos), orderNos);
    first.signal("SIGSTOP");
    deepEqual(await second.ask("take", orderNos), orderNos);
    first.signal("SIGCONT");
    deepEqual(await first.ask("settle", orderNos), []);
    deepEqual(await second.ask("settle", orderNos), orderNos);
  });

  test("row 11: an instance that is killed takes nothing with it: its claims are known to the next one", async () => {
    const orderNos = numbered("R11-KILL", 5);
    deepEqual(await first.ask("claim", orderNos), orderNos);
    first.signal("SIGKILL");
    await first.stop();
    deepEqual(await second.ask("submit", orderNos), []);
    first = await startInstance(join(folder, "journal"), Number(new URL(sandbox.origin).port));
    deepEqual(await first.ask("submit", orderNos), []);
    equal(sandbox.ledger.totals().duplicates, 0);
  });
});
