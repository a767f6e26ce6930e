import type { LookupFunction } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { parseBackoff, pauseBefore } from "./backoff.ts";
import { createBreaker, type Breaker, type BreakerState, type HalfOpenMode, type HalfOpenPlan } from "./breaker.ts";
import { createPool, type ConnectionPool, type UpstreamTls } from "./connections.ts";
import type { Concurrency } from "../limits/concurrency/concurrency.ts";
import type { SlotsStatus } from "../limits/concurrency/slots.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { Endpoint, EndpointState } from "./endpoint.ts";
import { createEndpoints, type Endpoints } from "./endpoints.ts";
import { watchHealth } from "./health.ts";
import { createNameLookUp, fixedLookup, type NameLookUp } from "./name-look-up.ts";
import type { RegionOptions } from "./options.ts";
import { pacedProbe } from "./paced-probe.ts";
import { createPeerWatch, type PeerSeen, type PeerWatch } from "./peer-watch.ts";
import { probeConnect, probePath, type ProbeResult } from "./probe.ts";
import { createRegionUpstream, type AttemptObserver, type RegionUpstream } from "./region-upstream.ts";
import { createRegions, type Regions } from "./regions.ts";
import { retryBudget } from "./retry-budget.ts";
import { shared, type Shared } from "./shared.ts";
import { slotsOfRegion, slotsOptions } from "./slots-of.ts";

/** A site's way to its platform. */
export interface SiteUpstream {
  readonly regions: Regions<RegionUpstream>;
  /** Lets go of what it shares with other configurations. */
  letGo(): void;
}

/** What the estate needs from outside. */
export interface EstateEnv {
  readonly clock: Clock;
  readonly random: Random;
  /** Bounds the calls under way; without it connections alone do. */
  readonly concurrency?: Concurrency;
  readonly attempted: (site: string, ...attempt: Parameters<AttemptObserver>) => void;
  readonly breakerMoved: (site: string, region: string, routeClass: string, from: BreakerState, to: BreakerState, why: string) => void;
  readonly endpointChanged: (site: string, endpoint: Endpoint, state: EndpointState, why: string) => void;
  /** Told of what endpoints show at handshakes, by their origins. */
  readonly certificateSeen?: PeerSeen;
}

/** What a site's upstream is built from: TLS material is already read, and `classes` are those that its routes have. */
export interface SiteUpstreamOptions {
  readonly site: string;
  readonly regions: readonly (RegionOptions & { readonly material: UpstreamTls; readonly classes: readonly string[] })[];
  /** What counts a probe that is an HTTP request; null: nothing does. */
  readonly probePace?: (region: string, path: string) => PacedCall | null;
}

/** How one region stands, for the status view and the metrics. */
export interface RegionStatus {
  readonly site: string;
  readonly region: string;
  readonly endpoints: readonly { readonly id: string; readonly state: EndpointState; readonly pool: ReturnType<ConnectionPool["counts"]>; readonly slots: SlotsStatus | null }[];
  readonly breakers: readonly { readonly class: string; readonly state: BreakerState }[];
}

/** Everything upstream that outlives a reload: pools, breakers, health. */
export interface Estate {
  /** Builds a site's way out, taking over what an earlier configuration already had. */
  open(options: SiteUpstreamOptions): SiteUpstream;
  /** One entry a region in use. */
  status(): RegionStatus[];
  /** Open sockets toward platforms. */
  sockets(): number;
  stop(): Promise<void>;
}

type Tended = Endpoints & { stop(): void };

