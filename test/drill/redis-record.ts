import type { Instance, RedisPlan, RedisStageName } from "./redis-plan.ts";
import type { Sample } from "./request.ts";

/** One stage as it was run; monotonic milliseconds. What its name says was done to Redis at `from`. */
export interface RedisStage {
  readonly name: RedisStageName;
  readonly round: number;
  readonly from: number;
  readonly to: number;
}

/** A line of the log: how the shared tier stands, as this Taxgate sees it. */
export interface TierChange {
  readonly instance: Instance;
  readonly at: number;
  readonly state: "up" | "down";
  readonly why: string;
}

/** An entry that was voided through the first Taxgate and watched at the second. */
export interface Voided {
  readonly stage: RedisStageName;
  readonly round: number;
  /** How, such as `POST to its URL`. */
  readonly how: string;
  /** When the first one had answered. */
  readonly at: number;
  /** When a read through the second was sent that got an answer made later; null: never. */
  readonly seenAt: number | null;
}

/** Everything that a Redis drill saw. */
export interface RedisRecord {
  readonly plan: RedisPlan;
  readonly stages: readonly RedisStage[];
  readonly samples: Readonly<Record<Instance, readonly Sample[]>>;
  /** Oldest first. */
  readonly changes: readonly TierChange[];
  readonly voids: readonly Voided[];
}

/** The stage of that name in each round. Throws where none was run. */
export function stagesOf({ stages }: RedisRecord, name: RedisStageName): readonly RedisStage[] {
  const found = stages.filter((stage) => stage.name === name);
  if (found.length === 0) throw new Error(`judging the drill: stage '${name}' was not run`);
  return found;
}

/** Reads sent during a stage through these. */
export function sentIn({ samples }: RedisRecord, { from, to }: RedisStage, instances: readonly Instance[]): readonly Sample[] {
  return instances.flatMap((instance) => samples[instance]).filter(({ sentAt }) => sentAt >= from && sentAt < to);
}

/** What Cache-Status says of an answer, in one word; `degraded` is a hit that says that Redis is away. */
export const READ_RESULTS = ["hit", "degraded", "stale", "shared", "collapsed", "miss", "other"] as const;

/** A word of {@link READ_RESULTS}. */
export type ReadResult = (typeof READ_RESULTS)[number];

const DETAILS: Readonly<Record<string, ReadResult>> = { "": "hit", degraded: "degraded", shared: "shared", "while-revalidate": "stale" };

/** Reads Cache-Status as Taxgate writes it. */
export function resultOf({ cacheStatus }: Sample): ReadResult {
  const status = cacheStatus ?? "";
  if (/^taxgate; fwd=[a-z-]+; collapsed; ttl=\d+$/.test(status)) return "collapsed";
  if (/^taxgate; fwd=[a-z-]+; fwd-status=\d+(; stored)?$/.test(status)) return "miss";
  const hit = /^taxgate; hit; ttl=-?\d+(?:; detail=([a-z-]+))?$/.exec(status);
  return (hit === null ? undefined : DETAILS[hit[1] ?? ""]) ?? "other";
}

/** Times at which a Taxgate held the tier for down, each from its line in the log to the next one. */
export function downTimes({ changes }: RedisRecord, instance: Instance): readonly { readonly from: number; readonly to: number }[] {
  const own = changes.filter((change) => change.instance === instance);
  return own.flatMap(({ state, at }, index) => (state === "down" ? [{ from: at, to: own[index + 1]?.at ?? Infinity }] : []));
}

/** How long after a stage began this Taxgate held the tier for that; NaN where it did not before its end. */
export function toldAfter({ changes }: RedisRecord, { from, to }: RedisStage, instance: Instance, state: TierChange["state"]): number {
  const own = changes.filter((change) => change.instance === instance);
  if (own.findLast(({ at }) => at < from)?.state === state) return 0;
  return (own.find((change) => change.state === state && change.at >= from && change.at < to)?.at ?? Number.NaN) - from;
}

/** How long after a stage began a read was first answered from Redis; NaN where none was before its end. */
export function sharedAfter(record: RedisRecord, stage: RedisStage, instance: Instance): number {
  const times = sentIn(record, stage, [instance]).filter((sample) => resultOf(sample) === "shared").map(({ doneAt }) => doneAt);
  return (times.length === 0 ? Number.NaN : Math.min(...times)) - stage.from;
}
