import assert from "node:assert/strict";
import { test } from "node:test";
import { every, manualClock, systemClock } from "../../src/base/clock.ts";
import { idSource } from "../../src/base/ids.ts";
import { seededRandom } from "../../src/base/random.ts";

test("what falls due runs in order of its time, with the clock at that time", () => {
  const clock = manualClock(1000);
  const ran: string[] = [];
  clock.after(20, () => ran.push(`b ${clock.now()}`));
  clock.after(10, () => {
    ran.push(`a ${clock.now()}`);
    clock.after(5, () => ran.push(`c ${clock.now()}`));
  });
  clock.advance(15);
  assert.deepEqual(ran, ["a 10", "c 15"]);
  clock.advance(100);
  assert.deepEqual(ran, ["a 10", "c 15", "b 20"]);
  assert.deepEqual([clock.now(), clock.wall(), clock.pending()], [115, 1115, 0]);
});

test("a call that is taken back does not run, and taking it back again is harmless", () => {
  const clock = manualClock();
  let ran = 0;
  const timer = clock.after(10, () => ran++);
  timer.cancel();
  timer.cancel();
  clock.advance(20);
  assert.deepEqual([ran, clock.pending()], [0, 0]);
});

test("the wall clock may step back; the other one does not notice", () => {
  const clock = manualClock(5000);
  clock.advance(100);
  clock.stepWall(-3000);
  assert.deepEqual([clock.now(), clock.wall()], [100, 2100]);
});

test("a repeated call runs every so often until it is cancelled, also from within", () => {
  const clock = manualClock();
  let ran = 0;
  const timer = every(clock, 10, () => {
    if (++ran === 3) timer.cancel();
  });
  clock.advance(100);
  assert.deepEqual([ran, clock.pending()], [3, 0]);
});

test("the machine's clock runs what is due, and not what was taken back", async () => {
  const begun = systemClock.now();
  let ran = 0;
  systemClock.after(1, () => ran++).cancel();
  await new Promise<void>((resolve) => void systemClock.after(5, resolve));
  assert.ok(systemClock.now() - begun >= 4);
  assert.equal(ran, 0);
  assert.ok(Math.abs(systemClock.wall() - Date.now()) < 1000);
});

test("chance from a seed is the same each time, and evenly spread", () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.ok(draw(7).every((value) => value >= 0 && value < 1));
  const mean = draw(7).reduce((sum, value) => sum + value, 0) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 0.05, `mean ${mean}`);
});

test("no two identifiers are the same, in one process or in two", () => {
  const [one, other] = [idSource(), idSource()];
  const ids = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? one() : other()));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(idSource("p")(), "p-00001");
});
