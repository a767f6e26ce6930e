import type { Random } from "../base/random.ts";

/** Of a long time callers are spread no further apart than this. */
const MOST_SPREAD_MS = 60_000;

/**
 * Seconds after which somebody who would wait `ms` is told to come again, at least 1: up to half as long again, by chance,
 * because those who are told together are not to come again together.
 */
export function spreadRetryAfter(ms: number, random: Random): number {
  return Math.max(1, Math.ceil((ms + Math.min(ms / 2, MOST_SPREAD_MS) * random.next()) / 1000));
}
