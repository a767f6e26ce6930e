import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_REDIS, redisBinary } from "../support/redis-server.ts";
import type { Claim } from "./claim.ts";
import { runRedisDrill } from "./redis-drill.ts";
import { ALONE, INSTANCES, redisPlan, redisStages, SHARING, type Instance, type RedisStageName } from "./redis-plan.ts";
import { resultOf, type RedisRecord, type TierChange, type Voided } from "./redis-record.ts";
import { redisTable } from "./redis-table.ts";
import { judgeRedis } from "./redis-verdict.ts";
import type { Sample } from "./request.ts";

const STAGE_MS = 3000;
const STEP_MS = 20;
const PLAN = { ...redisPlan({ short: false, cluster: true }), rounds: 3 };
const STAGES = redisStages(PLAN).map((occasion, index) => ({ ...occasion, from: index * STAGE_MS, to: (index + 1) * STAGE_MS }));
/** When a stage of the first round begins. */
const at = (name: RedisStageName): number => STAGES.find((stage) => stage.name === name)?.from ?? Number.NaN;

const LOGGED: Readonly<Partial<Record<RedisStageName, TierChange["state"]>>> = { killed: "down", restarted: "up", stopped: "down", "goes on": "up", "one node killed": "down", "the node restarted": "up" };
const DELAY_MS = 50;
const changes: readonly TierChange[] = [
  ...SHARING.map((instance) => ({ instance, at: -1000, state: "up", why: "" }) as const),
  ...STAGES.flatMap(({ name, from }) => {
    const state = LOGGED[name];
    return state === undefined ? [] : SHARING.map((instance) => ({ instance, at: from + DELAY_MS, state, why: "" }));
  }),
];

/** Hits, misses and what the other one has put into Redis, in turn; a miss takes 8 ms. */
function read(instance: Instance, index: number): Sample {
  const sentAt = index * STEP_MS;
  const down = SHARING.includes(instance) && changes.findLast((change) => change.instance === instance && change.at <= sentAt)?.state === "down";
  const miss = index % 3 === 0 || (index % 3 === 1 && (down || ALONE.includes(instance)));
  const cacheStatus = miss ? "taxgate; fwd=uri-miss; fwd-status=200; stored" : `taxgate; hit; ttl=3${index % 3 === 1 ? "; detail=shared" : down ? "; detail=degraded" : ""}`;
  const answered = { kind: "codes", path: "/api/codes/1", status: 200, fault: null, code: null, by: "home", madeAt: 0, age: 0, orderNo: null, invoiceNo: null };
  return { ...answered, cacheStatus, sentAt, doneAt: sentAt + (miss ? 8 : 1) };
}

const VOIDED: readonly RedisStageName[] = ["all is well", "away", "stopped", "one node killed"];
const BACK: Readonly<Partial<Record<RedisStageName, RedisStageName>>> = { away: "restarted", stopped: "goes on", "one node killed": "the node restarted" };

function wellVoided(stage: RedisStageName): Voided {
  const begin = at(stage) + STAGE_MS / 2;
  return { stage, round: 1, how: "POST to its URL", at: begin, seenAt: stage === "all is well" ? begin + 10 : at(BACK[stage] as RedisStageName) + 2 * DELAY_MS };
}

const COUNT = (STAGES.length * STAGE_MS) / STEP_MS;
const WELL: RedisRecord = {
  plan: PLAN, stages: STAGES, changes, voids: VOIDED.map(wellVoided),
  samples: Object.fromEntries(INSTANCES.map((instance) => [instance, Array.from({ length: COUNT }, (_, index) => read(instance, index))])) as Record<Instance, Sample[]>,
};

/** The second one's reads of this kind within a time, changed. */
function changed(which: (sample: Sample) => boolean, change: (sample: Sample) => Partial<Sample>): Partial<RedisRecord> {
  return { samples: { ...WELL.samples, second: WELL.samples.second.map((sample) => (which(sample) ? { ...sample, ...change(sample) } : sample)) } };
}

function one(from: number, result: string, change: Partial<Sample>): Partial<RedisRecord> {
  const chosen = WELL.samples.second.find((sample) => sample.sentAt >= from && resultOf(sample) === result);
  return changed((sample) => sample === chosen, () => change);
}

function slower(name: RedisStageName, rounds: number, ms: number): Partial<RedisRecord> {
  const slow = STAGES.filter((stage) => stage.name === name && stage.round <= rounds);
  return changed((sample) => resultOf(sample) === "miss" && slow.some(({ from, to }) => sample.sentAt >= from && sample.sentAt < to), ({ doneAt }) => ({ doneAt: doneAt + ms }));
}

