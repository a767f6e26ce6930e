import { quantile } from "../bench/median.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { SHARING, type RedisStageName } from "./redis-plan.ts";
import { downTimes, redisStage, resultOf, sentIn, sharedAfter, toldAfter, type ReadResult, type RedisRecord, type Voided } from "./redis-record.ts";
import { inWords, type Sample } from "./request.ts";

/** A change of state and an answer that crosses it may come in either order for so long, in milliseconds. */
const EDGE_MS = 100;
/** A connection that is cut is noticed at once, one that hangs after three look-ups. */
const NOTICED_MS = 1000;
/** The nodes of a cluster wait for two seconds before they hold one of them for dead. */
const CLUSTER_NOTICED_MS = 5000;
/** Pauses between tries to connect grow to two seconds. */
const BACK_MS = 5000;
/** The nodes find each other again first. */
const CLUSTER_BACK_MS = 10_000;
/** News travel by publish/subscribe; reading the stream without its bell would take up to five seconds. */
const HEARD_MS = 1000;
/** After a loss of the connection the bell may be late. */
const HEARD_LATE_MS = 6000;

/** Reads that asked Redis in vain, and then the platform. */
const FORWARDED: readonly ReadResult[] = ["collapsed", "miss"];

/** Every claim of the Redis drill, judged. */
export function judgeRedis(record: RedisRecord): readonly Claim[] {
  const all = SHARING.flatMap((instance) => record.samples[instance]);
  return [
    noneOf("always: reads answered 5xx", all.filter(({ status }) => status >= 500).map(inWords), all.length),
    noneOf("always: reads without an answer, or with another than 200", all.filter(({ status }) => status !== 200 && status < 500).map(inWords), all.length),
    ...record.stages.filter(({ name }) => !QUIET.includes(name)).flatMap(({ name }) => addedClaims(record, name)),
    ...markClaims(record),
    ...tierClaims(record),
    ...record.voids.map((voided) => heardClaim(record, voided)),
  ];
}

/** Stages in which nothing happens to Redis. */
const QUIET: readonly RedisStageName[] = ["warming up", "all is well"];

function addedClaims(record: RedisRecord, name: RedisStageName): Claim[] {
  const stage = redisStage(record, name);
  const added = (which: (sample: Sample) => boolean): number => p99(sentIn(record, stage, true).filter(which)) - p99(sentIn(record, stage, false).filter(which));
  return [
    atMost(`${name}: p99 above that without Redis, misses`, added((sample) => FORWARDED.includes(resultOf(sample))), record.plan.mostAdded, "ms"),
    atMost(`${name}: the same, all reads`, added(() => true), record.plan.mostAdded, "ms"),
  ];
}

/** The 99th percentile of how long these took, in milliseconds. */
export function p99(samples: readonly Sample[]): number {
  return quantile(samples.map(({ sentAt, doneAt }) => doneAt - sentAt), 0.99);
}

/** Held against what the log says. */
function markClaims(record: RedisRecord): Claim[] {
  const hits = SHARING.flatMap((instance) => {
    const down = downTimes(record, instance);
    const own = record.samples[instance].filter((sample) => ["hit", "degraded"].includes(resultOf(sample)));
    const within = (sample: Sample, slack: number): boolean => down.some(({ from, to }) => sample.doneAt > from - slack && sample.sentAt < to + slack);
    const inside = own.filter((sample) => down.some(({ from, to }) => sample.sentAt > from + EDGE_MS && sample.doneAt < to - EDGE_MS));
    return [{ inside, outside: own.filter((sample) => !within(sample, EDGE_MS)) }];
  });
  const [inside, outside] = [hits.flatMap((one) => one.inside), hits.flatMap((one) => one.outside)];
  return [
    noneOf("the tier is down: hits that do not say detail=degraded", inside.filter((sample) => resultOf(sample) !== "degraded").map(({ cacheStatus }) => String(cacheStatus)), inside.length),
    noneOf("it is up: hits that do", outside.filter((sample) => resultOf(sample) === "degraded").map(({ cacheStatus }) => String(cacheStatus)), outside.length),
    noneOf("always: reads whose Cache-Status says none of what it may", unknown(record), SHARING.flatMap((instance) => record.samples[instance]).length),
  ];
}

function unknown({ samples }: RedisRecord): string[] {
  return SHARING.flatMap((instance) => samples[instance]).filter((sample) => sample.status === 200 && resultOf(sample) === "other").map(({ cacheStatus }) => String(cacheStatus));
}

/** When each noticed that Redis was away, when it had it back, and when it made use of it. */
function tierClaims(record: RedisRecord): Claim[] {
  const { cluster } = record;
  const back = cluster ? CLUSTER_BACK_MS : BACK_MS;
  const gone = (name: RedisStageName, within = NOTICED_MS): Claim[] => SHARING.map((instance) => atMost(`${name}: the ${instance} logs that the tier is down after`, toldAfter(record, name, instance, "down"), within, "ms"));
  const again = (name: RedisStageName): Claim[] => SHARING.flatMap((instance) => [
    atMost(`${name}: the ${instance} logs that it is up after`, toldAfter(record, name, instance, "up"), back, "ms"),
    atMost(`${name}: the ${instance} answers from Redis after`, sharedAfter(record, name, instance), back, "ms"),
  ]);
  const well = SHARING.map((instance) => atLeast(`all is well: reads that the ${instance} answers from Redis`, sharedIn(record, record.samples[instance]), 1));
  const node = cluster ? [...gone("one node killed", CLUSTER_NOTICED_MS), ...again("the node restarted")] : [];
  return [...well, ...gone("killed"), ...again("restarted"), ...gone("stopped"), ...again("goes on"), ...node];
}

function sharedIn(record: RedisRecord, samples: readonly Sample[]): number {
  const { from, to } = redisStage(record, "all is well");
  return samples.filter((sample) => sample.sentAt >= from && sample.sentAt < to && resultOf(sample) === "shared").length;
}

/** Counted from when both had Redis, where it was away. */
function heardClaim(record: RedisRecord, { stage, how, at, seenAt }: Voided): Claim {
  const name = `${stage}: ${how} through the first is seen at the second after`;
  if (stage === "all is well") return atMost(name, (seenAt ?? Number.NaN) - at, HEARD_MS, "ms");
  const both = Math.max(at, ...SHARING.map((instance) => downTimes(record, instance).find(({ to }) => to > at)?.to ?? at));
  return atMost(`${name} (from when both are up again)`, Math.max(0, (seenAt ?? Number.NaN) - both), HEARD_LATE_MS, "ms");
}
