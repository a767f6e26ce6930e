import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { GO_ON, refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * admit, its first step: has this process room for one more.
 * Reads how long the event loop takes to come round and how much memory is left. Refuses 503 overloaded, reads first, polls
 * and their like next, and submissions only far above the bounds: before anything was claimed for them.
 */

/** Callers are told to come back a little apart, in s. */
const SOONEST = 1;
const SPREAD = 4;

/** See the top of this file. */
export function shed(x: Exchange, _generation: Generation, around: Surroundings): Verdict {
  const routeClass = x.routeClass ?? "pass";
  const why = around.overload?.refuses(routeClass) ?? null;
  if (why === null) return GO_ON;
  around.metrics.shed(routeClass, why);
  x.reason = `shed-${why}`;
  return refuse("overloaded", "this proxy has too much to do", retryAfter(SOONEST + SPREAD * around.random.next()));
}
