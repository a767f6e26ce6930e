import type { CacheEntryView, CacheInspection, CacheStatsView, CacheViews } from "../admin/cache-views.ts";
import type { Clock } from "../base/clock.ts";
import type { Cache } from "../cache/cache.ts";
import type { Invalidation } from "../cache/entry.ts";
import type { Miss } from "../cache/misses.ts";
import { CACHE_RESULTS, NOT_STORED, STALE_REASONS } from "../cache/reasons.ts";
import { overdue, type Resident } from "../cache/resident.ts";
import { within } from "../redis/within.ts";
import { isoTime } from "../observe/iso-time.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { createRedactor, REDACTED } from "../observe/redact.ts";
import { matchRoute } from "../pipeline/match-route.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import { compileRoute, type Route } from "../pipeline/site.ts";

/** What the views of the cache look at. */
export interface CacheViewParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "samples">;
  readonly cache: Cache;
  /** Sites of the configuration in use. */
  readonly sites: () => readonly SiteOptions[];
  /** Texts of the configuration that are shown nowhere. */
  readonly secrets: () => readonly string[];
  /** Wall time in ms. */
  readonly startedAt: number;
}

const MOST_LISTED = 100;
/** The operator is answered by then, whatever the shared tier does. */
const MOST_WAIT = 1000;
const INVALIDATIONS: readonly Invalidation["kind"][] = ["url", "tag", "region", "route", "all"];

/** Makes the views and actions on the cache. */
export function cacheViews(parts: CacheViewParts): CacheViews {
  const { cache, clock, log } = parts;
  return {
    sites: () => parts.sites().map(({ name, regions, routes }) => ({ name, regions: regions.map((one) => one.name), routes: routes.map((one) => one.name) })),
    accepts: (site, path, spelling) => routesOf(parts, site).some((route) => route.allow.has(spelling) && route.matchesPath(path)),
    async purge(what) {
      const { entries, told } = cache.invalidate(what);
      // Without query and tag, which may name people.
      log.info("cache purged", { kind: what.kind, soft: what.soft, entries, ...("site" in what ? { site: what.site } : {}), ...("path" in what ? { path: what.path } : {}), ...("route" in what ? { route: what.route } : {}), ...("region" in what ? { region: what.region } : {}) });
      if (cache.stats().shared === "none") return { entries, told: null };
      const heard = await within(clock, MOST_WAIT, told);
      return { entries, told: heard.ok && heard.value };
    },
    inspect: (site, path, query) => inspect(parts, site, path, query),
    stats: () => stats(parts),
  };
}

/** Compiled anew for each call: calls are rare, and reloads change them. */
function routesOf({ sites }: CacheViewParts, site: string): readonly Route[] {
  return (sites().find((one) => one.name === site)?.routes ?? []).map((options) => compileRoute(options));
}

function inspect(parts: CacheViewParts, site: string, path: string, query: string | null): CacheInspection {
  const { cache, clock } = parts;
  const ofPath = cache.inspect(site, path, null).entries;
  const { entries, misses } = cache.inspect(site, path, query);
  const show = showField(parts, site);
  const time = isoTime();
  return {
    route: routeOf(routesOf(parts, site), path, query ?? ""),
    total: entries.length,
    entries: entries.slice(0, MOST_LISTED).map((resident) => entryView(resident, clock.now(), show)),
    otherQueries: ofPath.length - entries.length,
    misses: latest(misses).map(({ url, reason, times, at }) => ({ url, reason, times, lastAt: time(at) })),
    shared: cache.stats().shared,
  };
}

function latest(misses: readonly Miss[]): Miss[] {
  return misses.toSorted((a, b) => b.at - a.at).slice(0, MOST_LISTED);
}

/** A GET is asked for first; a read that is made by POST counts where it keeps something and the GET does not. */
function routeOf(routes: readonly Route[], path: string, query: string): CacheInspection["route"] {
  // Where the body decides, a route that keeps answers is the one that is asked about.
  const matches = ["GET", "POST"].map((method) => matchRoute(routes, method, path, query, [])).flatMap((found) => (found.route === null ? found.candidates : [found.route]));
  const route = matches.find((one) => one.options.cache !== undefined) ?? matches[0] ?? null;
  return route === null ? null : { name: route.name, keeps: route.options.cache !== undefined };
}

function entryView(resident: Resident, now: number, show: ShowField): CacheEntryView {
  const { address, region, status, selecting, lifetime, staleWhileRevalidate, staleIfError } = resident.answer;
  const over = overdue(resident, now);
  return {
    site: address.site, route: address.route, home: address.home, region, query: address.query, status,
    state: over < 0 ? "fresh" : "stale",
    ageSeconds: seconds(now - resident.bornAt),
    lifetimeSeconds: seconds(lifetime),
    freshForSeconds: seconds(Math.max(0, -over)),
    staleForSeconds: seconds(Math.max(0, over)),
    staleWhileRevalidateSeconds: seconds(staleWhileRevalidate),
    staleIfErrorSeconds: seconds(staleIfError),
    bytes: resident.size,
    bodyBytes: resident.plain.size,
    vary: selecting.map(([name, value]) => ({ name, value: value === null ? null : show(name, value) })),
    tags: address.tags,
    encodings: [...(resident.encoded ?? [])].filter(([, made]) => made !== null && !(made instanceof Promise)).map(([coding]) => coding),
    hits: resident.hits,
    purged: resident.purged,
    failing: resident.failing,
    retryInSeconds: seconds(resident.failing ? Math.max(0, resident.retryAt - now) : 0),
  };
}

type ShowField = (name: string, value: string) => string;

/** Hides credentials, known by the names of their fields or as what a principal is read from, and secrets of the configuration. */
function showField({ sites, secrets }: CacheViewParts, site: string): ShowField {
  const redact = createRedactor({ secrets: secrets() });
  const principals = sites().find((one) => one.name === site)?.identity.principal ?? [];
  const credentials = new Set(principals.flatMap((source) => ("header" in source ? [source.header.toLowerCase()] : [])));
  return (name, value) => (credentials.has(name) ? REDACTED : String((redact({ [name]: value }) as Record<string, unknown>)[name]));
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

type Counter = Parameters<Metrics["samples"]>[0];

function stats({ cache, metrics, startedAt }: CacheViewParts): CacheStatsView {
  const total = (name: Counter): number => metrics.samples(name).reduce((sum, { value }) => sum + value, 0);
  const by = (name: Counter, label: string, known: readonly string[]): Record<string, number> => {
    const sums: Record<string, number> = Object.fromEntries(known.map((value) => [value, 0]));
    for (const { labels, value } of metrics.samples(name)) sums[labels[label] ?? ""] = (sums[labels[label] ?? ""] ?? 0) + value;
    return sums;
  };
  return {
    since: isoTime()(startedAt),
    ...cache.stats(),
    requests: by("taxgate_cache_requests_total", "result", CACHE_RESULTS),
    stale: by("taxgate_cache_stale_total", "reason", STALE_REASONS),
    notStored: by("taxgate_cache_not_stored_total", "reason", NOT_STORED),
    evictions: total("taxgate_cache_evictions_total"),
    invalidations: by("taxgate_cache_invalidations_total", "kind", INVALIDATIONS),
    invalidatedEntries: total("taxgate_cache_invalidated_entries_total"),
  };
}
