import type { Stream } from "./load.ts";

/** What happens in the drill, in this order: SIGKILL with `killed`, SIGSTOP with `stopped`, SIGCONT with `goes on`. */
export const STAGES = ["warming up", "together", "killed", "restarted", "stopped", "goes on"] as const;

/** A name of {@link STAGES}. */
export type LimitsStageName = (typeof STAGES)[number];

/** Stages in which both are to count together. */
export const SHARED_STAGES: readonly LimitsStageName[] = ["together", "restarted", "goes on"];

/** Stages in which each is to count for itself. */
export const INSURED_STAGES: readonly LimitsStageName[] = ["killed", "stopped"];

/** The Taxgates under load. */
export const INSTANCES = ["first", "second"] as const;

/** A name of {@link INSTANCES}. */
export type Instance = (typeof INSTANCES)[number];

/** A limit that both share, with a route of its own; `per` in milliseconds. */
export interface SharedLimit {
  readonly name: string;
  readonly most: number;
  readonly per: number;
}

/** Load and length of the drill. Times in milliseconds; a stage of length 0 is left out. */
export interface LimitsPlan {
  readonly limits: readonly SharedLimit[];
  /** Requests for each that is allowed, both instances together. */
  readonly overload: number;
  /** Share of a limit that each has for itself while Redis is away. */
  readonly insurance: number;
  /** Least use of a limit while it is settled how it is counted, in per cent. */
  readonly leastUsed: number;
  /** What Redis may add to the 99th percentile at most while it is away. */
  readonly mostAdded: number;
  readonly stages: Readonly<Record<LimitsStageName, number>>;
}

/** By hand: about a minute. */
export const FULL_LIMITS_PLAN: LimitsPlan = {
  limits: [{ name: "second", most: 100, per: 1000 }, { name: "five-seconds", most: 300, per: 5000 }],
  overload: 3, insurance: 0.5, leastUsed: 98, mostAdded: 25,
  stages: { "warming up": 6000, together: 20_000, killed: 12_000, restarted: 20_000, stopped: 12_000, "goes on": 20_000 },
};

/** As a test: other tests take the same cores, so that only waits without a deadline come to as much as it may add; and in two or three windows each gap between requests tells. */
export const SHORT_LIMITS_PLAN: LimitsPlan = {
  ...FULL_LIMITS_PLAN,
  limits: [{ name: "second", most: 50, per: 1000 }],
  leastUsed: 93, mostAdded: 500,
  stages: { "warming up": 200, together: 2100, killed: 3200, restarted: 2600, stopped: 0, "goes on": 0 },
};

/** The configuration under test. */
export function limitsConfig({ limits, insurance }: LimitsPlan, origin: string, redis: string): string {
  const each = (write: (limit: SharedLimit) => string): string => limits.map(write).join("\n");
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
cache: { redis: { url: "${redis}" } }
limits:
${each(({ name, most, per }) => `  ${name}: { key: route, windows: ["${most}/${per / 1000}s"], shared: true, insurance: ${insurance * 100}% }`)}
routes:
${each(({ name }) => `  - { name: ${name}, match: { methods: [GET], path: /${name}/** }, class: read, limits: [${name}] }`)}
  - { name: rest, match: { path: /** }, class: pass }
`;
}

/** The load on one Taxgate. */
export function limitsLoad({ limits, overload }: LimitsPlan): readonly Stream[] {
  return limits.map(({ name, most, per }) => ({
    perSecond: (overload * most * 1000) / per / INSTANCES.length,
    call: (index) => ({ kind: name, method: "GET", path: `/${name}/${index}`, headers: {} }),
  }));
}
