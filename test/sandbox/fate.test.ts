import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { delayOf, drawFate, type Fate } from "../../src/sandbox/fate.ts";
import { createFaultState } from "../../src/sandbox/fault-state.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";

function fates(faults: FaultSet, count: number, operation: string = "issue", seed = 7): Fate[] {
  const state = createFaultState(manualClock());
  const random = seededRandom(seed);
  state.replace(faults);
  return Array.from({ length: count }, () => drawFate(random, state, operation));
}

test("the same seed gives the same fates, another seed gives others", () => {
  const faults: FaultSet = { errorBefore: { probability: 0.3 }, latency: { minMs: 0, maxMs: 1000 } };
  assert.deepEqual(fates(faults, 50), fates(faults, 50));
  assert.notDeepEqual(fates(faults, 50), fates(faults, 50, "issue", 8));
});

test("the luck of one fault does not depend on which other faults are on", () => {
  const alone = fates({ resetAfterProcessing: { probability: 0.3 } }, 200).map((fate) => fate.after);
  const among = fates({ resetAfterProcessing: { probability: 0.3 }, latency: { minMs: 1, maxMs: 2 }, html: { status: 403, probability: 0 } }, 200);
  assert.ok(alone.includes("resetAfterProcessing") && alone.includes(undefined));
  assert.deepEqual(among.map((fate) => fate.after), alone);
});

test("faults of the same phase have each a luck of their own", () => {
  const all = fates({ errorAfter: { probability: 0.3, as: "504" }, resetAfterProcessing: { probability: 0.3 }, resetMidAnswer: { probability: 0.3 } }, 200);
  assert.deepEqual(new Set(all.map((fate) => fate.after)), new Set(["errorAfter", "resetAfterProcessing", "resetMidAnswer", undefined]));
});

test("a fault strikes with its probability", () => {
  const struck = fates({ errorBefore: { probability: 0.087 } }, 10_000).filter((fate) => fate.before === "errorBefore").length;
  assert.ok(struck > 780 && struck < 960, String(struck));
});

const CONCERNS: readonly (readonly [faults: FaultSet, operation: string, before: string | undefined, after: string | undefined])[] = [
  [{}, "issue", undefined, undefined],
  [{ errorBefore: {} }, "query", "errorBefore", undefined],
  [{ errorBefore: { on: ["issue"] } }, "query", undefined, undefined],
  [{ errorBefore: { probability: 0 } }, "issue", undefined, undefined],
  [{ errorAfter: { as: "504" } }, "issue", undefined, "errorAfter"],
  [{ errorAfter: { as: "504" } }, "query", undefined, undefined],
  [{ errorAfter: { as: "504", on: ["query"] } }, "query", undefined, "errorAfter"],
  [{ resetAfterProcessing: {} }, "codes", undefined, undefined],
  [{ resetMidAnswer: {} }, "codes", undefined, "resetMidAnswer"],
  [{ html: { status: 502 } }, "codes", "html", undefined],
  [{ html: { status: 502, issued: true } }, "codes", undefined, "html"],
  [{ garbage: { issued: true }, errorBefore: {} }, "issue", "errorBefore", undefined],
  [{ halfOpen: {}, garbage: {}, errorBefore: {} }, "issue", "halfOpen", undefined],
];

for (const [faults, operation, before, after] of CONCERNS) {
  test(`${JSON.stringify(faults)} strikes "${operation}" with ${before ?? after ?? "nothing"}`, () => {
    const [fate] = fates(faults, 1, operation);
    assert.deepEqual([fate?.before, fate?.after], [before, after]);
  });
}

test("a fault with a number of times is used up, and set anew when it is set again", () => {
  const state = createFaultState(manualClock());
  const random = seededRandom(1);
  const strikes = (): boolean[] => Array.from({ length: 4 }, () => drawFate(random, state, "issue").after !== undefined);
  state.replace({ resetAfterProcessing: { times: 2 } });
  assert.deepEqual(strikes(), [true, true, false, false]);
  state.replace({ resetAfterProcessing: { times: 1 } });
  assert.deepEqual(strikes(), [true, false, false, false]);
  assert.deepEqual(state.counts(), { resetAfterProcessing: 3 });
});

const TAIL = { probability: 0.2, alpha: 1, minMs: 5000, capMs: 40_000 };
const DELAYS: readonly (readonly [draws: readonly [number, number, number], ms: number])[] = [
  [[0, 0.2, 0], 100],
  [[0.5, 0.99, 0], 150],
  [[0.5, 0.19, 0], 5000],
  [[0.5, 0, 0.5], 10_000],
  [[0.5, 0, 0.999], 40_000],
];

for (const [draws, ms] of DELAYS) {
  test(`draws ${draws.join(", ")} give a delay of ${ms} ms`, () => {
    assert.equal(delayOf({ minMs: 100, maxMs: 200, tail: TAIL }, "issue", draws), ms);
  });
}

test("latency for some operations leaves the others alone", () => {
  assert.equal(delayOf({ minMs: 100, maxMs: 200, on: ["issue"] }, "query", [0, 0, 0]), 0);
});
