import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../src/base/random.ts";
import type { LimitSpec } from "../../src/sandbox/kind.ts";
import { createLimits, type Limits } from "../../src/sandbox/limits.ts";

interface Bench {
  readonly limits: Limits;
  at: number;
  enforced: boolean;
  told: LimitSpec["windows"] | undefined;
}

function bench(...windows: readonly { readonly count: number; readonly ms: number }[]): Bench {
  const made: { limits?: Limits; at: number; enforced: boolean; told: LimitSpec["windows"] | undefined } = { at: 0, enforced: true, told: undefined };
  const limits = createLimits([{ name: "send", windows, scope: () => "" }], { now: () => made.at, enforced: () => made.enforced, windows: () => made.told });
  return Object.assign(made, { limits });
}

const TAKES: readonly (readonly [times: readonly number[], waits: readonly number[]])[] = [
  [[0, 0, 0, 999, 1000], [0, 0, 1000, 1, 0]],
  [[0, 600, 900, 1000, 1599, 1600], [0, 0, 100, 0, 58_401, 58_400]],
  // The minute's window holds three, and lets the fourth in when the first has left it.
  [[0, 1000, 2000, 3000, 59_999, 60_000], [0, 0, 0, 57_000, 1, 0]],
  [[0, 0, 1000, 1000, 61_000], [0, 0, 0, 59_000, 0]],
];

for (const [times, waits] of TAKES) {
  test(`2 in a second and 3 in a minute tell requests at ${times.join(", ")} ms to wait ${waits.join(", ")} ms`, () => {
    const on = bench({ count: 2, ms: 1000 }, { count: 3, ms: 60_000 });
    const seen = times.map((at) => {
      on.at = at;
      return on.limits.take("send", "a");
    });
    assert.deepEqual(seen, waits);
  });
}

test("whatever comes, no window ever holds more than its count, and a request that waited as told may pass", () => {
  const windows = [{ count: 5, ms: 100 }, { count: 8, ms: 1000 }] as const;
  const on = bench(...windows);
  const random = seededRandom(5);
  const passed: number[] = [];
  for (let i = 0; i < 20_000; i += 1) {
    on.at += Math.floor(random.next() * 120);
    const waitMs = on.limits.take("send", "a");
    if (waitMs > 0 && random.next() < 0.5) continue;
    if (waitMs > 0) on.at += waitMs;
    if (waitMs > 0) assert.equal(on.limits.take("send", "a"), 0);
    passed.push(on.at);
  }
  for (const { count, ms } of windows) {
    // Any count + 1 that follow each other span at least the window.
    assert.ok(passed.every((at, i) => i < count || at - (passed[i - count] ?? 0) >= ms));
  }
  assert.ok(passed.length > 5000 && passed.length < 20_000, String(passed.length));
});

test("scopes have counters of their own, and the report counts them together", () => {
  const on = bench({ count: 1, ms: 1000 }, { count: 5, ms: 2000 });
  assert.deepEqual(["a", "b", "a", "b", "a"].map((scope) => on.limits.take("send", scope)), [0, 0, 1000, 1000, 1000]);
  assert.deepEqual(on.limits.report(), [{
    name: "send", exceeded: 3,
    windows: [{ count: 1, ms: 1000, exceeded: 3, highest: 2 }, { count: 5, ms: 2000, exceeded: 0, highest: 2 }],
  }]);
});

test("a limit that is not enforced lets everything pass, and counts how far it was exceeded", () => {
  const on = bench({ count: 2, ms: 1000 });
  on.enforced = false;
  assert.deepEqual([1, 2, 3, 4].map(() => on.limits.take("send", "a")), [0, 0, 0, 0]);
  assert.deepEqual(on.limits.report()[0]?.windows, [{ count: 2, ms: 1000, exceeded: 2, highest: 4 }]);
  on.enforced = true;
  assert.equal(on.limits.take("send", "a"), 1000);
  assert.equal(on.limits.take("nothing", "a"), 0);
});

test("what the fault set says takes the place of what the kind allows, and what was counted counts on", () => {
  const on = bench({ count: 2, ms: 1000 });
  const take = (times: number): boolean[] => Array.from({ length: times }, () => on.limits.take("send", "a") === 0);
  assert.deepEqual(take(3), [true, true, false]);
  on.told = [{ count: 4, ms: 1000 }];
  assert.deepEqual(take(3), [true, true, false]);
  on.told = [{ count: 1, ms: 1000 }];
  on.at = 500;
  assert.deepEqual(take(1), [false]);
  on.told = undefined;
  on.at = 1000;
  assert.deepEqual(take(3), [true, true, false]);
});
