import type { Clock } from "../base/clock.ts";

/** How long a link rests before each trial. */
export interface Rests {
  /** The link is up. */
  stood(): void;
  /** The link has failed: how long it is to rest (ms). */
  next(): number;
}

const SHORTEST = 1000;
/** Longer, and a Cluster that is whole again is found late. */
const LONGEST = 2000;
/** A link that stood so long had recovered (ms): its next failure is a new one. */
const STEADY = 30_000;

/**
 * Lengthens the rests (1 s, then 2 s) for as long as the link fails again soon after each trial: with one dead node
 * of a Cluster every trial succeeds, and the look-ups that need that node fail.
 */
export function createRests(clock: Clock): Rests {
  let length = 0;
  let upAt: number | null = null;
  return {
    stood() {
      upAt = clock.now();
    },
    next() {
      const recovered = length === 0 || (upAt !== null && clock.now() - upAt >= STEADY);
      upAt = null;
      return (length = recovered ? SHORTEST : Math.min(LONGEST, 2 * length));
    },
  };
}
