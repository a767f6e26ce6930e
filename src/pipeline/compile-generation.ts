import { isDeepStrictEqual } from "node:util";
import { keysOf, type KeyLookUp } from "../base/secret-keys.ts";
import type { Cache } from "../cache/cache.ts";
import type { CachePolicy } from "../cache/policy.ts";
import { compileIdentity } from "../identity/identity.ts";
import { identityOptions } from "../identity/options.ts";
import type { OpenLimits } from "../limits/caller/limits.ts";
import type { Paces, SitePace } from "../limits/pace/paces.ts";
import type { Journal } from "../journal/journal.ts";
import type { Way, Ways } from "../journal/way.ts";
import type { UpstreamTls } from "../upstream/connections.ts";
import type { Estate } from "../upstream/gate.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import type { OpenFirewall } from "../waf/waf.ts";
import { hostTable, type Generation } from "./generation.ts";
import type { RouteOptions, SiteOptions } from "./options.ts";
import { hearingOf } from "./learn.ts";
import { probePaceOf, wayPaceOf } from "./own-pace.ts";
import { compileRoute, type Route, type Site, type Voiding } from "./site.ts";

/** What a generation is built with. */
export interface GenerationParts {
  readonly estate: Estate;
  /** Outlives generations. */
  readonly cache: Cache;
  /** Outlives generations; null where no route has a submission. */
  readonly journal: Journal | null;
  /** Outlives generations. */
  readonly paces: Paces;
  /** Of the same configuration; null where it has none. */
  readonly limits: OpenLimits | null;
  /** Of the same configuration; null: nothing is looked at. */
  readonly firewall: OpenFirewall | null;
  /** Reads the TLS material that a region names. */
  readonly material: (tls: UpstreamOptions["tls"]) => UpstreamTls;
  /** Replaces `sandbox:NAME` by the origin of the running sandbox. */
  readonly origin: (url: string, site: SiteOptions) => string;
}

/** Builds everything that one configuration needs to serve. On a fault nothing is left behind. */
export function compileGeneration(number: number, sites: readonly SiteOptions[], parts: GenerationParts): Generation {
  const opened: Site[] = [];
  const letGo = (): void => {
    for (const site of opened.splice(0)) {
      site.upstream.letGo();
      site.pace.letGo();
    }
    parts.limits?.letGo();
  };
  try {
    const entries = sites.map((options) => {
      const site = compileSite(options, parts);
      opened.push(site);
      return { site, patterns: options.hosts };
    });
    return { number, hosts: hostTable(entries), journal: parts.journal, ways: waysOf(opened), inFlight: 0, letGo };
  } catch (fault) {
    letGo();
    throw fault;
  }
}

function compileSite(options: SiteOptions, parts: GenerationParts): Site {
  const pace = parts.paces.open({ site: options.name, shared: options.regions.map((region) => ({ region: region.name, pace: region.upstream.pace })), routes: options.routes });
  try {
    return compileWith(options, pace, parts);
  } catch (fault) {
    pace.letGo();
    throw fault;
  }
}

function compileWith(options: SiteOptions, pace: SitePace, parts: GenerationParts): Site {
  const keys = keysOf(options.keys);
  const errors = options.errors ?? null;
  const identity = compileIdentity(options.identity, options.regions, options.defaultRegion, keys);
  // Doubts are asked about beside submissions, with a breaker of their own.
  const asks = options.routes.some((route) => route.submission !== undefined) ? ["poll"] : [];
  const classes = [...new Set([...options.routes.map((route) => route.class as string), ...asks])];
  const regions = options.regions.map((region) => ({
    ...region,
    classes,
    endpoints: region.endpoints.map((endpoint) => ({ ...endpoint, url: parts.origin(endpoint.url, options) })),
    material: parts.material(region.upstream.tls),
  }));
  const policies = options.routes.map((route) => policyOf(route, options, parts.cache, keys));
  const routes = options.routes.map((route, index) => compileRoute(route, { cache: policies[index] ?? null, submission: submissionOf(route, options, keys, parts.journal), learns: learnsOf(route, keys, parts.journal), pace: pace.of(route.name), limits: parts.limits?.of([...(options.limits ?? []), ...route.limits], keys) ?? null, firewall: parts.firewall?.of(options.name, route.name, [options.waf, route.waf]) ?? null, ...positiveOf(route, options, parts.firewall), errors, voids: voidsOf(route.name, policies) }));
  return { name: options.name, identity, routes, errors, pace, upstream: parts.estate.open({ site: options.name, regions, probePace: probePaceOf(routes, pace) }), caches: policies.some((policy) => policy !== null) };
}

