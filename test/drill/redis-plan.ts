import type { Stream } from "./load.ts";

/** What happens to Redis in each round, in this order: SIGKILL with `killed`, SIGSTOP with `stopped`, SIGCONT with `goes on`. The last two are for a cluster alone. */
const ROUND = ["killed", "away", "restarted", "stopped", "hangs", "goes on", "one node killed", "the node restarted"] as const;
const CLUSTER_ALONE = 2;

/** A stage of the drill; the first two come once. */
export type RedisStageName = "warming up" | "all is well" | (typeof ROUND)[number];

/** Load, settings and length of a Redis drill. Times in milliseconds, rates a second and Taxgate. */
export interface RedisPlan {
  /** On a Redis Cluster of three nodes. */
  readonly cluster: boolean;
  /** The first read after an entry's life waits for Redis, and then for the platform. */
  readonly codes: { readonly keys: number; readonly perSecond: number };
  /** The same with stale-while-revalidate: the first read after an entry's life has it fetched in the background. */
  readonly rates: { readonly keys: number; readonly perSecond: number };
  readonly ttl: number;
  /** What Redis may add to the 99th percentile at most, in the middle one of the rounds. */
  readonly mostAdded: number;
  readonly rounds: number;
  readonly stages: Readonly<Record<RedisStageName, number>>;
}

const FULL: RedisPlan = {
  cluster: false,
  codes: { keys: 1000, perSecond: 160 }, rates: { keys: 200, perSecond: 40 },
  ttl: 5000, mostAdded: 20, rounds: 5,
  stages: { "warming up": 6000, "all is well": 10_000, killed: 2000, away: 2000, restarted: 6000, stopped: 2000, hangs: 2000, "goes on": 3000, "one node killed": 6000, "the node restarted": 8000 },
};

/** Only waits without a deadline of their own come to as much as it may add: a second of load has its 99th percentile near its slowest read, and other tests take the same cores. */
const SHORT: RedisPlan = {
  ...FULL,
  codes: { keys: 100, perSecond: 80 }, rates: { keys: 20, perSecond: 20 },
  ttl: 1000, mostAdded: 500, rounds: 1,
  stages: { ...FULL.stages, "warming up": 1000, "all is well": 1000, killed: 1000, away: 800, restarted: 2500, stopped: 1000, hangs: 500, "goes on": 2000 },
};

/**
 * The drill as it is run by hand, or short as a test. In rounds, because a 99th percentile on shared cores is a matter of
 * luck in any one of them; a cluster takes longer to come back.
 */
export function redisPlan({ short, cluster }: { readonly short: boolean; readonly cluster: boolean }): RedisPlan {
  const plan = short ? SHORT : FULL;
  if (!cluster) return plan;
  return { ...plan, cluster, rounds: short ? 1 : 3, stages: { ...plan.stages, restarted: 9000, "goes on": 9000 } };
}

/** All stages in their order, each with its round from 1; the first two are round 0. */
export function redisStages({ cluster, rounds }: RedisPlan): readonly { readonly name: RedisStageName; readonly round: number }[] {
  const names = ROUND.slice(0, cluster ? ROUND.length : -CLUSTER_ALONE);
  const inRounds = Array.from({ length: rounds }, (_, index) => names.map((name) => ({ name, round: index + 1 }))).flat();
  return [{ name: "warming up", round: 0 }, { name: "all is well", round: 0 }, ...inRounds];
}

/** The Taxgates under load. */
export const INSTANCES = ["first", "second", "third", "fourth"] as const;

/** A name of {@link INSTANCES}. */
export type Instance = (typeof INSTANCES)[number];

/** Those that share a Redis. */
export const SHARING: readonly Instance[] = ["first", "second"];

/** Those that have none, for comparison. */
export const ALONE: readonly Instance[] = ["third", "fourth"];

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
