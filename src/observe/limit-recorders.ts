import { observe } from "./buckets.ts";
import type { MetricRegistry } from "./registry.ts";

/** What becomes of a request in a limit. */
export type LimitResult = "allowed" | "queued" | "refused" | "would-queue" | "would-refuse";

/** What the limits of callers are counted by. */
export interface LimitRecorders {
  /** Counts a request in a limit; `seconds` is how long it waited there. */
  limitMet(limit: string, result: LimitResult, seconds: number): void;
}

/** Makes the recorders on a registry. */
export function limitRecorders(registry: MetricRegistry): LimitRecorders {
  const requests = registry.counts("taxgate_limit_requests_total");
  const waits = registry.buckets("taxgate_limit_wait_seconds");
  return {
    limitMet(limit, result, seconds) {
      requests.at(limit, result).value += 1;
      if (result === "queued") observe(waits.series.at(limit), waits.bounds, seconds);
    },
  };
}
