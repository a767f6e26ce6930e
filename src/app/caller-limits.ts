import type { Clock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import { createLimits, type Limits } from "../limits/caller/limits.ts";
import type { LimitedPlace } from "../limits/caller/passage.ts";
import type { Log, LogFields } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { SharedLimitsDoor } from "./shared-limits.ts";

/** What the limits of callers take from the world. */
export interface CallerLimitsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly shared: SharedLimitsDoor;
}

/** Of one limit and route a line is written once in so many ms; it says how many were meant. */
const LINE_EVERY = 10_000;

/** Makes the limits of callers, and connects them to log and metrics. */
export function callerLimits({ clock, log, metrics, shared }: CallerLimitsParts): Limits {
  const refused = seldom(clock, (fields) => log.warn("callers were refused because of a limit", fields));
  const would = seldom(clock, (fields) => log.info("a limit would have acted", fields));
  return createLimits({
    clock, random: systemRandom, shared: shared.open,
    events: {
      went: (limit, ms) => metrics.limitMet(limit, ms > 0 ? "queued" : "allowed", ms / 1000),
      refused(limit, ms, where) {
        metrics.limitMet(limit, "refused", 0);
        refused(limit, ms, where);
      },
      would(limit, what, ms, where) {
        metrics.limitMet(limit, what === "queue" ? "would-queue" : "would-refuse", 0);
        would(limit, ms, where);
      },
    },
  });
}

/** Writes the first of a row at once, and then what came since. */
function seldom(clock: Clock, write: (fields: LogFields) => void): (limit: string, ms: number, where: LimitedPlace) => void {
  const rows = new Map<string, { until: number; count: number }>();
  return (limit, ms, { site, route }) => {
    const name = `${limit} ${site} ${route}`;
    const row = rows.get(name) ?? { until: -Infinity, count: 0 };
    rows.set(name, row);
    row.count++;
    const now = clock.now();
    if (now < row.until) return;
    write({ limit, site, route, count: row.count, waitMs: ms === Infinity ? null : Math.round(ms) });
    row.until = now + LINE_EVERY;
    row.count = 0;
  };
}
