import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { manualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { parseBackoff, pauseBefore } from "../../src/upstream/backoff.ts";
import { retryBudget } from "../../src/upstream/retry-budget.ts";

function taken(share: number, requests: number): number {
  const budget = retryBudget(share, manualClock());
  for (let i = 0; i < requests; i++) budget.request();
  let retries = 0;
  while (retries < 10_000 && budget.take()) retries += 1;
  return retries;
}

for (const [share, requests, want] of [[0.2, 1000, 200], [0.2, 16, 3], [0.2, 0, 3], [0.5, 7, 3], [0.5, 9, 4], [1, 50, 50], [0, 1000, 0]] as const) {
  test(`a budget of ${share} allows ${want} retries for ${requests} requests`, () => assert.equal(taken(share, requests), want));
}

test("a budget is about the last ten seconds", () => {
  const clock = manualClock();
  const budget = retryBudget(0.2, clock);
  for (let i = 0; i < 100; i++) budget.request();
  for (let i = 0; i < 20; i++) assert.equal(budget.take(), true);
  assert.equal(budget.take(), false);
  clock.advance(8999);
  assert.equal(budget.take(), false);
  clock.advance(1001);
  assert.deepEqual([1, 2, 3, 4].map(() => budget.take()), [true, true, true, false]);
});

for (const [text, want] of [
  ["100ms..2s", { first: 100, longest: 2000 }],
  ["0.5s..1min", { first: 500, longest: 60_000 }],
  ["1s..1s", { first: 1000, longest: 1000 }],
  ["2s..100ms", null], ["100ms", null], ["..2s", null], ["100ms..", null], ["100..2000", null], ["1s..2s..3s", null], ["", null],
] as const) {
  test(`backoff '${text}'`, () => assert.deepEqual(parseBackoff(text), want));
}

test("the pause is anything below a bound that doubles up to the longest", () => {
  const most = { next: () => 1 };
  const backoff = { first: 100, longest: 1000 };
  assert.deepEqual([1, 2, 3, 4, 5, 2000].map((retry) => pauseBefore(retry, backoff, most)), [100, 200, 400, 800, 1000, 1000]);
  const random = seededRandom(11);
  const pauses = Array.from({ length: 1000 }, () => pauseBefore(2, backoff, random));
  assert.ok(pauses.some((ms) => ms < 20) && pauses.some((ms) => ms > 180), "the whole range is used");
});

test("retries never exceed the share, or three, whatever the order", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (asks, share) => {
      const budget = retryBudget(share, manualClock());
      let requests = 0;
      let retries = 0;
      for (const retry of asks) {
        if (!retry) budget.request();
        if (!retry) requests += 1;
        else if (budget.take()) retries += 1;
        assert.ok(retries <= Math.max(3, share * requests));
      }
    }),
  );
});
