import type { Clock } from "../base/clock.ts";
import type { ErrorCode } from "../base/errors.ts";
import { abuseRecorders, type AbuseRecorders } from "./abuse-recorders.ts";
import { observe } from "./buckets.ts";
import type { ExchangeSummary } from "./exchange-summary.ts";
import type { PulledName } from "./metric-table.ts";
import { certificateRecorders, type CertificateRecorders } from "./certificate-recorders.ts";
import { journalRecorders, type JournalRecorders } from "./journal-recorders.ts";
import { admissionRecorders, type AdmissionRecorders } from "./admission-recorders.ts";
import { limitRecorders, type LimitRecorders } from "./limit-recorders.ts";
import { paceRecorders, type PaceRecorders } from "./pace-recorders.ts";
import { pullProcessMetrics } from "./process-metrics.ts";
import { createMetricRegistry, type MetricRegistry, type Sample } from "./registry.ts";
import { shedRecorders, type ShedRecorders } from "./shed-recorders.ts";
import { sharedLimitRecorders, type SharedLimitRecorders } from "./shared-limit-recorders.ts";
import { tlsRecorders, type TlsRecorders } from "./tls-recorders.ts";
import { tunnelRecorders, type TunnelRecorders } from "./tunnel-recorders.ts";
import { wafRecorders, type WafRecorders } from "./waf-recorders.ts";

/** One attempt to reach a platform, once it is over. */
export interface AttemptSummary {
  readonly site: string;
  readonly region: string;
  /** Place in the region's list, from 0; null where none was chosen. */
  readonly endpoint: number | null;
  readonly routeClass: string;
  readonly result: "answered" | "refused" | "not-sent" | "in-doubt";
  readonly cause: string;
  readonly seconds: number;
}

/** A breaker that changed its state. */
export interface BreakerMove {
  readonly site: string;
  readonly region: string;
  readonly routeClass: string;
  readonly to: "closed" | "half-open" | "open";
}

