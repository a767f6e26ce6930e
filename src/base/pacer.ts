import type { Clock } from "./clock.ts";
import type { Rate } from "./units.ts";

/** Spreads work evenly: one piece a slot. */
export interface Pacer {
  /** Resolves when the next slot is there; slots are given in the order of the calls. */
  slot(): Promise<void>;
}

/** Makes a pacer of `rate`; after a pause no more than one slot has gathered. */
export function createPacer(rate: Rate, clock: Clock): Pacer {
  const every = rate.per / rate.count;
  let next = clock.now();
  return {
    slot() {
      const now = clock.now();
      const at = Math.max(now, next);
      next = at + every;
      return at <= now ? Promise.resolve() : new Promise((resolve) => void clock.after(at - now, resolve));
    },
  };
}
