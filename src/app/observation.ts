import { uptime } from "node:os";
import { join } from "node:path";
import { byteBudget } from "../base/byte-budget.ts";
import type { Clock } from "../base/clock.ts";
import { readBounded, writeAtomic } from "../base/files.ts";
import type { Lifetime } from "../base/lifetime.ts";
import { randomHex, systemRandom } from "../base/random.ts";
import { formatRate } from "../base/units-text.ts";
import { createAccessLog } from "../observe/access.ts";
import { createLog, type LogControl } from "../observe/log.ts";
import { createMetrics, type Metrics } from "../observe/metrics.ts";
import { stdoutSink, type Sink } from "../observe/sink.ts";
import { PHASES } from "../pipeline/exchange.ts";
import type { Surroundings } from "../pipeline/generation.ts";
import { createCache, type Cache } from "../cache/cache.ts";
import { createConcurrency } from "../limits/concurrency/concurrency.ts";
import { createOverload, type Overload } from "../limits/overload/overload.ts";
import { memoryShare } from "../observe/memory-share.ts";
import type { Limits } from "../limits/caller/limits.ts";
import { createPaces, type Paces } from "../limits/pace/paces.ts";
import { openTurnLog } from "../limits/pace/turn-log.ts";
import { createEstate, type Estate } from "../upstream/gate.ts";
import type { CacheOptions } from "../cache/options.ts";
import type { TierEvents } from "../cache/shared-tier.ts";
import { createAbuse, type Abuse } from "./abuse.ts";
import { createExpiry, type Expiry } from "./expiry.ts";
import type { GoodLoad } from "./generations.ts";
import { callerLimits } from "./caller-limits.ts";
import { watchedFirewall, type WatchedFirewall } from "./firewall.ts";
import { sharedLimitsDoor, type SharedLimitsDoor } from "./shared-limits.ts";

/** What lives as long as the process and is told everything. */
export interface Observation {
  readonly around: Surroundings & { readonly log: LogControl; readonly overload: Overload };
  readonly sink: Sink;
  readonly estate: Estate;
  readonly expiry: Expiry;
  readonly paces: Paces;
  readonly sharedLimits: SharedLimitsDoor;
  readonly limits: Limits;
  readonly waf: WatchedFirewall;
  readonly abuse: Abuse;
}

/** Request bodies held whole, all together; beyond it callers are told to try later. */
const BODIES_BYTES = 256 * 1024 * 1024;

/** Makes log, metrics and the estate upstream, and connects the one to the others. */
export async function observation(loaded: GoodLoad, version: string, clock: Clock, life: Lifetime): Promise<Observation> {
  const options = loaded.config.log;
  const sink = life.own(stdoutSink(clock));
  const log = createLog(options, { clock, sink });
  log.setSecrets(loaded.secrets);
  const access = createAccessLog(options.access, { clock, sink, phases: PHASES, identifierKey: identifierKey(loaded.config.stateDir) });
  const metrics = createMetrics({ version, nodeVersion: process.versions.node, clock, phases: PHASES });
  const concurrency = life.own(createConcurrency({ clock, random: systemRandom, shed: metrics.shed }));
  const overload = createOverload(loaded.config.overload, { clock, random: systemRandom, turn: (run) => void setImmediate(run), memory: memoryShare });
  metrics.setSource("taxgate_overload_pressure", () => [{ labels: {}, value: overload.pressure }]);
  const expiry = life.own(createExpiry({ clock, log }));
  const estate = life.own(createEstate({
    clock,
    random: systemRandom,
    concurrency,
    attempted: (site, region, endpoint, routeClass, result, ms) =>
      metrics.attemptEnded({ site, region, endpoint, routeClass, result: result.kind, cause: result.cause, seconds: ms / 1000 }),
    breakerMoved(site, region, routeClass, from, to, why) {
      metrics.breakerMoved({ site, region, routeClass, to });
      log.warn("breaker moved", { site, region, class: routeClass, from, to, why });
    },
    endpointChanged: (site, endpoint, to, why) => log.warn("endpoint changed", { site, region: endpoint.region, endpoint: endpoint.id, state: to, why }),
    certificateSeen: expiry.seen,
  }));
  const turns = openTurnLog({ clock, path: join(loaded.config.stateDir, "pace.turns"), bootedAt: clock.wall() - uptime() * 1000, fault: (reason) => log.warn("turns of paces are not kept: a restart begins their windows anew", { reason }) });
  const paces = createPaces({ clock, random: systemRandom, turns, events: {
    went: (site, group, ms) => metrics.paceWent(site, group, ms / 1000),
    told: metrics.paceTold,
    heard(site, group, ms, refused) {
      metrics.paceHeard(site, group, refused);
      if (refused) log.warn("the platform refused a request because of its limits", { site, group, waitMs: Math.round(ms) });
    },
    allowed: (site, group, windows) => log.info("the platform said how much it allows", { site, group, windows: windows.map(formatRate) }),
  } });
  life.own(paces);
  const waf = life.own(watchedFirewall(loaded.config.waf.alarm, join(loaded.config.stateDir, "waf-report.json"), { clock, log, metrics }));
  const cache = await cacheOf(loaded.config.cache, { clock, log, metrics, life });
  const sharedLimits = await sharedLimitsDoor(loaded.config.cache.redis, { clock, log, metrics, life });
  const limits = life.own(callerLimits({ clock, log, metrics, shared: sharedLimits }));
  const abuse = createAbuse(loaded.config, { clock, log, metrics });
  return { around: { clock, random: systemRandom, log, access, metrics, bodies: byteBudget(BODIES_BYTES), cache, overload, bans: abuse.bans }, sink, estate, expiry, paces, sharedLimits, limits, waf, abuse };
}

/** The cache and, where one is configured, the tier that instances share. */
async function cacheOf({ memory, redis }: CacheOptions, { clock, log, metrics, life }: { readonly clock: Clock; readonly log: LogControl; readonly metrics: Metrics; readonly life: Lifetime }): Promise<Cache> {
  const events: TierEvents = {
    done: (operation, result, ms) => metrics.sharedOperation(operation, result, ms / 1000),
    state: (state, why) => log[state === "up" || why === "stopped" ? "info" : "warn"]("shared cache tier", { state, why }),
    invalidated(what) {
      const entries = cache.heard(what);
      if (what === null) log.warn("shared cache tier has lost its history", { madeStale: entries });
    },
  };
  // Most have no Redis: its client is loaded where one is configured.
  const shared = redis === undefined ? null : life.own((await import("../cache/redis/tier.ts")).createRedisTier(redis, { clock, random: systemRandom, events }));
  const { notStored, evicted, invalidated } = metrics;
  const cache = createCache({ clock, ...memory, shared, events: { notStored, evicted, invalidated, fault: (where, fault) => log.error("cache failed", { where, fault: String((fault as Error).stack ?? fault) }) } });
  return cache;
}

/** The key under which identifiers are hashed: kept, so that lines of one customer can be found across restarts. */
function identifierKey(stateDir: string): string {
  const file = join(stateDir, "log.key");
  const kept = readBounded(file, 1024);
  if (kept.ok) return Buffer.from(kept.bytes).toString("utf8").trim();
  const key = randomHex(16);
  writeAtomic(file, `${key}\n`);
  return key;
}
