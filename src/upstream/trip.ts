import type { UpstreamOptions } from "./options.ts";
import { slidingWindow } from "./sliding-window.ts";

/** When a breaker trips; see `breaker` in options.ts. Times in milliseconds, shares from 0 to 1. */
export type TripRules = Pick<
  UpstreamOptions["breaker"],
  "consecutiveFailures" | "failureRatio" | "window" | "minimumRequests" | "slowCall" | "slowCallRatio"
>;

/** Decides from finished calls when a breaker must open. Knows nothing of its states. */
export interface TripPolicy {
  /** Takes in one finished call; gives the reason to open, or null. `ms` is how long the call took. */
  record(now: number, failed: boolean, ms: number): string | null;
  /** Forgets every call: a breaker that has closed starts afresh. */
  reset(): void;
}

const CALLS = 0;
const FAILURES = 1;
const SLOW = 2;

/** True when `part` of `all` reaches `share`. Nothing at all never does, even where the share is 0. */
export function reaches(part: number, all: number, share: number): boolean {
  return part > 0 && part >= share * all;
}

/** Makes a policy with an empty past. `record` allocates nothing unless it trips. */
export function tripPolicy(rules: TripRules): TripPolicy {
  const window = slidingWindow(rules.window, 3);
  let inARow = 0;

  function ratios(now: number): string | null {
    const calls = window.sum(now, CALLS);
    if (calls < rules.minimumRequests) return null;
    const failures = window.sum(now, FAILURES);
    if (reaches(failures, calls, rules.failureRatio)) return `${failures} of ${calls} calls failed`;
    const slow = window.sum(now, SLOW);
    return reaches(slow, calls, rules.slowCallRatio) ? `${slow} of ${calls} calls took ${rules.slowCall} ms or longer` : null;
  }

  return {
    record(now, failed, ms) {
      inARow = failed ? inARow + 1 : 0;
      window.add(now, CALLS);
      if (failed) window.add(now, FAILURES);
      if (ms >= rules.slowCall) window.add(now, SLOW);
      return inARow >= rules.consecutiveFailures ? `${inARow} calls failed in a row` : ratios(now);
    },
    reset() {
      inARow = 0;
      window.clear();
    },
  };
}
