import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { upstreamOptions } from "../../src/upstream/options.ts";
import { slidingWindow } from "../../src/upstream/sliding-window.ts";
import { tripPolicy } from "../../src/upstream/trip.ts";

/** One call a letter: `.` success, `x` failure, `s` slow success, `z` slow failure, `|` four seconds pass. */
const cases: readonly [name: string, rules: object, calls: string, want: string | null][] = [
  ["five failures in a row", {}, "xxxxx", "5 calls failed in a row"],
  ["a success breaks the row", {}, "xxxx.xxxx", null],
  ["a slow success breaks the row too", {}, "xxxxsxxxx", null],
  ["a row holds beyond the window", {}, "xxxx||||x", "5 calls failed in a row"],
  ["half of ten calls failed", {}, "x.x.x.x.x.", "5 of 10 calls failed"],
  ["less than half of them failed", {}, "x.x.x.x...", null],
  ["too few calls for a ratio", {}, "x.x.x.x.x", null],
  ["the success that makes ten calls trips, the ratio being reached", {}, "xxxx.xxxx.", "8 of 10 calls failed"],
  ["failures outside the window do not count", {}, "x.x.x.x.|||x.x.", null],
  ["half of ten calls slow", {}, "s.s.s.s.s.", "5 of 10 calls took 5000 ms or longer"],
  ["less than half slow", {}, "s.s.s.s...", null],
  ["slow failures count as both", { consecutiveFailures: 100, failureRatio: 1 }, "z.z.z.z.z.", "5 of 10 calls took 5000 ms or longer"],
  ["a ratio of 0 does not trip on successes alone", { failureRatio: 0, slowCallRatio: 0 }, "...........", null],
  ["a ratio of 0 trips on the first failure among enough", { failureRatio: 0 }, "..........x", "1 of 11 calls failed"],
  ["a ratio of 1 wants every call", { failureRatio: 1, consecutiveFailures: 100, slowCallRatio: 1 }, "xxxxxxxxx.x", null],
];

for (const [name, rules, calls, want] of cases) {
  test(`trip: ${name}`, () => {
    const policy = tripPolicy(upstreamOptions.parse({ breaker: rules }).breaker);
    let now = 1_000_000;
    let why: string | null = null;
    for (const letter of calls) {
      if (letter === "|") now += 4000;
      else why = policy.record((now += 1), "xz".includes(letter), "sz".includes(letter) ? 5000 : 4999);
    }
    assert.equal(why, want);
  });
}

test("trip: a reset forgets the row and the window", () => {
  const policy = tripPolicy(upstreamOptions.parse({}).breaker);
  for (let i = 0; i < 4; i++) policy.record(i, true, 1);
  policy.reset();
  for (let i = 0; i < 4; i++) assert.equal(policy.record(i, true, 1), null);
});

test("a sliding window counts what a list would count, to the nearest bucket", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ wait: fc.nat(400), kind: fc.nat(1) }), { maxLength: 200 }), (events) => {
      const window = slidingWindow(1000, 2);
      const seen: { at: number; kind: number }[] = [];
      let now = 12_345;
      for (const { wait, kind } of events) {
        now += wait;
        window.add(now, kind);
        seen.push({ at: now, kind });
        const oldest = (Math.floor(now / 100) - 9) * 100;
        for (const each of [0, 1]) assert.equal(window.sum(now, each), seen.filter((event) => event.kind === each && event.at >= oldest).length);
      }
      assert.equal(window.sum(now + 1000, 0) + window.sum(now + 1000, 1), 0);
    }),
  );
});

test("a reading taken earlier counts as now", () => {
  const window = slidingWindow(1000, 1);
  window.add(5000, 0);
  window.add(100, 0);
  assert.equal(window.sum(5000, 0), 2);
});
