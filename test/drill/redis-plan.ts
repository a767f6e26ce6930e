import type { Stream } from "./load.ts";

/** What happens to Redis, in this order: SIGKILL with `killed`, SIGSTOP with `stopped`, SIGCONT with `goes on`. The last two are for a cluster alone, of which one node is killed. */
export const REDIS_STAGES = ["warming up", "all is well", "killed", "away", "restarted", "stopped", "hangs", "goes on", "one node killed", "the node restarted"] as const;

/** A name of {@link REDIS_STAGES}. */
export type RedisStageName = (typeof REDIS_STAGES)[number];

/** Load, settings and length of a Redis drill. Times in milliseconds, rates a second and Taxgate. */
export interface RedisPlan {
  /** The first read after an entry's life waits for Redis, and then for the platform. */
  readonly codes: { readonly keys: number; readonly perSecond: number };
  /** The same with stale-while-revalidate: the first read after an entry's life has it fetched in the background. */
  readonly rates: { readonly keys: number; readonly perSecond: number };
  readonly ttl: number;
  /** What Redis may add to the 99th percentile at most. */
  readonly mostAdded: number;
  readonly stages: Readonly<Record<RedisStageName, number>>;
}

/** The drill as it is run by hand. `killed` and `stopped` are short: what the first look-ups wait for must not drown in what follows. */
export const FULL_REDIS_PLAN: RedisPlan = {
  codes: { keys: 1000, perSecond: 200 }, rates: { keys: 200, perSecond: 50 },
  ttl: 5000, mostAdded: 20,
  stages: { "warming up": 6000, "all is well": 10_000, killed: 3000, away: 10_000, restarted: 10_000, stopped: 3000, hangs: 10_000, "goes on": 10_000, "one node killed": 10_000, "the node restarted": 10_000 },
};

/** The drill as a test. A second of load has its 99th percentile near its slowest read, and other tests take the same cores. */
export const SHORT_REDIS_PLAN: RedisPlan = {
  codes: { keys: 100, perSecond: 120 }, rates: { keys: 20, perSecond: 20 },
  ttl: 1000, mostAdded: 100,
  stages: { "warming up": 1200, "all is well": 1200, killed: 1000, away: 1000, restarted: 2500, stopped: 1000, hangs: 1000, "goes on": 2500, "one node killed": 4000, "the node restarted": 4000 },
};

/** The stages that are run on one server, or on a cluster. */
export function redisStages(cluster: boolean): readonly RedisStageName[] {
  return cluster ? REDIS_STAGES : REDIS_STAGES.slice(0, -2);
}

/** Two that share a Redis, and one that has none, for comparison. */
export const INSTANCES = ["first", "second", "without"] as const;

/** A name of {@link INSTANCES}. */
export type Instance = (typeof INSTANCES)[number];

/** Those that share. */
export const SHARING = ["first", "second"] as const;

/** The configuration under test; `redis` are the addresses of the nodes, null for none. */
export function redisConfig({ ttl }: RedisPlan, origin: string, redis: readonly string[] | null): string {
  const url = redis === null ? "" : `redis: { url: ${JSON.stringify(redis.length === 1 ? redis[0] : redis)} }`;
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
cache: { ${url} }
routes:
  - { name: codes, match: { methods: [GET], path: /api/codes/** }, class: read, cache: { ttl: ${ttl}ms } }
  - { name: rates, match: { methods: [GET], path: /api/rates/** }, class: read, cache: { ttl: ${ttl}ms, staleWhileRevalidate: ${ttl}ms } }
  - { name: documents, match: { methods: [GET], path: /api/documents/** }, class: read, cache: { ttl: 1h } }
  - { name: tables, match: { methods: [GET], path: /api/tables/** }, class: read, cache: { ttl: 1h, tags: [tables] } }
  - { name: rest, match: { path: /** }, class: pass }
`;
}

/** The load on one Taxgate. Each draws its own keys, so that now one and now the other is the first to miss. */
export function redisLoad({ codes, rates }: RedisPlan, instance: Instance): readonly Stream[] {
  const seed = INSTANCES.indexOf(instance) + 1;
  return [drawn("codes", codes, seed), drawn("rates", rates, seed)];
}

function drawn(kind: string, { keys, perSecond }: RedisPlan["codes"], seed: number): Stream {
  return { perSecond, call: (index) => ({ kind, method: "GET", path: `/api/${kind}/${scattered(index, seed) % keys}`, headers: {} }) };
}

/** A number that looks drawn, and is the same in every run (the mixing steps of MurmurHash3). */
function scattered(index: number, seed: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
