import type { ZipfPlan } from "./zipf-plan.ts";

/** One look at Taxgate's own counters; they count from its start. Sizes in megabytes (10^6 bytes). */
export interface ZipfRow {
  /** Seconds since the load began. */
  readonly second: number;
  readonly resident: number;
  readonly heap: number;
  readonly external: number;
  readonly entries: number;
  /** What the entries take by the cache's own reckoning. */
  readonly entriesMegabytes: number;
  readonly evictions: number;
  readonly hits: number;
  readonly lookUps: number;
}

/** Everything that a Zipf drill saw. */
export interface ZipfRecord {
  readonly plan: ZipfPlan;
  /** Resident megabytes after a thousand requests and before the load. */
  readonly idle: number;
  /** Resident megabytes, one a second. */
  readonly resident: readonly number[];
  /** The first one before the load. */
  readonly rows: readonly ZipfRow[];
  /** As wrk counted them. */
  readonly requests: number;
  readonly failures: number;
}

/** The share of hits between two looks; NaN where nothing was looked up. */
export function hitRate(from: ZipfRow, to: ZipfRow): number {
  return (to.hits - from.hits) / (to.lookUps - from.lookUps);
}
