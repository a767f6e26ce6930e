import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { periodEnd, type Period } from "../../../src/base/zone.ts";
import { Counter } from "../../../src/limits/caller/counter.ts";
import type { Rule } from "../../../src/limits/caller/rules.ts";
import { SlidingWindow } from "../../../src/limits/caller/sliding-window.ts";

const instant = (text: string): number => Date.parse(text);

const ENDS: [string, string, Period, string][] = [
  ["2026-11-20T10:20:30.400Z", "Asia/Shanghai", "hour", "2026-11-20T11:00:00Z"],
  ["2026-11-20T10:20:30.400Z", "Asia/Kolkata", "hour", "2026-11-20T10:30:00Z"],
  ["2026-11-20T10:20:30.400Z", "Asia/Shanghai", "day", "2026-11-20T16:00:00Z"],
  ["2026-11-20T16:00:00.000Z", "Asia/Shanghai", "day", "2026-11-21T16:00:00Z"],
  ["2026-11-20T10:20:30.400Z", "Asia/Shanghai", "month", "2026-11-30T16:00:00Z"],
  ["2026-12-31T23:59:59.999Z", "UTC", "month", "2027-01-01T00:00:00Z"],
  ["2028-02-10T00:00:00Z", "Europe/Madrid", "month", "2028-02-29T23:00:00Z"],
  // Clocks go forward: a day of 23 hours; back: one of 25, with an hour that comes twice.
  ["2026-03-29T00:30:00Z", "Europe/Madrid", "day", "2026-03-29T22:00:00Z"],
  ["2026-10-24T22:30:00Z", "Europe/Madrid", "day", "2026-10-25T23:00:00Z"],
  ["2026-10-25T00:30:00Z", "Europe/Madrid", "hour", "2026-10-25T01:00:00Z"],
  ["2026-10-25T01:30:00Z", "Europe/Madrid", "hour", "2026-10-25T02:00:00Z"],
  // Half an hour of daylight saving, and a midnight that does not exist.
  ["2026-04-04T15:10:00Z", "Australia/Lord_Howe", "hour", "2026-04-04T15:30:00Z"],
  ["2026-09-06T03:30:00Z", "America/Santiago", "day", "2026-09-06T04:00:00Z"],
];

for (const [wall, zone, period, end] of ENDS) {
  test(`the ${period} around ${wall} ends in ${zone} at ${end}`, () => {
    assert.equal(new Date(periodEnd(instant(wall), zone, period)).toISOString(), new Date(instant(end)).toISOString());
  });
}

const quota = (most: number, per: Period, zone = "Europe/Madrid"): Rule => ({ kind: "quota", most, per, zone });

test("a quota counts by the calendar of its zone, and a clock that is put back gives nothing twice", () => {
  const clock = manualClock(instant("2026-10-25T22:59:00Z"));
  const counter = new Counter([quota(3, "day")], clock);
  const take = (units = 1): number => counter.take(units, clock.now());
  assert.deepEqual([take(), take(2), take()], [0, 0, 60_000]);
  clock.stepWall(-3_600_000);
  assert.equal(take(), 3_660_000);
  clock.stepWall(3_600_000);
  assert.equal(take(), 60_000);
  clock.advance(60_000);
  assert.deepEqual([take(3), take()], [0, 86_400_000]);
  // Forward by mistake, and back again: the day that was counted is over, and the one that is counted is not stuck.
  clock.stepWall(30 * 86_400_000);
  assert.equal(take(), 0);
  clock.stepWall(-30 * 86_400_000);
  assert.deepEqual([take(2), take()], [0, 86_400_000]);
});

test("a quota that is changed goes on with what it knows of its period", () => {
  const clock = manualClock(instant("2026-11-20T10:00:00Z"));
  const counter = new Counter([quota(5, "day")], clock);
  counter.take(4, clock.now());
  counter.configure([quota(6, "day"), quota(100, "month")], clock.now());
  assert.deepEqual(counter.standings(clock.now()).map(({ left }) => left), [2, 96]);
  counter.configure([quota(6, "hour"), quota(6, "day", "UTC")], clock.now());
  assert.deepEqual(counter.standings(clock.now()).map(({ left }) => left), [6, 6]);
  counter.force(6, clock.now());
  counter.back(6, clock.now());
  assert.equal(counter.isIdle(clock.now()), true);
});

test("a window forecasts when many fit one after the other", () => {
  const window = new SlidingWindow(3, 1000);
  for (const at of [0, 100, 200]) window.add(1, at);
  assert.deepEqual([1, 2, 3, 4, 6, 7].map((units) => window.at(units, 300)), [1000, 1100, 1200, 2000, 2200, 3000]);
  assert.deepEqual([window.at(1, 1000), window.left(1000), window.reset(1000)], [1000, 1, 200]);
});

test("units that come back late leave those that came since alone", () => {
  const window = new SlidingWindow(3, 1000);
  window.add(1, 0);
  window.add(2, 500);
  window.remove(1, 0);
  assert.deepEqual([window.left(600), window.at(2, 600)], [1, 1500]);
  // Drawn together: it stands at the later instant, and comes back from there.
  const drawn = new SlidingWindow(1000, 1000);
  drawn.add(10, 1);
  drawn.add(10, 2);
  drawn.remove(10, 1);
  assert.deepEqual([drawn.left(3), drawn.left(1001), drawn.left(1002)], [990, 990, 1000]);
  drawn.remove(10, 2000);
  assert.equal(drawn.left(2000), 1000);
});

test("however many are allowed, a window remembers few instants", () => {
  const window = new SlidingWindow(1_000_000_000, 1000);
  for (let now = 0; now < 5000; now += 0.25) window.add(1, now);
  let remembered = 0;
  window.replay(5000, 1000, { add: () => void remembered++ });
  assert.ok(remembered <= 258, String(remembered));
});

test("rules that change their kind go on with what the others have counted", () => {
  const clock = manualClock();
  const counter = new Counter([{ kind: "window", most: 10, per: 1000 }], clock);
  counter.take(8, 0);
  counter.configure([{ kind: "burst", most: 10, per: 1000, burst: 10 }], 0);
  assert.equal(counter.standings(0)[0]?.left, 2);
  assert.equal(counter.standings(500)[0]?.left, 7);
  counter.configure([{ kind: "window", most: 10, per: 1000 }], 500);
  assert.deepEqual(counter.standings(500), [{ left: 7, reset: 1000 }]);
  counter.configure([{ kind: "learnt", window: 60_000, headroom: 0.3, floor: { count: 10, per: 1000 }, ceiling: null }], 500);
  assert.equal(counter.standings(500)[0]?.left, 7);
});
