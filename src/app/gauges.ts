import type { Cache } from "../cache/cache.ts";
import type { JournalStats } from "../journal/journal.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Listener } from "../server/listener.ts";
import type { Limits } from "../limits/caller/limits.ts";
import type { Paces } from "../limits/pace/paces.ts";
import type { Estate, RegionStatus } from "../upstream/gate.ts";
import type { JournalDoor } from "./journal.ts";
import type { Generations } from "./generations.ts";
import type { Bans } from "../waf/bans/bans.ts";
import type { SharedLimitsDoor } from "./shared-limits.ts";
import { rankOf } from "../certs/expiry/stage.ts";
import type { Certificates } from "../certs/certs.ts";
import type { Expiry } from "./expiry.ts";

/** What the gauges read. */
export interface GaugeParts {
  readonly metrics: Metrics;
  readonly estate: Estate;
  readonly paces: Paces;
  readonly sharedLimits: SharedLimitsDoor;
  readonly limits: Limits;
  readonly generations: Generations;
  readonly listeners: readonly Listener[];
  readonly droppedLines: () => number;
  readonly cache: Cache;
  readonly journal: JournalDoor;
  readonly bans: Bans;
  readonly certificates: Pick<Certificates, "status">;
  readonly expiry: Pick<Expiry, "status">;
}

const STATES = { closed: 0, "half-open": 1, open: 2 } as const;

/** Connects the gauges to what they show; each is read when it is scraped, and costs nothing between. */
export function connectGauges({ metrics, estate, paces, sharedLimits, limits, generations, listeners, droppedLines, cache, journal, bans, certificates, expiry }: GaugeParts): void {
  const one = (value: number) => [{ labels: {}, value }];
  const eachEndpoint = (pick: (endpoint: RegionStatus["endpoints"][number], labels: Record<string, string>) => { labels: Record<string, string>; value: number }[]) =>
    estate.status().flatMap(({ site, region, endpoints }) => endpoints.flatMap((endpoint, index) => pick(endpoint, { site, region, endpoint: String(index) })));

  metrics.setSource("taxgate_open_sockets", () => [
    { labels: { side: "client" }, value: listeners.reduce((sum, listener) => sum + listener.sockets(), 0) },
    { labels: { side: "upstream" }, value: estate.sockets() },
  ]);
  metrics.setSource("taxgate_exchanges_in_flight", () => one(generations.inFlight()));
  metrics.setSource("taxgate_config_generation", () => one(generations.current().number));
  metrics.setSource("taxgate_generations_alive", () => one(generations.alive()));
  metrics.setSource("taxgate_log_lines_dropped_total", () => one(droppedLines()));
  metrics.setSource("taxgate_cache_entries", () => one(cache.stats().entries));
  metrics.setSource("taxgate_cache_bytes", () => one(cache.stats().bytes));
  metrics.setSource("taxgate_cache_max_bytes", () => one(cache.stats().maxBytes));
  metrics.setSource("taxgate_cache_waiting", () => one(cache.stats().waiting));
  metrics.setSource("taxgate_cache_shared_up", () => one(cache.stats().shared === "up" ? 1 : 0));
  journalGauges(metrics, journal);
  expiryGauges(metrics, expiry, certificates);
  metrics.setSource("taxgate_pace_waiting", () => paces.status().map(({ site, group, waiting }) => ({ labels: { site, group }, value: waiting })));
  metrics.setSource("taxgate_pace_quiet", () => paces.status().map(({ site, group, quiet }) => ({ labels: { site, group }, value: quiet })));
  metrics.setSource("taxgate_limit_waiting", () => limits.status().map(({ limit, waiting }) => ({ labels: { limit }, value: waiting })));
  metrics.setSource("taxgate_limit_degraded", () => one(sharedLimits.state === "down" ? 1 : 0));
  metrics.setSource("taxgate_tunnels_open", () => listeners.flatMap(({ name, tunnels }) => Object.entries(tunnels()).filter(([, value]) => value > 0).map(([kind, value]) => ({ labels: { listener: name, kind }, value }))));
  metrics.setSource("taxgate_bans", () => one(bans.list().length));
  metrics.setSource("taxgate_waf_ruleset_info", () => {
    const { acting, trial } = generations.config().ruleSets;
    return [{ labels: { version: acting.name, use: "acting" }, value: 1 }, ...(trial === null ? [] : [{ labels: { version: trial.name, use: "trial" }, value: 1 }])];
  });
  metrics.setSource("taxgate_breaker_state", () =>
    estate.status().flatMap(({ site, region, breakers }) => breakers.map((breaker) => ({ labels: { site, region, class: breaker.class }, value: STATES[breaker.state] }))));
  metrics.setSource("taxgate_endpoint_up", () => eachEndpoint(({ state }, labels) => [{ labels, value: state === "healthy" ? 1 : 0 }]));
  metrics.setSource("taxgate_pool_waiting", () => eachEndpoint(({ pool }, labels) => [{ labels, value: pool.waiting }]));
  for (const [name, of] of [["limit", "limit"], ["in_flight", "inFlight"], ["waiting", "waiting"]] as const) {
    metrics.setSource(`taxgate_concurrency_${name}`, () => eachEndpoint(({ slots }, labels) => (slots === null ? [] : [{ labels, value: slots[of] }])));
  }
  metrics.setSource("taxgate_pool_connections", () => eachEndpoint(({ pool }, labels) => [
    { labels: { ...labels, state: "busy" }, value: pool.busy },
    { labels: { ...labels, state: "idle" }, value: pool.idle },
  ]));
}

