import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Rate } from "../../../src/base/units.ts";
import { Pace } from "../../../src/limits/pace/pace.ts";

const SECOND = { count: 2, per: 1000 };
const MINUTE = { count: 3, per: 60_000 };

/** One that goes at `now` and is answered `ms` later. */
function go(pace: Pace, now: number, ms = 0): void {
  pace.reserve();
  pace.arrived(pace.hand(now), now + ms);
}

describe("sliding windows", () => {
  it("let nothing wait while there is room", () => {
    const pace = new Pace([SECOND], 500);
    assert.equal(pace.freeAt(0), -Infinity);
    go(pace, 0);
    assert.ok(pace.freeAt(0) <= 0);
  });

  it("count from the answer on, because nobody knows when the platform counted", () => {
    const pace = new Pace([SECOND], 500);
    go(pace, 0, 40);
    go(pace, 100, 60);
    assert.equal(pace.freeAt(200), 1040);
  });

  it("count from the margin on where no answer comes sooner", () => {
    const pace = new Pace([SECOND], 500);
    pace.reserve();
    const mark = pace.hand(0);
    go(pace, 10);
    assert.equal(pace.freeAt(20), 1010, "the one that is answered is the older one of the two");
    assert.equal(pace.freeAt(600), 1010);
    pace.arrived(mark, 900);
    assert.equal(pace.freeAt(900), 1010);
    assert.equal(pace.freeAt(1400), 1010);
  });

  it("hold all at once", () => {
    const pace = new Pace([SECOND, MINUTE], 0);
    for (const at of [0, 1, 1000]) go(pace, at);
    assert.equal(pace.freeAt(2001), 60_000);
  });

  it("give nothing while every turn is given and none is used", () => {
    const pace = new Pace([SECOND], 0);
    pace.reserve();
    pace.reserve();
    assert.equal(pace.freeAt(0), Infinity);
    pace.back();
    assert.ok(pace.freeAt(0) <= 0);
  });

  it("go on with what was counted when they change", () => {
    const pace = new Pace([{ count: 4, per: 1000 }], 0);
    for (const at of [0, 100, 200, 300]) go(pace, at);
    pace.configure([{ count: 2, per: 1000 }], 0);
    assert.equal(pace.freeAt(400), 1200);
    pace.configure([{ count: 5, per: 1000 }], 0);
    assert.ok(pace.freeAt(400) <= 400);
    go(pace, 400);
    assert.equal(pace.freeAt(500), 1000);
  });

  it("keep the order of what was counted where they come to need more of it", () => {
    const pace = new Pace([{ count: 16, per: 1000 }], 0);
    for (let at = 0; at < 20; at++) go(pace, at);
    pace.configure([{ count: 40, per: 1000 }], 0);
    go(pace, 20);
    for (const [count, oldest] of [[1, 20], [2, 19], [16, 5], [17, 4], [18, -Infinity]] as const) {
      pace.configure([{ count, per: 1000 }], 0);
      assert.equal(pace.freeAt(21), oldest + 1000);
    }
  });

  it("say when the nth from now could go", () => {
    const pace = new Pace([SECOND, MINUTE], 0);
    go(pace, 0);
    const expected = [0, 1000, 60_000, 60_000, 61_000, 120_000];
    assert.deepEqual(expected.map((_, index) => pace.forecast(0, index + 1)), expected);
    assert.equal(pace.forecast(0, 1, 5000), 5000);
  });

  it("are idle once nothing that was counted matters", () => {
    const pace = new Pace([SECOND], 500);
    assert.ok(pace.isIdle(0));
    pace.reserve();
    assert.ok(!pace.isIdle(0));
    pace.hand(0);
    assert.ok(!pace.isIdle(1499));
    assert.ok(pace.isIdle(1500));
  });

  it("remember as many as they need and no more, in any order of events", () => {
    const windows = fc.array(fc.record({ count: fc.integer({ min: 1, max: 40 }), per: fc.integer({ min: 1, max: 400 }) }), { minLength: 1, maxLength: 3 });
    const step = fc.record({ after: fc.integer({ min: 0, max: 60 }), kind: fc.constantFrom("go", "go", "go", "answer", "back"), pick: fc.nat() });
    fc.assert(fc.property(windows, fc.integer({ min: 0, max: 100 }), fc.array(step, { maxLength: 300 }), (windows, margin, steps) => neverMore(windows, margin, steps)), { numRuns: 300, seed: 7 });
  });
});

interface Step {
  readonly after: number;
  readonly kind: string;
  readonly pick: number;
}

/** The platform counts each one some time between its sending and its answer, or its margin: the worst choice is looked for at both ends. */
function neverMore(windows: readonly Rate[], margin: number, steps: readonly Step[]): void {
  const pace = new Pace(windows, margin);
  const sent: { readonly from: number; to: number; readonly mark: number }[] = [];
  let now = 0;
  let reserved = 0;
  for (const { after, kind, pick } of steps) {
    now += after;
    if (kind === "back" && reserved > 0) {
      pace.back();
      reserved--;
    } else if (kind === "answer") {
      const open = sent.filter(({ to }) => to > now);
      const one = open[pick % Math.max(1, open.length)];
      if (one !== undefined) {
        pace.arrived(one.mark, now);
        one.to = now;
      }
    } else if (pace.freeAt(now) <= now) {
      pace.reserve();
      // Some are handed over later than they got their turn.
      if (pick % 5 === 0) reserved++;
      else sent.push({ from: now, to: now + margin, mark: pace.hand(now) });
    }
    const used = pick % 7 === 0 ? reserved : 0;
    for (let turn = 0; turn < used; turn++) sent.push({ from: now, to: now + margin, mark: pace.hand(now) });
    reserved -= used;
  }
  for (const { count, per } of windows) {
    for (const last of sent) {
      // All that can be counted within one window that ends where this one is counted at the earliest.
      const within = sent.filter((one) => one.from <= last.from && one.to > last.from - per);
      assert.ok(within.length <= count, `${within.length} within ${per} ms, ${count} are allowed`);
    }
  }
}
