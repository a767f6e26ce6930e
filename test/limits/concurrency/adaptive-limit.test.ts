import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { AdaptiveLimit } from "../../../src/limits/concurrency/adaptive-limit.ts";
import type { SlotsOptions } from "../../../src/limits/concurrency/slots.ts";
import { exponential, simulate, steady, tailed, type CallStream, type Change, type Second, type Simulation } from "./simulation.ts";

const SLOTS: SlotsOptions = { mode: "adaptive", min: 4, max: 128, queue: 2000, queueTimeout: 10_000, reserve: 0.2 };
const SEEDS = [1, 2, 3, 4];
const DOWN = 15;
const UP = 35;
const END = 55;

/** Nine reads for one submission, for callers who wait two seconds and five. */
function mixed(perSecond: number, service: CallStream["service"]): readonly CallStream[] {
  return [
    { class: "read", kind: "codes", perSecond: 0.9 * perSecond, service, deadline: 2000 },
    { class: "submit", kind: "issue", perSecond: 0.1 * perSecond, service, deadline: 5000 },
  ];
}

/** Answers in time from one second to another, of what the platform could do then; the mean of several runs. */
function goodput(runs: readonly (readonly Second[])[], from: number, to: number, perSecond: number): number {
  const good = runs.flatMap((run) => run.slice(from, to)).reduce((sum, second) => sum + second.good, 0);
  return good / (runs.length * (to - from) * perSecond);
}

interface Case {
  readonly name: string;
  readonly service: CallStream["service"];
  /** Mean time of service in ms. */
  readonly mean: number;
  readonly workers: number;
  readonly changes: readonly [Change, Change];
  /** Goodput before, while it is slow, in the five seconds after, and later. */
  readonly least: readonly [number, number, number, number];
}

const quarter = (workers: number): readonly [Change, Change] => [{ at: DOWN * 1000, workers: workers / 4 }, { at: UP * 1000, workers }];
const SLOWER: readonly [Change, Change] = [{ at: DOWN * 1000, slower: 4 }, { at: UP * 1000, slower: 1 }];

const CASES: readonly Case[] = [
  { name: "a quarter of 16 workers is left", service: exponential(80), mean: 80, workers: 16, changes: quarter(16), least: [0.92, 0.92, 0.75, 0.95] },
  { name: "a quarter of 64 workers is left", service: exponential(80), mean: 80, workers: 64, changes: quarter(64), least: [0.95, 0.95, 0.75, 0.95] },
  { name: "a quarter of 16 workers is left, times nearly the same", service: steady(80), mean: 80, workers: 16, changes: quarter(16), least: [0.92, 0.95, 0.6, 0.95] },
  { name: "a quarter of 32 workers is left, one call in five ten times as slow", service: tailed(30), mean: 84, workers: 32, changes: quarter(32), least: [0.9, 0.9, 0.65, 0.85] },
  { name: "all is four times slower", service: exponential(80), mean: 80, workers: 32, changes: SLOWER, least: [0.9, 0.85, 0.75, 0.95] },
  { name: "all is four times slower, times nearly the same", service: steady(80), mean: 80, workers: 64, changes: SLOWER, least: [0.95, 0.93, 0.85, 0.95] },
];

describe("half as much again as the platform can do", () => {
  for (const { name, service, mean, workers, changes, least } of CASES) {
    it(`is served as far as it can be: ${name}`, () => {
      const full = (workers * 1000) / mean;
      const runs = SEEDS.map((seed) => simulate({ slots: SLOTS, workers, streams: mixed(1.5 * full, service), changes, seconds: END, seed }));
      const shares = [goodput(runs, 3, DOWN, full), goodput(runs, DOWN + 1, UP, full / 4), goodput(runs, UP, UP + 5, full), goodput(runs, UP + 5, END, full)];
      assert.ok(shares.every((share, index) => share >= (least[index] as number)), shares.map((share) => share.toFixed(2)).join(" "));
      assert.equal(runs.flat().reduce((sum, { shedSubmissions }) => sum + shedSubmissions, 0), 0, "no submission is refused");
    });
  }
});

/** One run that shows what the limit does. */
function limits(change: Partial<Simulation>): readonly number[] {
  return simulate({ slots: SLOTS, workers: 16, streams: mixed(300, steady(80)), seconds: 40, ...change }).map(({ limit }) => limit);
}