function expiryGauges(metrics: Metrics, expiry: GaugeParts["expiry"], certificates: GaugeParts["certificates"]): void {
  metrics.setSource("taxgate_certificate_not_after_timestamp_seconds", () => expiry.status().map(({ kind, name, notAfter }) => ({ labels: { kind, name }, value: notAfter / 1000 })));
  metrics.setSource("taxgate_certificate_stage", () => expiry.status().map(({ kind, name, stage }) => ({ labels: { kind, name }, value: rankOf(stage) })));
  metrics.setSource("taxgate_certificate_next_try_timestamp_seconds", () => certificates.status().flatMap(({ name, renewal }) => (renewal === null ? [] : [{ labels: { certificate: name }, value: renewal.next.at / 1000 }])));
}

function journalGauges(metrics: Metrics, journal: JournalDoor): void {
  const number = (read: (numbers: JournalStats) => number) => () => [{ labels: {}, value: read(journal.current()?.stats() ?? NO_JOURNAL) }];
  metrics.setSource("taxgate_journal_under_way", number((stats) => stats.flights));
  metrics.setSource("taxgate_journal_resolving", number((stats) => stats.resolving));
  metrics.setSource("taxgate_journal_queued", number((stats) => stats.queued));
  metrics.setSource("taxgate_journal_unsettled", number((stats) => stats.unsettled));
  metrics.setSource("taxgate_provisional_unheard", number((stats) => stats.unheard));
  metrics.setSource("taxgate_provisional_oldest_seconds", () => [{ labels: {}, value: journal.oldestProvisionalSeconds() }]);
  metrics.setSource("taxgate_journal_writable", () => [{ labels: {}, value: journal.current()?.store.fault() === null ? 1 : 0 }]);
  metrics.setSource("taxgate_journal_entries", () => Object.entries(journal.lastStats()?.states ?? {}).map(([state, value]) => ({ labels: { state }, value })));
  metrics.setSource("taxgate_journal_bytes", () => [{ labels: {}, value: journal.lastStats()?.bytes ?? 0 }]);
  metrics.setSource("taxgate_journal_oldest_open_seconds", () => [{ labels: {}, value: journal.oldestOpenSeconds() }]);
}

const NO_JOURNAL: JournalStats = { flights: 0, sending: 0, resolving: 0, unsettled: 0, queued: 0, provisional: 0, unheard: 0 };
