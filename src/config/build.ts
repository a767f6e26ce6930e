import { resolve } from "node:path";
import type { z } from "zod";
import type { AcmeOptions, CertificateOptions } from "../certs/options.ts";
import type { Path } from "../document/yaml-node.ts";
import { routeOptions, siteOptions, type SiteOptions } from "../pipeline/options.ts";
import type { ListenerOptions } from "../server/options.ts";
import { upstreamOptions, type RegionOptions, type UpstreamOptions } from "../upstream/options.ts";
import type { SiteWafOptions, WafOptions } from "../waf/options.ts";
import type { RuleSetsOptions } from "../waf/rules/options.ts";
import { isBuiltInSet } from "./built-in-rules.ts";
import { deepFreeze, type Config } from "./config.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { isMapping, mergeWritten } from "./merge.ts";
import { formatPath } from "./problem.ts";
import { globalOptions, REST_ROUTE, SITE_KEYS } from "./schema.ts";
import { checkShape } from "./shape.ts";

type SiteWritten = z.output<typeof siteOptions>;

/**
 * Checks what regions override: laid over the site's `upstream` as written, then checked. What a region inherits is
 * reported where the site says it, not here.
 */
export function checkOverrides(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    for (const name of draft.keys([...site, "regions"])) regionUpstream(draft, site, name);
  }
}

/** The complete `upstream` of a region; null when it is not sound. */
function regionUpstream(draft: Draft, site: Path, name: string): UpstreamOptions | null {
  const path = [...site, "regions", name, "upstream"];
  const own = draft.value(path);
  const shared = draft.value([...site, "upstream"]);
  const merged = own === undefined || isMapping(own) ? mergeWritten(shared ?? {}, own) : shared;
  return checkShape(draft, upstreamOptions, merged, path, (at) => draft.has(at));
}

/** Makes the configuration of a draft in which no check found anything. `directory` is where relative paths start. */
export function buildConfig(draft: Draft, directory: string, ruleSets: RuleSetsOptions, schemas: Config["schemas"]): Config {
  const { state, listeners, certificates, health, cache, journal, waf, ...rest } = globalOptions.parse(draft.value());
  const absolute = (path: string): string => resolve(directory, path);
  return deepFreeze({
    ...rest,
    stateDir: absolute(state.dir),
    listeners: listeners.map((listener) => withClientFiles(listener, absolute)),
    health: health ?? null,
    certificates: Object.fromEntries(Object.entries(certificates).map(([name, options]) => [name, certificate(options, absolute)])),
    cache: cache.redis?.ca === undefined ? cache : { ...cache, redis: { ...cache.redis, ca: absolute(cache.redis.ca) } },
    journal: journal.witness === undefined ? journal : { ...journal, witness: absolute(journal.witness) },
    waf: withRuleFiles(waf, absolute),
    ruleSets,
    schemas,
    sites: sitePaths(draft).map((path) => buildSite(draft, path, absolute)),
  });
}

function withRuleFiles(waf: WafOptions, absolute: (path: string) => string): WafOptions {
  const set = (name: string): string => (isBuiltInSet(name) ? name : absolute(name));
  return { ...waf, ruleset: set(waf.ruleset), ...(waf.trial === undefined ? {} : { trial: set(waf.trial) }), rules: waf.rules.map(absolute) };
}

function withSchema(waf: SiteWafOptions, absolute: (path: string) => string): SiteWafOptions {
  const { require } = waf;
  if (require?.body?.json === undefined) return waf;
  return { ...waf, require: { ...require, body: { ...require.body, json: absolute(require.body.json) } } };
}

function withClientFiles(listener: ListenerOptions, absolute: (path: string) => string): ListenerOptions {
  const { tls } = listener;
  if (tls === undefined) return listener;
  return { ...listener, tls: { ...tls, ...(tls.clientCa === undefined ? {} : { clientCa: absolute(tls.clientCa) }), ...(tls.clientCrl === undefined ? {} : { clientCrl: absolute(tls.clientCrl) }) } };
}

function certificate(options: CertificateOptions, absolute: (path: string) => string): CertificateOptions {
  const { files, acme } = options;
  if (files !== undefined) return { ...options, files: { cert: absolute(files.cert), key: absolute(files.key) } };
  return acme === undefined ? options : { ...options, acme: withAcmeFiles(acme, absolute) };
}

function withAcmeFiles(acme: AcmeOptions, absolute: (path: string) => string): AcmeOptions {
  const access = <T extends { readonly ca?: string | undefined }>(one: T): T => (one.ca === undefined ? one : { ...one, ca: absolute(one.ca) });
  return { ...access(acme), fallback: acme.fallback.map(access), ...(acme.store === undefined ? {} : { store: absolute(acme.store) }) };
}

function buildSite(draft: Draft, path: Path, absolute: (path: string) => string): SiteOptions {
  const written = draft.value(path);
  // At the top of a file the keys of its one site stand among others.
  const own = Object.entries(isMapping(written) ? written : {}).filter(([key]) => path.length > 0 || SITE_KEYS.includes(key));
  const site = siteOptions.parse(Object.fromEntries(own));
  // Not from the parsed value: JavaScript moves names that are numbers to the front, and the first region is the default.
  const names = draft.keys([...path, "regions"]);
  return {
    name: site.name,
    platform: draft.profiles.get(formatPath(path)) ?? null,
    hosts: site.hosts,
    defaultRegion: site.defaultRegion ?? names[0] ?? "",
    regions: names.map((name) => buildRegion(draft, path, name, site.regions, absolute)),
    identity: site.identity,
    keys: site.keys,
    ...(site.credentials === undefined ? {} : { credentials: site.credentials }),
    ...(site.errors === undefined ? {} : { errors: site.errors }),
    ...(site.waf === undefined ? {} : { waf: withSchema(site.waf, absolute) }),
    limits: site.limits,
    routes: site.routes.length > 0 ? site.routes.map((route) => (route.waf === undefined ? route : { ...route, waf: withSchema(route.waf, absolute) })) : [routeOptions.parse(REST_ROUTE)],
  };
}

function buildRegion(draft: Draft, site: Path, name: string, regions: SiteWritten["regions"], absolute: (path: string) => string): RegionOptions {
  const region = regions[name];
  const upstream = regionUpstream(draft, site, name);
  if (region === undefined || upstream === null) throw new Error(`build configuration: region ${name} was checked and is gone`);
  const { endpoints, taxpayers, clients, fallback } = region;
  const tls = upstream.tls.ca === undefined ? upstream.tls : { ...upstream.tls, ca: absolute(upstream.tls.ca) };
  return { name, endpoints, taxpayers, clients, fallback, upstream: { ...upstream, tls } };
}
