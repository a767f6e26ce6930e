import { manualClock } from "../base/clock.ts";
import { byteBudget } from "../base/byte-budget.ts";
import type { Cache } from "../cache/cache.ts";
import type { Paces } from "../limits/pace/paces.ts";
import { compileGeneration } from "../pipeline/compile-generation.ts";
import type { Generation, Surroundings } from "../pipeline/generation.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import type { Estate, SiteUpstream } from "../upstream/gate.ts";
import type { OpenFirewall } from "../waf/waf.ts";

/*
 * The part of a generation that judges: sites, routes and the firewall are compiled as they are for traffic. What leads to
 * platforms is left out, so that nothing is opened and nothing is called.
 */

/** Which site and route are meant. */
export interface MeantRoute {
  readonly site: string | null;
  /** The request is judged as one of this route, whatever its path. */
  readonly route: string | null;
}

/** The sites that are meant, or why none is. */
export type MeantSites = { readonly ok: true; readonly sites: readonly SiteOptions[] } | { readonly ok: false; readonly reason: string };

/** What identify takes of its surroundings; the rest is for phases that do not run here. */
export const TRY_SURROUNDINGS = { clock: manualClock(), bodies: byteBudget(64 * 1024 * 1024) } as unknown as Surroundings;

const NO_PACE: ReturnType<Paces["open"]> = { counts: false, of: () => null, letGo: () => undefined };
const NO_PACES: Paces = { open: () => NO_PACE, status: () => [], stop: () => undefined };
const NO_ESTATE = { open: () => ({ regions: new Map(), letGo: () => undefined }) as unknown as SiteUpstream, status: () => [], sockets: () => 0, stop: () => Promise.resolve() } satisfies Estate;
const ANYTHING: Omit<RouteOptions["match"], "path"> = { methods: [], header: {}, query: {}, variables: {}, json: [], xml: [] };

/** Picks sites. A site that is named, or is the only one, takes any host; a route that is named takes any request. */
export function meantSites(all: readonly SiteOptions[], { site, route }: MeantRoute): MeantSites {
  const named = all.filter(({ name }) => site === null || name === site);
  if (named.length === 0) return { ok: false, reason: `site '${site}' is not known; there are: ${listed(all)}` };
  const having = route === null ? named : named.filter(({ routes }) => routes.some(({ name }) => name === route));
  if (having.length === 0) return { ok: false, reason: `route '${route}' is not known; there are: ${listed(named.flatMap(({ routes }) => routes))}` };
  if (route !== null && having.length > 1) return { ok: false, reason: `route '${route}' is in several sites: say which by --site; there are: ${listed(having)}` };
  const [only] = having;
  return { ok: true, sites: only !== undefined && having.length === 1 ? [{ ...only, hosts: ["*"], routes: routesOf(only, route) }] : having };
}

function routesOf({ routes }: SiteOptions, route: string | null): RouteOptions[] {
  return routes.filter(({ name }) => route === null || name === route).map((one) => (route === null ? one : { ...one, match: { ...ANYTHING, path: "/**" }, allow: ["encoded-slash", "encoded-percent", "path-parameters"] }));
}

function listed(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(", ");
}

/** Compiles what judges. */
export function judgingGeneration(sites: readonly SiteOptions[], firewall: OpenFirewall): Generation {
  return compileGeneration(1, sites.map(judgedAlone), {
    estate: NO_ESTATE, paces: NO_PACES, limits: null, journal: null, firewall,
    // No route keeps anything here.
    cache: null as unknown as Cache,
    material: () => ({ minVersion: "TLSv1.2", ca: undefined, cert: undefined, key: undefined, serverName: undefined }),
    origin: (url) => url,
  });
}

/** Without what the journal and the cache do: neither decides what the firewall sees. */
function judgedAlone(site: SiteOptions): SiteOptions {
  return { ...site, routes: site.routes.map(({ submission: _submission, cache: _cache, learns: _learns, ...route }) => route) };
}
