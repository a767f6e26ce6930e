import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_REDIS, redisBinary } from "../support/redis-server.ts";
import type { Claim } from "./claim.ts";
import { runLimitsDrill } from "./limits-drill.ts";
import { FULL_LIMITS_PLAN, INSTANCES, SHORT_LIMITS_PLAN, STAGES, type Instance, type LimitsPlan, type LimitsStageName } from "./limits-plan.ts";
import { mostWithin, usedOf, type LimitsRecord } from "./limits-record.ts";
import { judgeLimits, limitsTable } from "./limits-verdict.ts";
import type { Sample } from "./request.ts";

const PLAN: LimitsPlan = { ...FULL_LIMITS_PLAN, limits: [{ name: "second", most: 100, per: 1000 }] };
const LENGTH = 6000;

function begin(name: LimitsStageName): number {
  return STAGES.indexOf(name) * LENGTH;
}

function sample(sentAt: number, change: Partial<Sample> = {}): Sample {
  return { kind: "second", path: "/second/1", sentAt, doneAt: sentAt + 2, status: 200, fault: null, code: null, by: null, madeAt: null, cacheStatus: null, age: null, orderNo: null, invoiceNo: null, ...change };
}

/** Each lets 50 a second through, evenly, whether together or alone. */
const EACH = Array.from({ length: (STAGES.length * LENGTH) / 20 }, (_, index) => sample(index * 20));
const WELL: LimitsRecord = {
  plan: PLAN,
  stages: STAGES.map((name) => ({ name, from: begin(name), to: begin(name) + LENGTH, degraded: name === "killed" || name === "stopped" ? [1, 1] : [0, 0] })),
  samples: { first: EACH, second: EACH.map((one) => ({ ...one, sentAt: one.sentAt + 10, doneAt: one.doneAt + 10 })) },
  changes: INSTANCES.flatMap((instance) => (["warming up", "killed", "restarted", "stopped", "goes on"] as const).map((name) => ({ instance, at: begin(name) + 500, state: name === "killed" || name === "stopped" ? "down" : "up", why: "" }))),
};

describe("the limits drill's judgement", () => {
  const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);
  const first = (change: (samples: readonly Sample[]) => readonly Sample[]): Partial<LimitsRecord> => ({ samples: { ...WELL.samples, first: change(EACH) } });
  const extra = (stage: LimitsStageName, count: number, more: Partial<Sample> = {}): Partial<LimitsRecord> => first((all) => [...all, ...Array.from({ length: count }, (_, index) => sample(begin(stage) + 3000 + index, more))]);
  const without = (stage: LimitsStageName): Partial<LimitsRecord> => first((all) => all.filter(({ sentAt }, index) => sentAt < begin(stage) || sentAt >= begin(stage) + LENGTH || index % 10 > 0));
  const unlogged = (stage: LimitsStageName, instance: Instance): Partial<LimitsRecord> => ({ changes: WELL.changes.filter((change) => change.instance !== instance || change.at !== begin(stage) + 500) });
  const cases: readonly (readonly [string, Partial<LimitsRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices three in a hundred too many", extra("together", 3), ["together: second, both: most in any window, of 100"]],
    ["lets one be of the next window", extra("together", 1), []],
    ["notices too many by one that is alone", extra("killed", 3), ["killed: second, the first alone: most in any window, of 50"]],
    ["notices too many after the return", extra("goes on", 3), ["goes on: second, both: most in any window, of 100"]],
    ["notices a tenth that is given away", without("together"), ["together: second, both: used"]],
    ["notices a tenth that is given away alone", without("stopped"), ["stopped: second, the first alone: used"]],
    ["notices a request that fails", extra("killed", 1, { status: 502 }), ["always: answered 5xx, or not at all"]],
    ["notices a request that is not answered", extra("killed", 1, { status: 0, fault: "ECONNRESET" }), ["always: answered 5xx, or not at all"]],
    ["notices an answer that is neither", extra("killed", 1, { status: 404 }), ["always: neither let through nor told to come again"]],
    ["notices a wait for Redis", extra("stopped", 20, { status: 429, doneAt: begin("stopped") + 3200 }), ["stopped: added to the 99th percentile"]],
    ["notices a loss that is not noticed", unlogged("killed", "second"), ["killed: second, the first alone: most in any window, of 50", "killed: second, the first alone: used", "killed: second, the second alone: most in any window, of 50", "killed: second, the second alone: used", "killed: both log that they count alone, after"]],
    ["notices a gauge that says nothing", { stages: WELL.stages.map((stage) => ({ ...stage, degraded: [0, 0] })) }, ["killed: taxgate_limit_degraded", "stopped: taxgate_limit_degraded"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeLimits({ ...WELL, ...change })), expected));
});

test("one counts in a window that it is in beyond doubt", () => {
  const at = (sentAt: number, doneAt: number): Sample => sample(sentAt, { doneAt });
  assert.equal(mostWithin([at(0, 5), at(500, 505), at(990, 1000), at(995, 1001)], 1000), 3);
  assert.equal(mostWithin([], 1000), 0);
});

test("a limit that is used up each time it can be is used whole", () => {
  const burst = (from: number): Sample[] => Array.from({ length: 10 }, (_, index) => sample(from + index));
  assert.equal(usedOf([...burst(0), ...burst(1000), ...burst(2000)], 10, 1000), 100);
  assert.equal(usedOf([...burst(0), ...burst(1250)], 10, 1000), 80);
  assert.ok(Number.isNaN(usedOf(burst(0), 10, 1000)));
});

test("two that share a limit keep it together, and each its share while Redis is killed", { skip: redisBinary() === null && NO_REDIS }, async () => {
  const record = await runLimitsDrill(SHORT_LIMITS_PLAN, () => undefined);
  assert.ok(typeof record !== "string", "there is a redis-server");
  assert.deepEqual(judgeLimits(record).filter(({ holds }) => !holds), [], limitsTable(record));
});
