import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { Rate } from "../../../src/base/units.ts";
import { createPaces } from "../../../src/limits/pace/paces.ts";
import type { NoTurn, PacedCall } from "../../../src/limits/pace/paced-call.ts";
import type { CallControl } from "../../../src/upstream/call.ts";

/*
 * Any load on any windows: whatever arrives, is given up, comes back unused, is answered late or never, the platform can
 * never have counted more than it allows in any window, wherever within its leeway it counted each of them; and whoever
 * waits is served, or told in time.
 */

const CLASSES = ["submit", "poll", "read"] as const;
const TAXPAYERS = ["1", "2", "3"] as const;
const MARGIN = 50;
const STEP = 10;

interface Arrival {
  /** Ms after the one before. */
  readonly after: number;
  readonly routeClass: (typeof CLASSES)[number];
  readonly taxpayer: (typeof TAXPAYERS)[number];
  /** What becomes of it once it has its turn. */
  readonly fate: "answered" | "late" | "lost" | "back";
  /** Ms from turn to hand-over, and from there to the answer. */
  readonly held: number;
  readonly answer: number;
  /** Gives up after so many ms, if it still waits then; null: never. */
  readonly crash: number | null;
}

interface Sent {
  readonly taxpayer: string;
  /** Between these the platform counted it. */
  readonly from: number;
  to: number;
}

const arrival = fc.record<Arrival>({
  after: fc.nat({ max: 120 }),
  routeClass: fc.constantFrom(...CLASSES),
  taxpayer: fc.constantFrom(...TAXPAYERS),
  fate: fc.constantFrom("answered", "answered", "answered", "late", "lost", "back"),
  held: fc.constantFrom(0, 0, 0, 5, 80),
  answer: fc.nat({ max: 40 }),
  crash: fc.option(fc.nat({ max: 500 }), { nil: null, freq: 4 }),
});
const windows = fc.array(fc.record<Rate>({ count: fc.integer({ min: 1, max: 6 }), per: fc.integer({ min: 20, max: 900 }) }), { minLength: 1, maxLength: 3 });

interface World {
  readonly sent: Sent[];
  readonly open: () => number;
  readonly granted: () => number;
}

async function run(own: readonly Rate[], all: readonly Rate[], maxWait: number, arrivals: readonly Arrival[]): Promise<World> {
  const clock = manualClock();
  const limits = createPaces({ clock, random: seededRandom(3), events: { went: () => undefined, told: () => undefined, heard: () => undefined } });
  const common = { maxWait, margin: MARGIN, learn: [] };
  const site = limits.open({ site: "s", shared: [{ region: "r", pace: [{ ...common, windows: [...all], scope: ["site"] }] }], routes: [{ name: "a", pace: [{ ...common, windows: [...own], scope: ["taxpayer"] }] }] });
  const sent: Sent[] = [];
  const wrong: string[] = [];
  let open = 0;
  let granted = 0;

  // In small steps, so that whoever is told is seen at that time.
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= STEP) {
      clock.advance(Math.min(left, STEP));
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  const goes = (call: PacedCall, one: Arrival): void => {
    granted++;
    if (one.fate === "back") return void clock.after(one.held, () => call.back());
    clock.after(one.held, () => {
      call.handed();
      const own: Sent = { taxpayer: one.taxpayer, from: clock.now(), to: clock.now() + MARGIN };
      sent.push(own);
      if (one.fate === "lost") return;
      clock.after(one.fate === "late" ? one.answer + 2 * MARGIN : one.answer, () => {
        own.to = Math.min(own.to, clock.now());
        call.answered({ status: 200, headers: [] });
      });
    });
  };
  for (const one of arrivals) {
    await pass(one.after);
    const call = site.of("a")?.call({ routeClass: one.routeClass, region: "r", taxpayer: one.taxpayer, principal: null, address: null, source: { headers: [], pathVariables: {}, query: "" } }, { patience: () => Infinity, granted: () => goes(call as PacedCall, one) });
    const control: CallControl = { abort: null };
    const began = clock.now();
    open++;
    const over = (none: NoTurn | null): void => {
      open--;
      if (clock.now() - began > maxWait + STEP) wrong.push(`${clock.now() - began} ms is longer than ${maxWait}`);
      if (none?.kind === "told" && !(Number.isInteger(none.retryAfter) && none.retryAfter >= 1)) wrong.push(`told ${none.retryAfter}`);
    };
    const taken = (call as PacedCall).take(control);
    if (taken instanceof Promise) void taken.then(over);
    else over(taken);
    if (one.crash !== null) clock.after(one.crash, () => control.abort?.("cancelled"));
  }
  for (let steps = 0; steps < 20_000 && clock.pending() > 0; steps++) await pass(STEP);
  assert.equal(clock.pending(), 0, "something still runs");
  assert.deepEqual(wrong, []);
  return { sent, open: () => open, granted: () => granted };
}

function neverMore(sent: readonly Sent[], windows: readonly Rate[], what: string): void {
  for (const { count, per } of windows) {
    for (const last of sent) {
      const within = sent.filter((one) => one.from <= last.from && one.to > last.from - per).length;
      assert.ok(within <= count, `${what}: ${within} within ${per} ms at ${last.from}, ${count} are allowed`);
    }
  }
}

test("no load ever exceeds a window, and nobody waits longer than he may", async () => {
  await fc.assert(fc.asyncProperty(windows, windows, fc.constantFrom(0, 300, 2000, 20_000), fc.array(arrival, { minLength: 1, maxLength: 80 }), async (own, all, maxWait, arrivals) => {
    const { sent, open } = await run(own, all, maxWait, arrivals);
    assert.equal(open(), 0, "somebody waits for ever");
    for (const taxpayer of TAXPAYERS) neverMore(sent.filter((one) => one.taxpayer === taxpayer), own, `taxpayer ${taxpayer}`);
    neverMore(sent, all, "site");
  }), { numRuns: 250, seed: 20_261_120 });
});

test("whoever has the patience and does not give up goes, whatever class comes beside him", async () => {
  await fc.assert(fc.asyncProperty(windows, windows, fc.array(arrival, { minLength: 1, maxLength: 60 }), async (own, all, arrivals) => {
    const patient = arrivals.map((one) => ({ ...one, crash: null }));
    const { granted } = await run(own, all, 3_600_000, patient);
    assert.equal(granted(), patient.length);
  }), { numRuns: 150, seed: 7 });
});
