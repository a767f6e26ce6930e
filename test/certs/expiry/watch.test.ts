import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createExpiryWatch } from "../../../src/certs/expiry/watch.ts";
import type { Watched } from "../../../src/certs/expiry/watched.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22);

function setUp() {
  const clock = manualClock(START);
  const told: string[] = [];
  const lost: number[] = [];
  const watch = createExpiryWatch({ clock, events: { moved: ({ name }, from, to) => void told.push(`${((clock.wall() - START) / DAY).toFixed(2)} ${name} ${from ?? "-"} ${to}`), full: (left) => void lost.push(left) } });
  const thing = (name: string, days: number, more: Partial<Watched> = {}): Watched => ({ kind: "own", name, where: "", detail: "", notBefore: START - 365 * DAY, notAfter: START + days * DAY, renewedAhead: null, remind: null, ...more });
  return { clock, told, lost, watch, thing };
}

test("each step is told once at its time, the alarm again every day, and the end", () => {
  const { clock, told, watch, thing } = setUp();
  watch.put("a", [thing("edge", 40)]);
  clock.advance(42.5 * DAY);
  assert.deepEqual(told, ["10.00 edge fine 30d", "26.00 edge 30d 14d", "33.00 edge 14d 7d", "38.00 edge 7d 2d", "39.00 edge 2d 2d", "40.00 edge 2d expired", "41.00 edge expired expired", "42.00 edge expired expired"]);
  watch.stop();
  assert.equal(clock.pending(), 0);
});

test("what is known already when it is put tells nothing again, what is in a stage at the start is told at once", () => {
  const { clock, told, watch, thing } = setUp();
  watch.put("a", [thing("edge", 10), thing("other", 100)]);
  for (let hour = 0; hour < 24; hour++) {
    clock.advance(HOUR);
    watch.put("a", [thing("edge", 10), thing("other", 100)]);
  }
  assert.deepEqual(told, ["0.00 edge - 14d"]);
});

test("another certificate under the name ends the warning, one that ends soon too is told of", () => {
  const { told, watch, thing } = setUp();
  watch.put("a", [thing("edge", 5)]);
  watch.put("a", [thing("edge", 20)]);
  watch.put("a", [thing("edge", 400)]);
  watch.put("a", [thing("edge", 400)]);
  assert.deepEqual(told, ["0.00 edge - 7d", "0.00 edge 7d 30d", "0.00 edge 30d fine"]);
});

test("a wall clock that is set back repeats nothing, one that is set forward is noticed within the hour", () => {
  const { clock, told, watch, thing } = setUp();
  watch.put("a", [thing("edge", 13)]);
  clock.stepWall(-5 * DAY);
  clock.advance(2 * HOUR);
  clock.stepWall(5 * DAY);
  clock.advance(2 * HOUR);
  assert.deepEqual(told, ["0.00 edge - 14d"]);
  clock.stepWall(8 * DAY);
  clock.advance(HOUR);
  assert.deepEqual(told.slice(1).map((line) => line.split(" ").slice(1).join(" ")), ["edge 14d 7d"]);
});

test("a reminder keeps to its day by the monotonic clock", () => {
  const { clock, told, watch, thing } = setUp();
  watch.put("a", [thing("edge", 1.9)]);
  for (let step = 0; step < 20; step++) {
    clock.stepWall(HOUR);
    watch.put("b", []);
    clock.stepWall(-HOUR);
    watch.put("b", []);
  }
  assert.equal(told.length, 1);
  clock.advance(DAY);
  assert.equal(told.length, 2);
});

test("a short life is watched by the second", () => {
  const { clock, told, watch, thing } = setUp();
  watch.put("a", [thing("edge", 0, { notBefore: START, notAfter: START + 60_000, renewedAhead: 30_000 })]);
  clock.advance(62_000);
  assert.deepEqual(told.map((line) => line.split(" ").slice(1).join(" ")), ["edge fine 30d", "edge 30d 14d", "edge 14d 7d", "edge 7d 2d", "edge 2d expired"]);
});

test("sources do not mix, and what ends first stands first", () => {
  const { watch, thing } = setUp();
  watch.put("a", [thing("late", 90), thing("soon", 3)]);
  watch.put("b", [thing("middle", 20, { kind: "platform" })]);
  assert.deepEqual(watch.status().map(({ name, stage }) => `${name} ${stage}`), ["soon 7d", "middle 30d", "late fine"]);
  watch.put("a", []);
  assert.deepEqual(watch.status().map(({ name }) => name), ["middle"]);
});

test("ten thousand things are watched, those that end first, and the rest is told of", () => {
  const { watch, thing, lost } = setUp();
  watch.put("a", Array.from({ length: 9_990 }, (_, index) => thing(`n${index}`, 50)));
  watch.put("b", Array.from({ length: 25 }, (_, index) => thing(`m${index}`, 100 - index)));
  assert.equal(watch.status().length, 10_000);
  assert.deepEqual(lost, [15]);
  assert.equal(watch.status().at(-1)?.name, "m15");
});
