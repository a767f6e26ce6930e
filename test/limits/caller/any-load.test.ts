import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { Counter } from "../../../src/limits/caller/counter.ts";
import type { Rule } from "../../../src/limits/caller/rules.ts";

/*
 * Whatever comes, and however the limit is changed meanwhile, no span of time holds more than a window allows; and where
 * more comes than may, nearly all that may does.
 */

type Window = Extract<Rule, { kind: "window" }>;

interface Taken {
  readonly at: number;
  readonly units: number;
}

/** The most units in any span of `per` ms among what was taken from `since` on; spans begin with something that was taken. */
function mostIn(taken: readonly Taken[], per: number, since: number): number {
  let most = 0;
  let sum = 0;
  let tail = 0;
  const from = taken.filter(({ at }) => at >= since);
  for (const { at, units } of from) {
    sum += units;
    while (at - (from[tail] as Taken).at >= per) sum -= (from[tail++] as Taken).units;
    most = Math.max(most, sum);
  }
  return most;
}

const windows = fc.array(fc.record<Window>({ kind: fc.constant("window"), most: fc.oneof(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 250, max: 1500 })), per: fc.integer({ min: 50, max: 4000 }) }), { minLength: 1, maxLength: 3 });

/** Since when everything is known to a window of `per` ms under the limit at `index`; each takes over from the one before what that remembers. */
function knownSince(limits: readonly (readonly Window[])[], since: readonly number[], index: number, per: number): number {
  const before = limits[index - 1];
  if (before === undefined) return -Infinity;
  const [source = per] = before.map((one) => one.per).toSorted((a, b) => (a >= per && b >= per ? a - b : b - a));
  return Math.max(knownSince(limits, since, index - 1, source), source >= per ? -Infinity : (since[index] as number) - source);
}

test("nothing is taken that a window has no room for, through changes of the limit and with units given back", () => {
  fc.assert(fc.property(fc.array(windows, { minLength: 1, maxLength: 4 }), fc.integer(), fc.integer({ min: 1, max: 4 }), (limits, seed, dearest) => {
    const clock = manualClock();
    const random = seededRandom(seed);
    const counter = new Counter(limits[0] as Window[], clock);
    const taken: Taken[] = [];
    const since: number[] = [];
    for (const [index, limit] of limits.entries()) {
      counter.configure(limit, clock.now());
      since.push(clock.now());
      for (let step = 0; step < 1200; step++) {
        // Bursts and lulls; halves of a ms are exact in binary.
        clock.advance(random.next() < 0.05 ? Math.floor(random.next() * 400) / 2 : Math.floor(random.next() * 4) / 2);
        const now = clock.now();
        const units = 1 + Math.floor(random.next() * dearest);
        const wait = counter.take(units, now);
        if (wait > 0 && wait !== Infinity && random.next() < 0.05) clock.advance(wait);
        if (wait > 0) continue;
        taken.push({ at: now, units });
        for (const { most, per } of limit) {
          const from = Math.max(now - per, knownSince(limits, since, index, per));
          let sum = 0;
          for (let place = taken.length - 1; place >= 0 && (taken[place] as Taken).at > from; place--) sum += (taken[place] as Taken).units;
          assert.ok(sum <= most, `${sum} in ${per} ms, of ${most}`);
        }
        if (random.next() > 0.03) continue;
        counter.back(units, now);
        taken.pop();
      }
    }
  }), { numRuns: 60, seed: 7 });
});

for (const [most, per] of [[20, 1000], [256, 1000], [257, 1000], [600, 60_000], [5000, 1000], [100_000, 3_600_000]] as const) {
  test(`under overload at least 99 % of ${most} in ${per} ms goes, and never more, also where the limit is loaded anew on the way`, () => {
    const clock = manualClock();
    const rules: Window[] = [{ kind: "window", most, per }];
    const counter = new Counter(rules, clock);
    const taken: Taken[] = [];
    const step = per / most / 4;
    const rounds = most > 50_000 ? 3 : 8;
    let reloads = 0;
    for (const end = per * rounds; clock.now() < end; clock.advance(step)) {
      // Other rules that say the same, and back.
      if (taken.length % 97 === 0 && reloads++ < 500) counter.configure([...rules], clock.now());
      if (counter.take(1, clock.now()) === 0) taken.push({ at: clock.now(), units: 1 });
    }
    assert.ok(mostIn(taken, per, 0) <= most, `${mostIn(taken, per, 0)} in a window`);
    assert.ok(taken.length >= most * rounds * 0.99, `${taken.length} of ${most * rounds}`);
  });
}

test("a burst holds what it says, and drains at its rate", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 10, max: 3000 }), fc.integer({ min: 1, max: 80 }), fc.integer(), (most, per, burst, seed) => {
    const random = seededRandom(seed);
    const counter = new Counter([{ kind: "burst", most, per, burst }], manualClock());
    const taken: number[] = [];
    let now = 0;
    for (let step = 0; step < 600; step++) {
      now += random.next() < 0.05 ? random.next() * per * 3 : random.next() * (per / most / 2);
      if (counter.take(1, now) === 0) taken.push(now);
    }
    // Any span of d ms: the burst, and what drains in d.
    for (let from = 0; from < taken.length; from += 7) {
      for (let to = from; to < taken.length; to++) {
        const allowed = burst + (((taken[to] as number) - (taken[from] as number)) * most) / per;
        assert.ok(to - from + 1 <= allowed + 1e-6, `${to - from + 1} of ${allowed}`);
      }
    }
  }), { numRuns: 60, seed: 7 });
});

test("under overload a burst's rate goes through whole", () => {
  const counter = new Counter([{ kind: "burst", most: 20, per: 1000, burst: 40 }], manualClock());
  let went = 0;
  for (let now = 0; now < 60_000; now += 7) if (counter.take(1, now) === 0) went++;
  assert.ok(went >= (60 * 20 + 40) * 0.99 && went <= 60 * 20 + 40, String(went));
});
