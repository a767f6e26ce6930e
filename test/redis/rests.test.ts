import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createRests } from "../../src/redis/rests.ts";

const FLAPPING = [1000, 2000, 2000, 2000];

describe("the rests of a link that fails", () => {
  const cases: readonly [string, number | null, readonly number[]][] = [
    ["get longer while no trial succeeds", null, FLAPPING],
    ["get longer while it fails at once after each trial", 0, FLAPPING],
    ["get longer while it fails soon after each trial", 29_999, FLAPPING],
    ["are short where it stood long before", 30_000, [1000, 1000, 1000]],
  ];
  for (const [what, up, rests] of cases) {
    test(what, () => {
      const clock = manualClock();
      const { next, stood } = createRests(clock);
      const seen = rests.map(() => {
        if (up !== null) stood();
        clock.advance(up ?? 60_000);
        return next();
      });
      assert.deepEqual(seen, rests);
    });
  }

  test("begin anew after it stood long", () => {
    const clock = manualClock();
    const { next, stood } = createRests(clock);
    assert.deepEqual([next(), next(), next()], [1000, 2000, 2000]);
    stood();
    clock.advance(30_000);
    assert.deepEqual([next(), next()], [1000, 2000]);
  });
});