/** Makes an empty estate. */
export function createEstate(env: EstateEnv): Estate {
  const pools = shared<ConnectionPool>();
  const breakers = shared<Breaker>();
  const tended = shared<Tended>();
  const names = shared<NameLookUp>();
  const peers = env.certificateSeen === undefined ? undefined : createPeerWatch(env.clock, env.certificateSeen);
  const live = new Set<{ status(): RegionStatus }>();
  const latest = new Map<string, Endpoints>();

  return {
    open(options) {
      const releases: (() => void)[] = [];
      const using = <T>(table: Shared<T>, key: string, make: () => T): T => {
        releases.push(() => table.letGo(key));
        return table.use(key, make);
      };
      const later = (letGo: () => void): void => void releases.push(letGo);
      const entries: { status(): RegionStatus }[] = [];
      const regions = options.regions.map((region) => {
        const opened = openRegion({ ...region, site: options.site, probePace: options.probePace ?? NOT_PACED }, { using, later }, { pools, breakers, tended, names, peers, latest }, env);
        entries.push(opened);
        live.add(opened);
        return opened.region;
      });
      const letGo = (): void => {
        for (const entry of entries) live.delete(entry);
        for (const release of releases.splice(0)) release();
      };
      return { regions: createRegions(regions), letGo };
    },
    // While an old configuration retires its regions are still there: the newest of each name is the one in use.
    status: () => [...new Map([...live].map((entry) => entry.status()).map((status) => [`${status.site} ${status.region}`, status])).values()],
    sockets: () => [...pools.values()].reduce((sum, pool) => sum + pool.counts().sockets, 0),
    async stop() {
      for (const one of tended.values()) one.stop();
      for (const one of breakers.values()) one.stop();
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}

interface Tables {
  readonly pools: Shared<ConnectionPool>;
  readonly breakers: Shared<Breaker>;
  readonly tended: Shared<Tended>;
  /** Name servers in use, and what they have said. */
  readonly names: Shared<NameLookUp>;
  /** Looks at every new connection; undefined: nobody wants to know. */
  readonly peers: PeerWatch | undefined;
  /** The last endpoints made for a region, for the next ones to learn from. */
  readonly latest: Map<string, Endpoints>;
}

type Opening = SiteUpstreamOptions["regions"][number] & { readonly site: string; readonly probePace: NonNullable<SiteUpstreamOptions["probePace"]> };

const NOT_PACED = (): null => null;

/** How an opening takes part in what outlives configurations. */
interface Sharing {
  readonly using: <T>(table: Shared<T>, key: string, make: () => T) => T;
  /** Runs when the configuration lets go. */
  readonly later: (letGo: () => void) => void;
}

function openRegion({ site, ...options }: Opening, { using, later }: Sharing, tables: Tables, env: EstateEnv) {
  const { upstream, material } = options;
  const backoff = parseBackoff(upstream.retry.backoff) ?? { first: 0, longest: 0 };
  const { nameServers } = upstream;
  const names = nameServers.length === 0 ? null : using(tables.names, JSON.stringify(nameServers), () => createNameLookUp(nameServers, env.clock));
  const lookupOf = ({ address }: Endpoint): LookupFunction | undefined => (address === null ? names?.lookup : fixedLookup(address));
  const look = lookAt(options, { lookupOf, peers: tables.peers }, env.clock);
  const tendedKey = JSON.stringify([site, options.name, options.endpoints, material, upstream.health, upstream.timeouts.connect, upstream.health.path === undefined ? null : upstream.pace, nameServers]);
  const regionKey = JSON.stringify([site, options.name]);
  const endpoints = using(tables.tended, tendedKey, () => tend(site, options, look, env, tables.latest.get(regionKey)));
  tables.latest.set(regionKey, endpoints);
  const poolOptions = {
    connections: upstream.connections, queue: upstream.queue, queueTimeout: upstream.queueTimeout, connectTimeout: upstream.timeouts.connect,
    responseTimeout: upstream.timeouts.response, maxHeadBytes: upstream.maxHeadBytes, http2: upstream.http2,
  };
  const pools = new Map(endpoints.all.map((endpoint) => {
    const own = { origin: new URL(endpoint.url).origin, tls: endpoint.url.startsWith("https:") ? material : null, ...poolOptions };
    return [endpoint, using(tables.pools, JSON.stringify([own, endpoint.address, nameServers]), () => createPool(own, env.clock, lookupOf(endpoint), tables.peers))] as const;
  }));
  // All at once, not when first needed: a breaker that is open must find its next user before the last one lets go.
  const breakers = new Map(options.classes.map((routeClass) => {
    const plan: HalfOpenPlan = { mode: halfOpenMode(routeClass, upstream.health.path), probe: () => lookAtAny(endpoints, look) };
    const breaker = using(tables.breakers, JSON.stringify([site, options.name, routeClass]), () => makeBreaker(site, options, routeClass, plan, env));
    breaker.configure(upstream.breaker, plan);
    return [routeClass, breaker] as const;
  }));
  const slotsOf = slotsOfRegion(site, endpoints.all, slotsOptions(upstream, options.classes), env.concurrency, later);
  const region = createRegionUpstream({
    name: options.name, fallback: options.fallback, attempts: upstream.retry.attempts, endpoints,
    breakerOf: (routeClass) => breakers.get(routeClass) as Breaker,
    tunnel: { material, connectTimeout: upstream.timeouts.connect, responseTimeout: upstream.timeouts.response },
    responseTimeout: upstream.timeouts.response,
    totalTimeout: upstream.timeouts.total,
    retries: retryBudget(upstream.retry.budget, env.clock),
    pauseAfter: (attempts) => pauseBefore(attempts, backoff, env.random),
    lookupOf, slotsOf, poolOf: (endpoint) => pools.get(endpoint) as ConnectionPool, clock: env.clock,
    observe: (...attempt) => env.attempted(site, ...attempt),
  });
  return {
    region,
    status: (): RegionStatus => ({
      site, region: options.name,
      endpoints: endpoints.all.map((endpoint) => ({ id: endpoint.id, state: endpoints.state(endpoint), pool: (pools.get(endpoint) as ConnectionPool).counts(), slots: slotsOf(endpoint)?.status() ?? null })),
      breakers: [...breakers].map(([name, breaker]) => ({ class: name, state: breaker.state })),
    }),
  };
}

type Look = (endpoint: Endpoint, signal?: AbortSignal) => Promise<ProbeResult | null>;

/** How a probe finds an endpoint, and who looks at what it shows. */
interface LookWays {
  readonly lookupOf: (endpoint: Endpoint) => LookupFunction | undefined;
  readonly peers: PeerWatch | undefined;
}

function lookAt(options: Omit<Opening, "site">, { lookupOf, peers }: LookWays, clock: Clock): Look {
  const { health, timeouts } = options.upstream;
  return (endpoint, signal) => {
    const probe = { tls: options.material, timeout: timeouts.connect, clock, lookup: lookupOf(endpoint), peers, ...(signal === undefined ? {} : { signal }) };
    const { path } = health;
    return path === undefined ? probeConnect(endpoint.url, probe) : pacedProbe(options.probePace(options.name, path), () => probePath(endpoint.url, path, probe));
  };
}

async function lookAtAny(endpoints: Endpoints, look: Look): Promise<boolean> {
  const results = await Promise.all(endpoints.all.map((endpoint) => look(endpoint)));
  return results.some((result) => result?.healthy === true);
}

function tend(site: string, options: RegionOptions, look: Look, env: EstateEnv, before: Endpoints | undefined): Tended {
  const onChange = (endpoint: Endpoint, state: EndpointState, why: string): void => env.endpointChanged(site, endpoint, state, why);
  const endpoints = createEndpoints(options, { clock: env.clock, random: env.random, onChange, before: before?.all ?? [] });
  const watch = watchHealth(endpoints, options.upstream.health, { clock: env.clock, random: env.random, probe: look });
  return Object.assign(endpoints, { stop: () => void watch.stop() });
}

/** Half-open goes by the platform's own health path; else by reads; else by a handshake and then one call at a time. */
function halfOpenMode(routeClass: string, path: string | undefined): HalfOpenMode {
  if (path !== undefined) return "probe";
  return routeClass === "read" || routeClass === "poll" ? "reads" : "handshake";
}

function makeBreaker(site: string, options: RegionOptions, routeClass: string, plan: HalfOpenPlan, env: EstateEnv): Breaker {
  return createBreaker(options.upstream.breaker, {
    clock: env.clock,
    random: env.random,
    ...plan,
    onTransition: (from, to, why) => env.breakerMoved(site, options.name, routeClass, from, to, why),
  });
}
