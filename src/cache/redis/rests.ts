import type { Clock } from "../../base/clock.ts";

/** How long a link rests before each trial. */
export interface Rests {
  /** The link is up. */
  stood(): void;
  /** The link has failed: how long it is to rest (ms). */
  next(): number;
}

const SHORTEST = 1000;
const LONGEST = 16_000;
/** A link that stood so long had recovered (ms): its next failure is a new one. */
const STEADY = 30_000;

/**
 * Lengthens the rests (1 s, 2 s, 4 s … 16 s) for as long as the link fails again soon after each trial: with one dead node
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
