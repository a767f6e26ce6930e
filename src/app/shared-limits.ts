import type { Clock } from "../base/clock.ts";
import type { Lifetime } from "../base/lifetime.ts";
import { systemRandom } from "../base/random.ts";
import type { CacheOptions } from "../cache/options.ts";
import type { SharedLimitEvents, SharedLimits } from "../limits/shared/shared-limits.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";

/** The way to the counters that Taxgates share. */
export interface SharedLimitsDoor {
  /** `none`: there is no `cache.redis`, or no limit was shared yet. */
  readonly state: "none" | "up" | "down";
  /** The counters, connected from the first call on until the process ends; null without `cache.redis`. */
  open(): SharedLimits | null;
}

/** What the door takes from the world. */
export interface DoorSetting {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly life: Lifetime;
}

/** Connects nowhere by itself. Most have no Redis: its client is loaded where one is configured. */
export async function sharedLimitsDoor(redis: CacheOptions["redis"], { clock, log, metrics, life }: DoorSetting): Promise<SharedLimitsDoor> {
  if (redis === undefined) return { state: "none", open: () => null };
  const { createRedisLimits } = await import("../limits/shared/redis-limits.ts");
  const events: SharedLimitEvents = {
    asked: (result, ms) => metrics.sharedLimitAsked(result, ms / 1000),
    state: (state, why) => log[state === "up" || why === "stopped" ? "info" : "warn"]("shared limits", { state, why }),
  };
  let limits: SharedLimits | null = null;
  return {
    get state() {
      return limits?.state ?? "none";
    },
    open: () => (limits ??= life.own(createRedisLimits(redis, { clock, random: systemRandom, events }))),
  };
}
