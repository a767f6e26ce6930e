import type { AdminViews, FirewallView, Readiness, StatusView } from "../admin/views.ts";
import type { Clock } from "../base/clock.ts";
import type { Cache } from "../cache/cache.ts";
import type { Config } from "../config/config.ts";
import { redact, writtenForm } from "../config/normal.ts";
import { isoTime } from "../observe/iso-time.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Listener } from "../server/listener.ts";
import type { Limits } from "../limits/caller/limits.ts";
import type { GroupStatus, Paces } from "../limits/pace/paces.ts";
import type { Estate, RegionStatus } from "../upstream/gate.ts";
import { cacheViews } from "./cache-views.ts";
import type { JournalDoor } from "./journal.ts";
import { journalViews } from "./journal-views.ts";
import type { Generations } from "./generations.ts";
import type { Bans } from "../waf/bans/bans.ts";
import { banViews } from "./ban-views.ts";
import type { SharedLimitsDoor } from "./shared-limits.ts";
import type { WafReport } from "../waf/report/report.ts";
import { wafViews } from "./waf-views.ts";
import type { Certificates } from "../certs/certs.ts";
import { certificateViews } from "./certificate-views.ts";
import type { Expiry } from "./expiry.ts";
import { bareListeners, expiryNotes } from "./expiry-lines.ts";

/** What the views look at. */
export interface ViewParts {
  readonly version: string;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly cache: Cache;
  readonly journal: JournalDoor;
  readonly bans: Bans;
  readonly wafReport: WafReport;
  readonly certificates: Certificates;
  readonly expiry: Expiry;
  readonly generations: Generations;
  readonly estate: Estate;
  readonly paces: Paces;
  readonly sharedLimits: SharedLimitsDoor;
  readonly limits: Limits;
  readonly listeners: readonly Listener[];
  /** What revocation lists of clients leave out, a sentence each. */
  readonly clientGaps: () => readonly string[];
  readonly draining: () => boolean;
  readonly drain: () => void;
}

/** Makes the views and actions of the admin API. */
export function appViews(parts: ViewParts): AdminViews {
  const { clock, generations, metrics } = parts;
  const startedAt = { wall: clock.wall(), now: clock.now() };
  const notes = heldFor(NOTES_MS, clock, () => [...parts.clientGaps(), ...expiryNotes(parts)]);
  return {
    status: (): StatusView => ({
      version: parts.version,
      node: process.versions.node,
      startedAt: isoTime()(startedAt.wall),
      uptimeSeconds: Math.round((clock.now() - startedAt.now) / 1000),
      generation: generations.current().number,
      file: parts.file,
      exchangesInFlight: generations.inFlight(),
      listeners: parts.listeners.map(({ name, address }) => ({
        name,
        address: `${address.host}:${address.port}`,
        tls: generations.config().listeners.find((one) => one.name === name)?.tls !== undefined,
      })),
      sites: sitesView(parts.estate.status(), parts.paces.status()),
      limits: parts.limits.status().map(({ limit, ...rest }) => ({ name: limit, ...rest })),
      sharedLimits: parts.sharedLimits.state,
      firewall: firewallView(generations.config()),
      bans: generations.config().waf.ban === undefined ? null : parts.bans.list().length,
      pendingRestart: generations.pendingRestart(),
    }),
    ready: () => readiness(parts, notes()),
    config: () => redact(writtenForm(generations.config()), generations.secrets()),
    metrics: () => metrics.expose(),
    reload: () => generations.reload(),
    drain: parts.drain,
    cache: cacheViews({ clock, log: parts.log, metrics, cache: parts.cache, sites: () => generations.config().sites, secrets: generations.secrets, startedAt: startedAt.wall }),
    certificates: certificateViews({ clock, certificates: parts.certificates, expiry: parts.expiry, config: generations.config, addresses: () => new Map(parts.listeners.map(({ name, address }) => [name, address])) }),
    bans: banViews(parts.bans, parts.log),
    waf: wafViews({ clock, report: parts.wafReport, config: generations.config }),
    journal: journalViews({ clock, journal: parts.journal.current, stateDir: () => generations.config().stateDir }),
  };
}

/** Balancers ask every second, some of them often: certificates are looked through once in so long. */
const NOTES_MS = 1000;

/** What was computed last, for so many ms. */
function heldFor<Value>(ms: number, clock: Clock, compute: () => Value): () => Value {
  let held: { readonly value: Value; readonly at: number } | null = null;
  return () => {
    if (held === null || clock.now() - held.at >= ms) held = { value: compute(), at: clock.now() };
    return held.value;
  };
}

/** Ready as long as it takes connections: a platform that is down is no reason to take the proxy away, which is what helps then. */
function readiness(parts: ViewParts, notes: readonly string[]): Readiness {
  const reasons = [...(parts.draining() ? ["draining"] : []), ...bareListeners(parts.generations.config(), parts.certificates)];
  const journal = parts.journal.current();
  const fault = journal?.store.fault() ?? null;
  if (fault !== null) reasons.push(`journal cannot be written: ${fault.kind}`);
  else if ((journal?.stats().unsettled ?? 0) > 0) reasons.push("outcomes wait to be written to the journal");
  return { ready: reasons.length === 0, reasons, notes };
}

function firewallView({ waf, ruleSets: { acting, trial } }: Pick<Config, "waf" | "ruleSets">): FirewallView {
  return { mode: waf.mode, ruleset: acting.name, trial: trial?.name ?? null };
}

function sitesView(regions: readonly RegionStatus[], paces: readonly GroupStatus[]): StatusView["sites"] {
  const names = [...new Set(regions.map((region) => region.site))];
  return names.map((name) => ({
    name,
    pace: paces.filter(({ site }) => site === name).map(({ group, scopes, waiting, quiet, said }) => ({ group, scopes, waiting, quiet, said })),
    regions: regions.filter((region) => region.site === name).map((region) => ({
      name: region.region,
      endpoints: region.endpoints.map(({ id, state, pool, slots }) => ({ url: id, up: state === "healthy", reason: state === "healthy" ? "" : state, busy: pool.busy, idle: pool.idle, concurrency: slots })),
      breakers: region.breakers.map((breaker) => ({ class: breaker.class, state: breaker.state })),
    })),
  }));
}
