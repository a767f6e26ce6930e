import type { Clock } from "../../../base/clock.ts";

/** NAV's way with addresses that are too fast: it refuses nobody, and makes each further request wait longer. */
export interface Throttle {
  /** Counts a request: milliseconds by which its answer is held back, 0 where the address kept to one a second. */
  delay(address: string, stepMs: number): number;
  /** How many requests came too fast so far. */
  count(): number;
}

const SECOND_MS = 1000;
/** NAV cuts what would take longer. */
const LONGEST_MS = 60_000;

/** Makes one that knows nobody. */
export function createThrottle(clock: Clock): Throttle {
  const senders = new Map<string, { last: number; freeAt: number }>();
  let count = 0;
  return {
    count: () => count,
    delay(address, stepMs) {
      const now = clock.now();
      const known = senders.get(address);
      const tooFast = known !== undefined && now - known.last < SECOND_MS;
      const freeAt = tooFast ? Math.min(Math.max(known.freeAt, now) + stepMs, now + LONGEST_MS) : now;
      senders.set(address, { last: now, freeAt });
      if (tooFast) count += 1;
      return freeAt - now;
    },
  };
}
