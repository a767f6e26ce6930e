import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { openTurnLog, type TurnLog } from "../../../src/limits/pace/turn-log.ts";
import { Counter } from "../../../src/limits/pace/counter.ts";

const WALL = 1_790_000_000_000;
const RULES = { windows: [{ count: 4, per: 1000 }, { count: 6, per: 3_600_000 }], margin: 0 };

interface Disk {
  readonly path: string;
  readonly faults: string[];
  /** A process that begins so many ms after the first; `boot` tells starts of the machine apart. */
  start(after?: number, boot?: number, compactAfter?: number): { readonly log: TurnLog; readonly clock: ManualClock };
}

function disk(t: TestContext): Disk {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-turns-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "pace.turns");
  const faults: string[] = [];
  return {
    path, faults,
    start(after = 0, boot = 0, compactAfter = 1_000_000) {
      const clock = manualClock(WALL + after);
      return { clock, log: openTurnLog({ clock, path, bootedAt: WALL - 100_000 + boot, fault: (reason) => void faults.push(reason), compactAfter }) };
    },
  };
}

function go({ log, clock }: ReturnType<Disk["start"]>, times: number, scope = "a", rules = RULES): number {
  const counter = new Counter(rules, clock, log.of("main", "send", scope));
  let gone = 0;
  for (let one = 0; one < times; one++) {
    if (!counter.tryEnter()) continue;
    counter.arrived(counter.hand());
    gone++;
  }
  return gone;
}

describe("turns of long windows", () => {
  it("are known after the process was killed, each of them", (t) => {
    const place = disk(t);
    assert.equal(go(place.start(), 3), 3);
    assert.equal(go(place.start(10_000), 9), 3);
    assert.equal(go(place.start(20_000), 9), 0);
    assert.equal(go(place.start(3_599_999), 9), 0);
    assert.equal(go(place.start(3_600_000), 9), 3);
    assert.equal(go(place.start(3_610_000), 9), 3);
  });

  it("are known by scope", (t) => {
    const place = disk(t);
    assert.deepEqual([go(place.start(), 2, "a"), go(place.start(), 3, "b\n\"=")], [2, 3]);
    const next = place.start(5000);
    assert.deepEqual([go(next, 9, "a"), go(next, 9, "b\n\"="), go(next, 9, "c")], [4, 3, 4]);
  });

  it("are known after an orderly end, and nothing beside them", (t) => {
    const place = disk(t);
    const first = place.start();
    go(first, 2);
    first.log.stop();
    assert.equal(go(first, 1), 1);
    assert.equal(go(place.start(10_000, 60_000), 9), 4);
  });

  it("may be more than is known where the machine stopped: what two seconds allow is counted as spent now", (t) => {
    const place = disk(t);
    go(place.start(), 1);
    const next = place.start(10_000, 60_000);
    // One of six is known; what may be lost is all that is left of the hour.
    assert.equal(go(next, 9), 0);
    // That is known to nobody any more, once this one is killed.
    assert.equal(go(place.start(20_000, 60_000), 9), 4);
  });

  it("went now at the latest, where the wall clock was set back", (t) => {
    const place = disk(t);
    go(place.start(), 4);
    const next = place.start(-50_000);
    const counter = new Counter(RULES, next.clock, next.log.of("main", "send", "a"));
    assert.equal(counter.tryEnter(), false);
    next.clock.advance(1000);
    assert.equal(counter.tryEnter(), true);
  });

  it("are not kept where all windows are short", (t) => {
    const place = disk(t);
    go(place.start(), 4, "a", { windows: [{ count: 4, per: 1000 }], margin: 0 });
    assert.equal(readFileSync(place.path, "utf8").split("\n").length, 2);
  });

  it("are read as far as they can be where the file is damaged", (t) => {
    const place = disk(t);
    go(place.start(), 3);
    appendFileSync(place.path, `nonsense\n77 ${WALL}\n0 x\n= \n0 17900000`);
    assert.equal(go(place.start(10_000), 9), 3);
    assert.deepEqual(place.faults, []);
  });

  it("leave a file that is as long as what matters", (t) => {
    const place = disk(t);
    const process = place.start(0, 0, 2000);
    const counter = new Counter({ windows: [{ count: 1000, per: 60_000 }], margin: 0 }, process.clock, process.log.of("main", "send", "a"));
    for (let turn = 0; turn < 2000; turn++) {
      process.clock.advance(1000);
      assert.equal(counter.tryEnter(), true);
      counter.arrived(counter.hand());
    }
    assert.ok(statSync(place.path).size < 5000, `${statSync(place.path).size} bytes`);
    const next = place.start(2_000_000);
    assert.equal(go(next, 1000, "a", { windows: [{ count: 1000, per: 60_000 }], margin: 0 }), 940);
  });

  it("are not waited for where the file cannot be written, which is said once", (t) => {
    const place = disk(t);
    rmSync(join(place.path, ".."), { recursive: true });
    const first = place.start();
    assert.deepEqual([go(first, 9), go(first, 9, "b")], [4, 4]);
    assert.equal(place.faults.length, 1);
  });

  it("have no file before the first", (t) => {
    const place = disk(t);
    place.start().log.stop();
    assert.equal(existsSync(place.path), false);
    assert.equal(go(place.start(), 1), 1);
    assert.equal(statSync(place.path).mode & 0o777, 0o600);
  });
});