/** The process's metrics: narrow recording functions for the hot path, and the text for Prometheus. */
export interface Metrics extends AbuseRecorders, AdmissionRecorders, CertificateRecorders, JournalRecorders, LimitRecorders, PaceRecorders, ShedRecorders, SharedLimitRecorders, TlsRecorders, TunnelRecorders, WafRecorders {
  /** Counts one exchange. */
  exchangeEnded(end: ExchangeSummary): void;
  /** Counts a request that the listener refused before it became an exchange: malformed, too large, too late. */
  refusedEarly(code: ErrorCode): void;
  /** Counts one attempt. */
  attemptEnded(attempt: AttemptSummary): void;
  /** Counts a stale answer that was served. */
  staleServed(reason: string): void;
  /** Counts an answer that was not stored. */
  notStored(site: string, route: string, reason: string): void;
  /** Counts an entry that went for want of room. */
  evicted(): void;
  /** Counts an invalidation and the entries it hit. */
  invalidated(kind: string, entries: number): void;
  /** Counts an operation on the tier that instances share. */
  sharedOperation(operation: string, result: string, seconds: number): void;
  /** Counts one attempt after the first. */
  retried(): void;
  /** Counts a transition. */
  breakerMoved(move: BreakerMove): void;
  /** Counts a reload, and remembers whether it succeeded. */
  reloaded(result: "applied" | "unchanged" | "refused"): void;
  /** Lets a gauge, or a counter that lives elsewhere, be read at each scrape. Replaces an earlier source. */
  setSource(name: PulledName, source: () => Iterable<Sample>): void;
  /** What a counter or gauge says at this moment, for who shows it elsewhere than in the exposition. */
  samples(name: PulledName): readonly Sample[];
  /** Runs before each exposition, for what has to be asked elsewhere first; bounded in time by whoever sets it. */
  setBefore(run: () => Promise<void>): void;
  /** The whole exposition. Scrapes that overlap share one. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** What the metrics need from outside. */
export interface MetricsEnv {
  readonly version: string;
  readonly nodeVersion: string;
  readonly clock: Clock;
  /** Names of the phases, in the order of `ends`. */
  readonly phases: readonly string[];
}

/** What a label says where there is nothing to name. */
const NONE = "none";
const INDEXES: readonly string[] = Array.from({ length: 64 }, (_, index) => String(index));
/** A scrape lets other work run after so many milliseconds. */
const SLICE = 2;
const FOLDING = ["taxgate_requests_total", "taxgate_cache_requests_total", "taxgate_cache_not_stored_total", "taxgate_submissions_total", "taxgate_submissions_in_doubt_total", "taxgate_submissions_resolved_total", "taxgate_attempts_total", "taxgate_breaker_transitions_total"] as const;

/** Waits until the event loop has come round once. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Counts phases and the time in them: two additions a phase. */
function phaseRecorder(registry: MetricRegistry, phases: readonly string[]): (end: ExchangeSummary) => void {
  const runs = new Float64Array(phases.length);
  const ms = new Float64Array(phases.length);
  const samples = (values: Float64Array, scale: number) => () => phases.map((phase, index) => ({ labels: { phase }, value: (values[index] as number) * scale }));
  registry.pull("taxgate_phases_total", samples(runs, 1));
  registry.pull("taxgate_phase_seconds_total", samples(ms, 0.001));
  return (end) => {
    let from = end.startedAt;
    for (let index = 0; index < phases.length; index += 1) {
      const to = end.ends[index] as number;
      if (to === 0) continue;
      runs[index] = (runs[index] as number) + 1;
      ms[index] = (ms[index] as number) + (to - from);
      from = to;
    }
  };
}

function exchangeRecorder(registry: MetricRegistry, phases: readonly string[]): (end: ExchangeSummary) => void {
  const requests = registry.counts("taxgate_requests_total");
  const errors = registry.counts("taxgate_errors_total");
  const cached = registry.counts("taxgate_cache_requests_total");
  const durations = registry.buckets("taxgate_request_duration_seconds");
  const recordPhases = phaseRecorder(registry, phases);
  return (end) => {
    const routeClass = end.routeClass ?? NONE;
    requests.at(end.listener, end.site ?? NONE, end.route ?? NONE, routeClass, end.region ?? NONE, end.outcome).value += 1;
    observe(durations.series.at(routeClass, end.outcome), durations.bounds, (end.endedAt - end.startedAt) / 1000);
    if (end.cache !== null) cached.at(end.site ?? NONE, end.route ?? NONE, end.cache).value += 1;
    if (end.error !== null) errors.at(end.error).value += 1;
    recordPhases(end);
  };
}

function attemptRecorder(registry: MetricRegistry): (attempt: AttemptSummary) => void {
  const attempts = registry.counts("taxgate_attempts_total");
  const durations = registry.buckets("taxgate_attempt_duration_seconds");
  return ({ site, region, endpoint, routeClass, result, cause, seconds }) => {
    const place = endpoint === null ? NONE : (INDEXES[endpoint] ?? String(endpoint));
    attempts.at(site, region, place, routeClass, result, cause).value += 1;
    observe(durations.series.at(region, routeClass), durations.bounds, seconds);
  };
}

type CacheRecorders = Pick<Metrics, "staleServed" | "notStored" | "evicted" | "invalidated" | "sharedOperation">;

function cacheRecorders(registry: MetricRegistry): CacheRecorders {
  const stale = registry.counts("taxgate_cache_stale_total");
  const notStored = registry.counts("taxgate_cache_not_stored_total");
  const evictions = registry.counts("taxgate_cache_evictions_total").at();
  const invalidations = registry.counts("taxgate_cache_invalidations_total");
  const invalidated = registry.counts("taxgate_cache_invalidated_entries_total").at();
  const operations = registry.counts("taxgate_cache_shared_operations_total");
  const durations = registry.buckets("taxgate_cache_shared_duration_seconds");
  return {
    staleServed: (reason) => void (stale.at(reason).value += 1),
    notStored: (site, route, reason) => void (notStored.at(site, route, reason).value += 1),
    evicted: () => void (evictions.value += 1),
    invalidated(kind, entries) {
      invalidations.at(kind).value += 1;
      invalidated.value += entries;
    },
    sharedOperation(operation, result, seconds) {
      operations.at(operation, result).value += 1;
      observe(durations.series.at(operation), durations.bounds, seconds);
    },
  };
}

/** Metrics about Taxgate itself that need nobody's help. */
function pullOwnMetrics(registry: MetricRegistry, env: MetricsEnv, lag: () => number): void {
  const startedAt = env.clock.wall() / 1000;
  registry.pull("taxgate_build_info", () => [{ labels: { version: env.version, node: env.nodeVersion }, value: 1 }]);
  registry.pull("taxgate_start_time_seconds", () => [{ labels: {}, value: startedAt }]);
  registry.pull("taxgate_event_loop_lag_seconds", () => [{ labels: {}, value: lag() / 1000 }]);
  registry.pull("taxgate_series_folded_total", () => [
    ...FOLDING.map((metric) => ({ labels: { metric }, value: registry.counts(metric).folded() })),
    { labels: { metric: "taxgate_attempt_duration_seconds" }, value: registry.buckets("taxgate_attempt_duration_seconds").series.folded() },
  ]);
  pullProcessMetrics(registry);
}

/** Makes all metrics, in a registry of their own. Starts nothing that runs by itself. */
export function createMetrics(env: MetricsEnv): Metrics {
  const registry = createMetricRegistry();
  const errors = registry.counts("taxgate_errors_total");
  const retries = registry.counts("taxgate_retries_total").at();
  const transitions = registry.counts("taxgate_breaker_transitions_total");
  const reloads = registry.counts("taxgate_config_reloads_total");
  let reloadSucceeded = 1;
  let lag = 0;
  let before: () => Promise<void> = () => Promise.resolve();
  let scrape: Promise<{ contentType: string; body: string }> | null = null;
  pullOwnMetrics(registry, env, () => lag);
  registry.pull("taxgate_config_last_reload_success", () => [{ labels: {}, value: reloadSucceeded }]);

  const write = async (): Promise<{ contentType: string; body: string }> => {
    await before();
    let sliceBegan = env.clock.now();
    await nextTurn();
    lag = env.clock.now() - sliceBegan;
    const texts: string[] = [];
    for (const name of registry.names()) {
      texts.push(await registry.text(name));
      if (env.clock.now() - sliceBegan < SLICE) continue;
      await nextTurn();
      sliceBegan = env.clock.now();
    }
    return { contentType: registry.contentType, body: `${texts.join("\n\n")}\n` };
  };
  return {
    ...abuseRecorders(registry),
    ...certificateRecorders(registry),
    ...cacheRecorders(registry),
    ...journalRecorders(registry),
    ...admissionRecorders(registry),
    ...limitRecorders(registry),
    ...paceRecorders(registry),
    ...sharedLimitRecorders(registry),
    ...shedRecorders(registry),
    ...tlsRecorders(registry),
    ...tunnelRecorders(registry),
    ...wafRecorders(registry),
    exchangeEnded: exchangeRecorder(registry, env.phases),
    refusedEarly: (code) => {
      errors.at(code).value += 1;
    },
    attemptEnded: attemptRecorder(registry),
    retried: () => {
      retries.value += 1;
    },
    breakerMoved: ({ site, region, routeClass, to }) => {
      transitions.at(site, region, routeClass, to).value += 1;
    },
    reloaded: (result) => {
      reloads.at(result).value += 1;
      reloadSucceeded = result === "refused" ? 0 : 1;
    },
    setSource: (name, source) => registry.pull(name, source),
    samples: registry.samples,
    setBefore(run) {
      before = run;
    },
    expose: () => {
      scrape ??= write().finally(() => {
        scrape = null;
      });
      return scrape;
    },
  };
}
