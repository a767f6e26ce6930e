import { appendFileSync, closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { createLocks } from "../../../src/certs/store/lock.ts";

/*
 * Run by tests: takes one lock again and again. Half of the time it "dies" with a lock of 1 ms, so that the others have to take
 * over what has expired; else it does what only one may do, and says where it met another.
 */

const [folder = "", shared = "", until = ""] = process.argv.slice(2);
const inside = join(shared, "inside");
const wait = new Int32Array(new SharedArrayBuffer(4));
const locks = createLocks({ holder: String(process.pid), clock: systemClock, margin: 1, fault: (path, why) => process.stderr.write(`${path}: ${why}\n`) });
let met = 0;

while (Date.now() < Number(until)) {
  const dies = Math.random() < 0.5;
  const lock = locks.take(folder, dies ? 1 : 60_000);
  if (lock === null || dies) continue;
  try {
    closeSync(openSync(inside, "wx"));
    appendFileSync(join(shared, "fences"), `${lock.fence}\n`);
    Atomics.wait(wait, 0, 0, 1);
    if (!lock.renew()) met++;
    rmSync(inside);
  } catch {
    met++;
  }
  lock.release();
}
process.stdout.write(JSON.stringify({ met }));
