import type { Clock, Timer } from "./clock.ts";
import type { Rate } from "./units.ts";

/** Spreads work evenly: one piece a slot. */
export interface Pacer {
  /** Resolves when a slot is there. Those for whom somebody waits (`urgent`) come first; else the order of the calls counts. */
  slot(urgent: boolean): Promise<void>;
}

/** Makes a pacer of `rate`; after a pause no more than one slot has gathered. */
export function createPacer({ count, per }: Rate, clock: Clock): Pacer {
  const every = per / count;
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let next = clock.now();
  let timer: Timer | null = null;

  function give(): void {
    timer = null;
    const first = urgent.shift() ?? others.shift();
    if (first === undefined) return;
    next = Math.max(clock.now(), next) + every;
    first();
    plan();
  }

  function plan(): void {
    if (timer === null && urgent.length + others.length > 0) timer = clock.after(Math.max(0, next - clock.now()), give, true);
  }

  return {
    slot(isUrgent) {
      if (timer === null && next <= clock.now()) {
        next = clock.now() + every;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        (isUrgent ? urgent : others).push(resolve);
        plan();
      });
    },
  };
}
