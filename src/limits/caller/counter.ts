import type { Clock } from "../../base/clock.ts";
import { carriedMeter, makeMeter, type Meter } from "./meter.ts";
import type { Rule } from "./rules.ts";

/** How a rule stands. */
export interface Standing {
  /** Units that are left. */
  readonly left: number;
  /** Ms until all of them are. */
  readonly reset: number;
}

/** What one key of a limit has counted: a meter for each rule, which take together or not at all. Times are monotonic ms. */
export class Counter {
  readonly #clock: Clock;
  #rules: readonly Rule[];
  #meters: readonly Meter[];

  constructor(rules: readonly Rule[], clock: Clock) {
    this.#clock = clock;
    this.#rules = rules;
    this.#meters = rules.map((rule) => makeMeter(rule, clock));
  }

  /** Takes other rules over; what was counted goes on counting. */
  configure(rules: readonly Rule[], now: number): void {
    if (rules === this.#rules) return;
    this.#rules = rules;
    this.#meters = rules.map((rule) => carriedMeter(rule, this.#meters, now, this.#clock));
  }

  /** 0: so many units are taken; else ms until they would fit. Infinity: they never do. */
  take(units: number, now: number): number {
    const wait = this.wait(units, now);
    if (wait === 0) this.force(units, now);
    return wait;
  }

  /** As {@link Counter.take}, where only this share (up to 1) of each rule may be used: others use the rest. */
  takeOfShare(units: number, now: number, share: number): number {
    if (share === 1) return this.take(units, now);
    let at = now;
    for (const meter of this.#meters) {
      const needed = unitsOfShare(meter, units, share);
      if (needed > meter.largest) return Infinity;
      at = Math.max(at, meter.at(needed, now));
    }
    if (at === now) for (const meter of this.#meters) meter.add(takenOfShare(meter, units, share), now);
    return at - now;
  }

  /** Ms until so many units fit; Infinity: they never do. */
  wait(units: number, now: number): number {
    let at = now;
    for (const meter of this.#meters) {
      if (units > meter.largest) return Infinity;
      const free = meter.at(units, now);
      if (free > at) at = free;
    }
    return at - now;
  }

  /** Counts units whether they fit or not. */
  force(units: number, now: number): void {
    for (const meter of this.#meters) meter.add(units, now);
  }

  /** Ms until so many units would have fitted one after the other. */
  forecast(units: number, now: number): number {
    return this.#meters.reduce((ms, meter) => Math.max(ms, meter.at(units, now) - now), 0);
  }

  /** So many units that were taken at `at`, of this share, did not go after all. */
  back(units: number, at: number, share = 1): void {
    for (const meter of this.#meters) meter.remove(takenOfShare(meter, units, share), at);
  }

  /** The same, for what counts by the calendar alone. */
  backInQuotas(units: number, at: number): void {
    for (const meter of this.#meters) if (meter.kind === "quota") meter.remove(units, at);
  }

  /** By the rules in their order. */
  standings(now: number): readonly Standing[] {
    return this.#meters.map((meter) => ({ left: meter.left(now), reset: meter.reset(now) }));
  }

  /** What each rule holds at this moment, where that changes; for the others null. */
  allowed(now: number): readonly (number | null)[] {
    return this.#meters.map((meter) => (meter.kind === "learnt" ? meter.allowed(now) : null));
  }

  /** True where forgetting it changes nothing. */
  isIdle(now: number): boolean {
    return this.#meters.every((meter) => meter.isIdle(now));
  }
}

/** A steady rate is slower too: each of its units drains for as long as several do. */
function takenOfShare(meter: Meter, units: number, share: number): number {
  return meter.kind === "burst" && share < 1 ? unitsOfShare(meter, units, share) : units;
}

/** Units that must fit, so that these fit into a share of the rule; one unit fits into any share. */
function unitsOfShare(meter: Meter, units: number, share: number): number {
  if (meter.kind === "burst") return units / Math.max(share, 1 / meter.largest);
  // What is learnt is never shared.
  return meter.kind === "learnt" ? units : units + meter.largest - Math.max(1, Math.floor(meter.largest * share));
}
