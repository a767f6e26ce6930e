import assert from "node:assert/strict";
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createLocks } from "../../../src/certs/store/lock.ts";
import type { StoreLock } from "../../../src/certs/store/store.ts";
import { folder, opened } from "./store-folder.ts";

const MINUTE = 60_000;
/** What a lock's clock may be off. */
const MARGIN = 10_000;

test("a lock has one holder, in this process and in others, until it is let go", (t) => {
  const { store, other } = opened(t);
  const lock = store.lock("edge", MINUTE) as StoreLock;
  assert.deepEqual([store.lock("edge", MINUTE), other().lock("edge", MINUTE)], [null, null]);
  assert.notEqual(other().lock("bank", MINUTE), null);
  lock.release();
  const next = other().lock("edge", MINUTE) as StoreLock;
  assert.notEqual(next, null);
  lock.release(); // a second time, when it is another's
  assert.deepEqual([lock.renew(), store.lock("edge", MINUTE), next.renew()], [false, null, true]);
});

test("one that expired is taken over after the margin, not before, and its holder notices", (t) => {
  const { store, other, clock } = opened(t);
  const lock = store.lock("edge", MINUTE) as StoreLock;
  clock.advance(MINUTE + MARGIN);
  assert.equal(other().lock("edge", MINUTE), null);
  clock.advance(1);
  const next = other().lock("edge", MINUTE) as StoreLock;
  assert.deepEqual([next !== null, lock.renew(), store.lock("edge", MINUTE)], [true, false, null]);
  lock.release();
  assert.equal(next.renew(), true);
});

test("renewal holds it for its whole time again", (t) => {
  const { store, other, clock } = opened(t);
  const lock = store.lock("edge", MINUTE) as StoreLock;
  for (let round = 0; round < 5; round++) {
    clock.advance(MINUTE - 1);
    assert.equal(lock.renew(), true);
    assert.equal(other().lock("edge", MINUTE), null);
  }
});

test("a holder that slept through its time gives up, although nobody has taken it over", (t) => {
  const { store, clock } = opened(t);
  const lock = store.lock("edge", MINUTE) as StoreLock;
  clock.advance(MINUTE + 1);
  assert.deepEqual([lock.renew(), lock.renew()], [false, false]);
});

describe("clocks that jump", () => {
  test("a clock that goes back a year locks nobody out for ever", (t) => {
    const { store, other, clock } = opened(t);
    store.lock("edge", MINUTE); // its holder is killed
    clock.stepWall(-365 * 24 * 60 * MINUTE);
    const two = other();
    assert.equal(two.lock("edge", MINUTE), null);
    clock.advance(MINUTE + MARGIN);
    assert.equal(two.lock("edge", MINUTE), null);
    clock.advance(1);
    assert.notEqual(two.lock("edge", MINUTE), null);
  });
  test("a holder that is alive keeps it then, because its renewals are seen", (t) => {
    const { store, other, clock } = opened(t);
    const lock = store.lock("edge", MINUTE) as StoreLock;
    clock.stepWall(-365 * 24 * 60 * MINUTE);
    const two = other();
    for (let round = 0; round < 10; round++) {
      assert.equal(lock.renew(), true);
      assert.equal(two.lock("edge", MINUTE), null);
      clock.advance(MINUTE / 2);
    }
  });
  test("a holder whose clock leapt ahead gives up, and another machine's time decides", (t) => {
    const { store, other, clock } = opened(t);
    const elsewhere = manualClock(clock.wall());
    const lock = store.lock("edge", MINUTE) as StoreLock;
    clock.stepWall(10 * MINUTE);
    assert.deepEqual([lock.renew(), other("two", elsewhere).lock("edge", MINUTE)], [false, null]);
  });
  test("a clock that is behind by less than the margin steals nothing", (t) => {
    const { store, other, clock } = opened(t);
    const ahead = manualClock(clock.wall() + MARGIN - 1);
    const lock = store.lock("edge", MINUTE) as StoreLock;
    clock.advance(MINUTE - 1);
    ahead.advance(MINUTE - 1);
    assert.deepEqual([other("two", ahead).lock("edge", MINUTE), lock.renew()], [null, true]);
  });
});

test("numbers only grow, and few files stay", (t) => {
  const { directory } = opened(t);
  const clock = manualClock();
  const path = join(directory, "edge");
  const locks = createLocks({ holder: "one", clock, margin: 0, fault: () => assert.fail("no fault") });
  for (let number = 1; number <= 30; number++) {
    const lock = locks.take(path, 1000);
    assert.equal(lock?.fence, number);
    if (number % 2 === 0) lock?.release();
    else clock.advance(1001);
  }
  assert.deepEqual(fs.readdirSync(path).toSorted(), [23, 24, 25, 26, 27, 28, 29, 30].map((number) => `${String(number).padStart(10, "0")}.json`));
});

test("who looked long ago does not take a lock that has had other holders since", (t) => {
  const directory = join(folder(t), "edge");
  const clock = manualClock();
  const env = { holder: "one", clock, margin: 0, fault: () => undefined };
  const fast = createLocks(env);
  fast.take(directory, 1000)?.release();
  // The slow one is stopped between looking and taking: when it asks the clock, twelve others come and go.
  let slept = false;
  const slow = createLocks({ ...env, clock: { ...clock, wall: () => {
    if (!slept) {
      slept = true;
      for (let round = 0; round < 12; round++) fast.take(directory, 1000)?.release();
    }
    return clock.wall();
  } } });
  const last = fast.take(directory, 1000);
  assert.ok(last);
  last.release();
  assert.equal(slow.take(directory, 1000), null);
  assert.equal(fs.readdirSync(directory).toSorted().at(-1), "0000000014.json");
});

for (const [title, text] of [["cut off", '{"holder":"o'], ["empty", ""], ["of another kind", '{"until":"soon","ms":-5}']] as const) {
  test(`a lock file that is ${title} holds for its time, and no longer`, (t) => {
    const { other, clock, directory } = opened(t);
    fs.mkdirSync(join(directory, "locks/edge"), { recursive: true });
    fs.writeFileSync(join(directory, "locks/edge/0000000007.json"), text);
    const two = other();
    assert.equal(two.lock("edge", MINUTE), null);
    clock.advance(MINUTE + MARGIN + 1);
    assert.notEqual(two.lock("edge", MINUTE), null);
  });
}