describe("the limit", () => {
  it("stays at its top while the platform has room", () => {
    assert.deepEqual([...new Set(limits({ workers: 64, streams: mixed(300, exponential(80)) }))], [128]);
  });

  it("comes near to what keeps the platform busy, and stays there", () => {
    const settled = limits({}).slice(12);
    const middle = settled.toSorted((a, b) => a - b)[settled.length >> 1] as number;
    assert.ok(middle >= 16 && middle <= 48, `it is ${middle}`);
    const near = settled.filter((limit) => limit >= middle / 1.6 && limit <= middle * 1.6).length;
    // Now and then it looks whether fewer or more would do.
    assert.ok(near >= 0.75 * settled.length, `it swings: ${settled.join(" ")}`);
  });

  it("keeps between its bounds", () => {
    const bound = limits({ slots: { ...SLOTS, min: 10, max: 20 }, changes: quarter(16), seconds: 50 });
    assert.ok(bound.every((limit) => limit >= 10 && limit <= 20), bound.join(" "));
  });

  it("follows refusals for load down, and lets more through when they are over", () => {
    const run = simulate({ slots: SLOTS, workers: 8, most: 12, streams: mixed(300, steady(80)), seconds: 30 });
    const settled = run.slice(15);
    assert.ok(settled.every(({ limit }) => limit <= 64), `it is ${settled.map(({ limit }) => limit).join(" ")}`);
    assert.ok(goodput([run], 15, 30, 100) >= 0.85);
  });

  it("does not take another mixture of calls for a slower platform", () => {
    const kind = (name: string, perSecond: number, mean: number, from: number, until: number): CallStream => ({ class: "read", kind: name, perSecond, service: exponential(mean), deadline: 2000, from, until });
    // Both are far from what the platform can do; the second has forty times the mean latency.
    const streams = [kind("quick", 1000, 5, 0, 10_000), kind("slow", 5, 200, 0, 10_000), kind("slow", 100, 200, 10_000, 20_000), kind("quick", 5, 5, 10_000, 20_000)];
    const seen = simulate({ slots: { ...SLOTS, reserve: 0 }, workers: 64, streams, seconds: 20 }).map(({ limit }) => limit);
    assert.deepEqual([...new Set(seen)], [128]);
  });
});

test("calls that the client gave up and calls that got nowhere do not move the limit", () => {
  const limit = new AdaptiveLimit({ min: 4, max: 100 }, 50);
  let now = 0;
  for (let call = 0; call < 1000; call++) {
    now += 10;
    limit.began(1, now - 5);
    limit.ended({ kind: "a", sign: call % 2 === 0 ? "given-up" : "nothing", ms: 5, among: 1 }, 0, false, now);
  }
  assert.equal(limit.limit, 50);
});

test("callers who break off before an answer was to be expected do not take the others' slots away", () => {
  const limit = new AdaptiveLimit({ min: 4, max: 200 }, 200);
  let inFlight = 0;
  let now = 0;
  const under = new Map<symbol, { readonly since: number; readonly among: number; readonly sign: "done" | "given-up"; readonly until: number }>();
  const begin = (sign: "done" | "given-up", ms: number): void => {
    limit.began(++inFlight, now);
    under.set(Symbol(sign), { since: now, among: inFlight, sign, until: now + ms });
  };
  for (; now < 20_000; now++) {
    if (now % 10 === 0) begin("done", 150);
    if (now >= 2000) begin("given-up", 100);
    for (const [key, call] of under) {
      if (call.until > now) continue;
      under.delete(key);
      limit.ended({ kind: "r", sign: call.sign, ms: now - call.since, among: call.among }, --inFlight, inFlight + 1 >= limit.limit, now);
    }
  }
  assert.ok(limit.limit >= 150, String(limit.limit));
});

test("new bounds hold at once, and what was learnt stays within them", () => {
  const limit = new AdaptiveLimit({ min: 4, max: 100 }, 50);
  limit.configure({ min: 4, max: 20 });
  assert.equal(limit.limit, 20);
  limit.configure({ min: 30, max: 100 });
  assert.equal(limit.limit, 30);
  limit.configure({ min: 4, max: 100 });
  assert.equal(limit.limit, 30);
});
