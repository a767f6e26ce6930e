import { observe } from "./buckets.ts";
import type { MetricRegistry } from "./registry.ts";

/** What asking for shared limits is counted by. */
export interface SharedLimitRecorders {
  /** Counts a request that was asked about, and how long it took. */
  sharedLimitAsked(result: string, seconds: number): void;
}

/** Makes the recorders on a registry. */
export function sharedLimitRecorders(registry: MetricRegistry): SharedLimitRecorders {
  const results = registry.counts("taxgate_limit_shared_total");
  const { series, bounds } = registry.buckets("taxgate_limit_shared_duration_seconds");
  return {
    sharedLimitAsked(result, seconds) {
      results.at(result).value += 1;
      observe(series.at(), bounds, seconds);
    },
  };
}