function seen(stage: RedisStageName, seenAt: (voided: Voided) => number | null): Partial<RedisRecord> {
  return { voids: WELL.voids.map((voided) => (voided.stage === stage ? { ...voided, seenAt: seenAt(voided) } : voided)) };
}

function unlogged(name: RedisStageName): Partial<RedisRecord> {
  return { changes: changes.filter((change) => !(change.instance === "second" && change.at === at(name) + DELAY_MS)) };
}

const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);

describe("the Redis drill's judgement", () => {
  const away = at("away") + 500;
  const marks = ["the tier is down: hits that do not say detail=degraded", "it is up: hits that do"] as const;
  const other = "always: reads without an answer, or with another than 200";
  const unknown = "always: reads whose Cache-Status says none of what it may";
  const added = (name: RedisStageName): string[] => ["misses", "all reads"].map((which) => `${name}: p99 of ${which} above that without Redis`);
  const heard = (name: RedisStageName): string => `${name}: POST to its URL through the first is seen at the second after${name === "all is well" ? "" : " (from when both are up again)"}`;
  const within = (name: RedisStageName) => (sample: Sample): boolean => resultOf(sample) === "shared" && sample.sentAt >= at(name) && sample.sentAt < at(name) + STAGE_MS;
  const cases: readonly (readonly [string, Partial<RedisRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices a read that fails", one(away, "miss", { status: 502, cacheStatus: null }), ["always: reads answered 5xx"]],
    ["notices a connection that is cut", one(away, "miss", { status: 0, fault: "ECONNRESET", cacheStatus: null }), [other]],
    ["notices a Cache-Status that says nothing", one(away, "miss", { cacheStatus: "taxgate; hit; detail=guessed" }), [unknown]],
    ["notices misses that wait in most rounds", slower("hangs", 2, 45), added("hangs")],
    ["lets one round be unlucky", slower("hangs", 1, 45), []],
    ["notices misses that wait just after the change", slower("stopped", 3, 25), added("stopped")],
    ["notices a hit that does not say that Redis is away", one(away, "degraded", { cacheStatus: "taxgate; hit; ttl=3" }), [marks[0]]],
    ["notices a hit that says so while it is there", one(at("all is well") + 500, "hit", { cacheStatus: "taxgate; hit; ttl=3; detail=degraded" }), [marks[1]]],
    ["notices a tier that is not used again", changed(within("goes on"), () => ({ cacheStatus: "taxgate; hit; ttl=3" })), ["goes on: both answer from Redis, after"]],
    ["notices a tier that was never used", changed(within("all is well"), () => ({ cacheStatus: "taxgate; hit; ttl=3" })), ["all is well: reads that either answers from Redis"]],
    ["notices a loss that is not noticed", unlogged("stopped"), [marks[1], "stopped: both log that the tier is down, after"]],
    ["notices a return that is not", unlogged("restarted"), [marks[0], "restarted: both log that it is up, after"]],
    ["notices news that come late", seen("all is well", (voided) => voided.at + 5000), [heard("all is well")]],
    ["notices news that never come", seen("away", () => null), [heard("away")]],
    ["notices news that are lost for long after a hang", seen("stopped", () => at("goes on") + DELAY_MS + 6100), [heard("stopped")]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeRedis({ ...WELL, ...change })), expected));
});

test("Cache-Status is read in one word", () => {
  const cases = [
    ["taxgate; hit; ttl=3", "hit"], ["taxgate; hit; ttl=3; detail=degraded", "degraded"], ["taxgate; hit; ttl=-1; detail=while-revalidate", "stale"],
    ["taxgate; hit; ttl=0; detail=shared", "shared"], ["taxgate; fwd=uri-miss; collapsed; ttl=3", "collapsed"], ["taxgate; fwd=stale; fwd-status=200; stored", "miss"],
    ["taxgate; fwd=uri-miss; fwd-status=502", "miss"], ["taxgate; hit; ttl=-1; detail=if-error", "other"], ["taxgate; fwd=bypass", "other"], [null, "other"],
  ] as const;
  for (const [cacheStatus, want] of cases) assert.equal(resultOf({ ...read("first", 0), cacheStatus }), want, String(cacheStatus));
});

test("two that share a Redis answer every read while it is killed, hangs and comes back, and use it again", { skip: redisBinary() === null && NO_REDIS }, async () => {
  const record = await runRedisDrill(redisPlan({ short: true, cluster: false }), () => undefined);
  assert.ok(typeof record !== "string", "there is a redis-server");
  assert.deepEqual(failing(judgeRedis(record)), [], redisTable(record));
});
