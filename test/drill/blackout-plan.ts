import type { Stream } from "./load.ts";
import { GUANGDONG_TAXPAYER, HUNAN_TAXPAYER, SICHUAN_TAXPAYER } from "./traffic.ts";

/** What happens to the regions that go dark, in this order: a platform that hangs is worst for callers while entries do not yet know that it fails. */
export const BLACKOUT_STAGES = ["all is well", "dark: hangs", "dark: refuses", "well again"] as const;

/** A name of {@link BLACKOUT_STAGES}. */
export type BlackoutStageName = (typeof BLACKOUT_STAGES)[number];

/** Regions that go dark: Guangdong with a breaker as in production, Sichuan with one that never trips, so that the cache alone holds back. */
export const DARK_REGIONS = ["guangdong", "sichuan"] as const;

/** Load, settings and length of a blackout drill. Times in milliseconds, rates a second and region. */
export interface BlackoutPlan {
  readonly codes: { readonly keys: number; readonly perSecond: number };
  /** The same without stale-while-revalidate: the first read after an entry's life waits for its own fetch. */
  readonly rates: { readonly keys: number; readonly perSecond: number };
  /** Read from Hunan, which goes dark too, and stored for Beijing alone. */
  readonly national: { readonly keys: number; readonly perSecond: number };
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly revalidateEvery: number;
  readonly openFor: number;
  readonly responseTimeout: number;
  readonly stages: Readonly<Record<BlackoutStageName, number>>;
}

/** The drill as it is run by hand: 60 s of darkness. */
export const FULL_BLACKOUT_PLAN: BlackoutPlan = {
  codes: { keys: 300, perSecond: 150 },
  rates: { keys: 20, perSecond: 40 },
  national: { keys: 40, perSecond: 10 },
  ttl: 5000, staleWhileRevalidate: 30_000, revalidateEvery: 5000, openFor: 5000, responseTimeout: 2000,
  stages: { "all is well": 10_000, "dark: hangs": 30_000, "dark: refuses": 30_000, "well again": 20_000 },
};

/** The drill as a test: the same stages, shorter lives. */
export const SHORT_BLACKOUT_PLAN: BlackoutPlan = {
  codes: { keys: 60, perSecond: 120 },
  rates: { keys: 10, perSecond: 40 },
  national: { keys: 10, perSecond: 10 },
  ttl: 1000, staleWhileRevalidate: 6000, revalidateEvery: 1000, openFor: 1000, responseTimeout: 1000,
  stages: { "all is well": 1500, "dark: hangs": 3000, "dark: refuses": 3000, "well again": 4500 },
};

/** Regions of the drill; Beijing is well all the time. */
export type BlackoutRegion = "beijing" | "guangdong" | "sichuan" | "hunan";

/** The configuration under test. Guangdong and Sichuan could read from Beijing while they are dark; their own stale entries come first. */
export function blackoutConfig(plan: BlackoutPlan, origins: Readonly<Record<BlackoutRegion, string>>): string {
  const { ttl, staleWhileRevalidate, revalidateEvery, openFor, responseTimeout } = plan;
  const lives = `ttl: ${ttl}ms, staleIfError: 1h, revalidateEvery: ${revalidateEvery}ms`;
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
defaultRegion: beijing
regions:
  beijing: { endpoints: [{ url: "${origins.beijing}" }], taxpayers: ["11"] }
  guangdong: { endpoints: [{ url: "${origins.guangdong}" }], taxpayers: ["44"], fallback: [beijing] }
  sichuan:
    endpoints: [{ url: "${origins.sichuan}" }]
    taxpayers: ["51"]
    fallback: [beijing]
    upstream: { breaker: { consecutiveFailures: 10000, minimumRequests: 100000 } }
  hunan: { endpoints: [{ url: "${origins.hunan}" }], taxpayers: ["43"] }
upstream:
  timeouts: { connect: 1s, response: ${responseTimeout}ms, total: 10s }
  health: { every: 1s }
  breaker: { openFor: ${openFor}ms }
identity: { taxpayer: [{ header: x-taxpayer }] }
routes:
  - { name: codes, match: { methods: [GET], path: /api/codes/** }, class: read, cache: { ${lives}, staleWhileRevalidate: ${staleWhileRevalidate}ms } }
  - { name: rates, match: { methods: [GET], path: /api/rates/** }, class: read, cache: { ${lives} } }
  - { name: national, match: { methods: [GET], path: /api/national/** }, class: read, cache: { ${lives}, scope: national } }
`;
}

/** Reads of so many different keys. */
export interface KeyedStream extends Stream {
  readonly keys: number;
}

/** The load that runs all the time. */
export function warmStreams({ codes, rates }: BlackoutPlan): readonly KeyedStream[] {
  return [
    keyed("codes", "guangdong", GUANGDONG_TAXPAYER, codes), keyed("codes", "sichuan", SICHUAN_TAXPAYER, codes),
    keyed("rates", "guangdong", GUANGDONG_TAXPAYER, rates), keyed("rates", "sichuan", SICHUAN_TAXPAYER, rates),
  ];
}

/** The load from the region that has no entries of its own. */
export function nationalStream({ national }: BlackoutPlan): KeyedStream {
  return keyed("national", "hunan", HUNAN_TAXPAYER, national);
}

/** Reads of so many keys, each as often as the others; `kind` says route and home region. */
export function keyed(route: string, region: string, taxpayer: string, { keys, perSecond }: { readonly keys: number; readonly perSecond: number }): KeyedStream {
  return {
    keys,
    perSecond,
    // A prime step, so that neighbours in time are not neighbours in the table.
    call: (index) => ({ kind: `${route} of ${region}`, method: "GET", path: `/api/${route}/${(index * 7919) % keys}`, headers: { "x-taxpayer": taxpayer } }),
  };
}
