import type { Random } from "../base/random.ts";
import { parseDuration } from "../base/units.ts";

/** The bounds of the pause before another attempt, in milliseconds. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/** Reads `100ms..2s`; null when it is not two durations, the first at most the second. */
export function parseBackoff(text: string): Backoff | null {
  const dots = text.indexOf("..");
  const first = parseDuration(text.slice(0, Math.max(dots, 0)));
  const longest = parseDuration(text.slice(dots + 2));
  return first === null || longest === null || first > longest ? null : { first, longest };
}

/**
 * The pause in milliseconds before retry number `retry` (1 is the first). Anything from nothing to the bound, which
 * doubles with every retry: waiters that failed together do not come back together.
 */
export function pauseBefore(retry: number, backoff: Backoff, random: Random): number {
  const bound = Math.min(backoff.longest, backoff.first * 2 ** Math.max(0, retry - 1));
  return random.next() * bound;
}