function positiveOf({ name, waf }: RouteOptions, site: SiteOptions, firewall: OpenFirewall | null): Pick<Route, "admission" | "requirements"> {
  const at = { site: site.name, route: name, taxNumbers: site.platform?.taxNumbers ?? [] };
  const own = [site.waf, waf];
  return { admission: firewall?.admissionOf(at, own) ?? null, requirements: firewall?.requirementsOf(at, own) ?? null };
}

function submissionOf(route: RouteOptions, site: SiteOptions, keys: KeyLookUp, journal: Journal | null): Route["submission"] {
  if (route.submission === undefined) return null;
  if (journal === null) throw new Error(`compile route '${route.name}': it has a submission, and no journal is open`);
  return journal.compile(route.submission, { site: site.name, route: route.name, keys, path: route.match.path });
}

function learnsOf({ learns = [] }: RouteOptions, keys: KeyLookUp, journal: Journal | null): Route["learns"] {
  return learns.length === 0 || journal === null ? null : { rules: journal.compileLearns(learns, keys), journal, told: new Set() };
}

/** Made once, so that a submission finds its way by two look-ups. */
function waysOf(sites: readonly Site[]): Ways {
  const ways = new Map(sites.map((site) => [site.name, new Map(site.routes.filter((route) => route.class === "submit").map((route) => [route.name, wayOf(site, route)]))]));
  return (site, route) => ways.get(site)?.get(route) ?? null;
}

function wayOf(site: Site, route: Route): Way {
  const { submission, options } = route;
  return {
    policy: submission,
    response: options.timeouts.response ?? null,
    total: options.timeouts.total ?? null,
    fresh: options.connection === "fresh",
    region: (name) => site.upstream.regions.get(name) ?? null,
    paced: wayPaceOf(site, route),
    hearing: hearingOf(site),
  };
}

function policyOf(route: RouteOptions, site: SiteOptions, cache: Cache, keys: KeyLookUp): CachePolicy | null {
  if (route.cache === undefined) return null;
  const keepsHost = route.forward.host || route.forward.client;
  const trustsAddress = !isDeepStrictEqual(site.identity.principal, identityOptions.parse({}).principal);
  // A header that the principal is read from is a credential: it counts like Authorization.
  const headers = site.identity.principal.flatMap((source) => ("header" in source ? [source.header.toLowerCase()] : []));
  const credentials = headers.filter((name) => name !== "authorization");
  return cache.compile(route.cache, { site: site.name, route: route.name, regions: site.regions.map((region) => region.name), keepsHost, credentials, rewritten: rewrittenBy(route), trustsAddress, keys });
}

/** See upstream-head.ts: what the platform is told in the caller's place. */
function rewrittenBy({ forward }: RouteOptions): string[] {
  const client = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"];
  return [...(forward.client ? client : []), ...(forward.trace ? ["traceparent", "tracestate"] : [])];
}

/** `invalidateOn` stands at the route that is voided; here it is turned round, to where the answer is seen. */
function voidsOf(seenOn: string, policies: readonly (CachePolicy | null)[]): Voiding[] {
  return policies.flatMap((policy) => (policy === null ? [] : policy.invalidateOn.filter((one) => one.route === seenOn).map(({ when }) => ({ route: policy.route, when }))));
}
