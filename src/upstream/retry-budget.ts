import type { Clock } from "../base/clock.ts";
import { slidingWindow } from "./sliding-window.ts";

/** Bounds retries to a share of the requests of the last ten seconds, so that a brown-out is not doubled by us. */
export interface RetryBudget {
  /** Counts a request (not a retry). */
  request(): void;
  /** May one more retry go? True takes it out of the budget. */
  take(): boolean;
}

const WINDOW_MS = 10_000;
/** Retries that are always allowed within the window: a share of a handful of requests would be none at all. */
const FLOOR = 3;
const REQUESTS = 0;
const RETRIES = 1;

/** Makes a budget of `share` (0 to 1) of the requests, and three in any case; a share of 0 allows no retry at all. */
export function retryBudget(share: number, clock: Clock): RetryBudget {
  const window = slidingWindow(WINDOW_MS, 2);
  return {
    request: () => window.add(clock.now(), REQUESTS),
    take() {
      const now = clock.now();
      const allowed = share === 0 ? 0 : Math.max(FLOOR, share * window.sum(now, REQUESTS));
      if (window.sum(now, RETRIES) + 1 > allowed) return false;
      window.add(now, RETRIES);
      return true;
    },
  };
}
