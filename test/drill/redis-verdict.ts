import { median, quantile } from "../bench/median.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { ALONE, SHARING, type Instance, type RedisStageName } from "./redis-plan.ts";
import { downTimes, resultOf, sentIn, sharedAfter, stagesOf, toldAfter, type ReadResult, type RedisRecord, type RedisStage, type Voided } from "./redis-record.ts";
import { inWords, type Sample } from "./request.ts";

/** A change of state and an answer that crosses it may come in either order for so long, in milliseconds. */
const EDGE_MS = 300;
/** A connection that is cut is noticed at once, one that hangs after three look-ups. */
const NOTICED_MS = 1000;
/** The nodes of a cluster wait for two seconds before they hold one of them for dead. */
const CLUSTER_NOTICED_MS = 5000;
/** Pauses between tries to connect grow to two seconds. */
const BACK_MS = 5000;
/** The nodes find each other again first. */
const CLUSTER_BACK_MS = 8000;
/** News travel by publish/subscribe; reading the stream without its bell would take up to five seconds. */
const HEARD_MS = 1000;
/** After a loss of the connection the bell may be late. */
const HEARD_LATE_MS = 6000;

/** Every claim of the Redis drill, judged. */
export function judgeRedis(record: RedisRecord): readonly Claim[] {
  const all = SHARING.flatMap((instance) => record.samples[instance]);
  const good = all.filter(({ status }) => status === 200);
  return [
    noneOf("always: reads answered 5xx", all.filter(({ status }) => status >= 500).map(inWords), all.length),
    noneOf("always: reads without an answer, or with another than 200", all.filter(({ status }) => status !== 200 && status < 500).map(inWords), all.length),
    noneOf("always: reads whose Cache-Status says none of what it may", good.filter((sample) => resultOf(sample) === "other").map(({ cacheStatus }) => String(cacheStatus)), good.length),
    ...[...new Set(record.stages.map(({ name }) => name))].filter((name) => !QUIET.includes(name)).flatMap((name) => addedClaims(record, name)),
    ...markClaims(record),
    ...tierClaims(record),
    ...Map.groupBy(record.voids, ({ stage, how }) => `${stage}: ${how}`).values().map((voids) => heardClaim(record, voids)),
  ];
}

/** Stages in which nothing has happened to Redis. */
const QUIET: readonly RedisStageName[] = ["warming up", "all is well"];
/** Reads that asked Redis in vain, or not at all, and then the platform. */
const FORWARDED: readonly ReadResult[] = ["collapsed", "miss"];

function addedClaims(record: RedisRecord, name: RedisStageName): Claim[] {
  const { mostAdded } = record.plan;
  const rounds = stagesOf(record, name);
  return [
    atMost(`${name}: p99 of misses above that without Redis`, median(rounds.map((stage) => addedP99(record, stage, (sample) => FORWARDED.includes(resultOf(sample))))), mostAdded, "ms"),
    atMost(`${name}: p99 of all reads above that without Redis`, median(rounds.map((stage) => addedP99(record, stage, () => true))), mostAdded, "ms"),
  ];
}

/** Against the same load at the same time, so that what else keeps the machine busy is in both. In milliseconds. */
function addedP99(record: RedisRecord, stage: RedisStage, which: (sample: Sample) => boolean): number {
  return p99(sentIn(record, stage, SHARING).filter(which)) - p99(sentIn(record, stage, ALONE).filter(which));
}

/** The 99th percentile of how long these took, in milliseconds. */
export function p99(samples: readonly Sample[]): number {
  return quantile(samples.map(({ sentAt, doneAt }) => doneAt - sentAt), 0.99);
}

/** Held against what the log says. */
function markClaims(record: RedisRecord): Claim[] {
  const sorted = SHARING.map((instance) => hitsOf(record, instance));
  const [inside, outside] = [sorted.flatMap((hits) => hits.inside), sorted.flatMap((hits) => hits.outside)];
  return [
    noneOf("the tier is down: hits that do not say detail=degraded", inside.filter((sample) => resultOf(sample) !== "degraded").map(({ cacheStatus }) => String(cacheStatus)), inside.length),
    noneOf("it is up: hits that do", outside.filter((sample) => resultOf(sample) === "degraded").map(({ cacheStatus }) => String(cacheStatus)), outside.length),
  ];
}

/** Fresh answers from memory that were sent and answered while the tier was down, and while it was up. */
function hitsOf(record: RedisRecord, instance: Instance): { readonly inside: readonly Sample[]; readonly outside: readonly Sample[] } {
  const down = downTimes(record, instance);
  const hits = record.samples[instance].filter((sample) => ["hit", "degraded"].includes(resultOf(sample)));
  return {
    inside: hits.filter((sample) => down.some(({ from, to }) => sample.sentAt > from + EDGE_MS && sample.doneAt < to - EDGE_MS)),
    outside: hits.filter((sample) => !down.some(({ from, to }) => sample.doneAt > from - EDGE_MS && sample.sentAt < to + EDGE_MS)),
  };
}

/** When each noticed that Redis was away, when it had it back, and when it made use of it. */
function tierClaims(record: RedisRecord): Claim[] {
  const { cluster } = record.plan;
  const back = cluster ? CLUSTER_BACK_MS : BACK_MS;
  const longest = (name: RedisStageName, after: (stage: RedisStage, instance: Instance) => number): number => Math.max(...stagesOf(record, name).flatMap((stage) => SHARING.map((instance) => after(stage, instance))));
  const gone = (name: RedisStageName, within: number): Claim => atMost(`${name}: both log that the tier is down, after`, longest(name, (stage, instance) => toldAfter(record, stage, instance, "down")), within, "ms");
  const again = (name: RedisStageName): Claim[] => [
    atMost(`${name}: both log that it is up, after`, longest(name, (stage, instance) => toldAfter(record, stage, instance, "up")), back, "ms"),
    atMost(`${name}: both answer from Redis, after`, longest(name, (stage, instance) => sharedAfter(record, stage, instance)), back, "ms"),
  ];
  const well = stagesOf(record, "all is well").flatMap((stage) => SHARING.map((instance) => sentIn(record, stage, [instance]).filter((sample) => resultOf(sample) === "shared").length));
  const node = cluster ? [gone("one node killed", CLUSTER_NOTICED_MS), ...again("the node restarted")] : [];
  return [atLeast("all is well: reads that either answers from Redis", Math.min(...well), 1), gone("killed", NOTICED_MS), ...again("restarted"), gone("stopped", NOTICED_MS), ...again("goes on"), ...node];
}

/** Counted from when both have Redis, where it was away. */
function heardClaim(record: RedisRecord, voids: readonly Voided[]): Claim {
  const { stage, how } = voids[0] as Voided;
  const name = `${stage}: ${how} through the first is seen at the second after`;
  const [late, away] = [stage !== "all is well", (at: number): number => Math.max(at, ...SHARING.map((instance) => upAgain(record, instance, at)))];
  const longest = Math.max(...voids.map(({ at, seenAt }) => Math.max(0, (seenAt ?? Number.NaN) - (late ? away(at) : at))));
  return atMost(late ? `${name} (from when both are up again)` : name, longest, late ? HEARD_LATE_MS : HEARD_MS, "ms");
}

function upAgain(record: RedisRecord, instance: Instance, at: number): number {
  return downTimes(record, instance).find(({ from, to }) => from <= at && to > at)?.to ?? at;
}
