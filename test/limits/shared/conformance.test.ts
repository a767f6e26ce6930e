import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { periodEnd } from "../../../src/base/zone.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { Rule } from "../../../src/limits/caller/rules.ts";
import { NO_REDIS, redisBinary, startRedis, type RedisServer } from "../../support/redis-server.ts";
import { BEGIN, localTake, sharedTake, window, type Met, type Take } from "./subject.ts";

/** One request: when (ms after the begin), by which rules, its cost (1), and how it is met: `wait` as it would be were nothing drawn together. */
interface Step {
  readonly at: number;
  readonly rules: readonly Rule[];
  readonly cost?: number;
  readonly wait: number;
  readonly left?: readonly number[];
}

const SHANGHAI = "Asia/Shanghai";
const MIDNIGHT = periodEnd(BEGIN, SHANGHAI, "day") - BEGIN;
const DAY = 86_400_000;
const quota = (most: number, per: "hour" | "day" | "month" = "day"): Rule => ({ kind: "quota", most, per, zone: SHANGHAI });
const burst = (most: number, per: number, burst: number): Rule => ({ kind: "burst", most, per, burst });

const takes = (at: number, rules: readonly Rule[], left?: readonly number[]): Step => ({ at, rules, wait: 0, ...(left && { left }) });
const waits = (at: number, rules: readonly Rule[], wait: number, left?: readonly number[]): Step => ({ at, rules, wait, ...(left && { left }) });
const costing = (cost: number, step: Step): Step => ({ ...step, cost });
const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);

const three = [window(3, 1000)];
const two = [window(2, 1000), window(3, 60_000)];
const four = [burst(10, 1000, 4)];
const dayAndMonth = [quota(1), quota(2, "month")];

const CASES: Readonly<Record<string, readonly Step[]>> = {
  "a window has room for as many as it says, and again when they leave it": [takes(0, three, [2]), takes(100, three, [1]), takes(200, three, [0]), waits(300, three, 700, [0]), waits(999, three, 1), takes(1005, three, [0]), waits(1050, three, 50), takes(1105, three)],
  "what is refused is not counted": [...times(3, takes(0, three)), ...times(50, waits(500, three, 500)), ...times(3, takes(1005, three))],
  "all windows hold, and none counts what another refuses": [...times(2, takes(0, two)), waits(10, two, 990, [0, 1]), takes(1005, two, [1, 0]), waits(5000, two, 55_000, [2, 0])],
  "a burst comes at once, and then a steady stream": [...times(4, takes(0, four)), waits(0, four, 100, [0]), waits(99, four, 1), takes(100, four, [0]), waits(150, four, 50), takes(2000, four, [3])],
  "a quota lasts until midnight in its zone": [takes(MIDNIGHT - 2, [quota(2)], [1]), takes(MIDNIGHT - 1, [quota(2)], [0]), waits(MIDNIGHT - 1, [quota(2)], 1), takes(MIDNIGHT, [quota(2)], [1])],
  "several quotas hold together": [takes(0, dayAndMonth, [0, 1]), waits(1, dayAndMonth, MIDNIGHT - 1, [0, 1]), takes(MIDNIGHT, dayAndMonth, [0, 0])],
  "windows, burst and quota hold together": [...times(2, takes(0, [burst(10, 1000, 2), window(5, 60_000), quota(4)])), waits(0, [burst(10, 1000, 2), window(5, 60_000), quota(4)], 100, [0, 3, 2]), ...times(2, takes(5000, [burst(10, 1000, 2), window(5, 60_000), quota(4)])), waits(6000, [burst(10, 1000, 2), window(5, 60_000), quota(4)], MIDNIGHT - 6000, [2, 1, 0])],
  "a cost takes so many units, and one above the limit never fits": [costing(7, takes(0, [window(10, 1000)], [3])), costing(4, waits(1, [window(10, 1000)], 999, [3])), costing(3, takes(2, [window(10, 1000)], [0])), costing(11, waits(3, [window(10, 1000)], Infinity))],
  "neither above a burst nor above a quota": [costing(6, waits(0, [burst(10, 1000, 5)], Infinity, [5])), costing(6, waits(0, [quota(5)], Infinity))],
  "one that needs several units waits until enough of them have left": [takes(0, three), takes(300, three), takes(600, three), costing(2, waits(700, three, 600))],
  "a lowered limit goes on with what was counted": [...times(3, takes(0, three)), waits(500, [window(1, 1000)], 500), takes(1005, [window(1, 1000)])],
  "a raised limit goes on with what was counted": [...times(3, takes(0, three)), takes(500, [window(4, 1000)], [0]), waits(501, [window(4, 1000)], 499)],
  "a longer window goes on with what was counted": [...times(3, takes(0, three)), takes(500, [window(4, 2000)], [0]), waits(900, [window(4, 2000)], 1100), takes(2015, [window(4, 2000)])],
  "a shorter window goes on with what was counted": [...times(3, takes(0, [window(3, 2000)])), takes(400, [window(4, 500)], [0]), takes(520, [window(4, 500)], [2])],
  "a quota that is lowered goes on with what was counted": [...times(3, takes(0, [quota(5)])), waits(1, [quota(2)], MIDNIGHT - 1, [0]), takes(MIDNIGHT, [quota(2)]), takes(MIDNIGHT + DAY, [quota(2)], [1])],
};

/** What slots draw together, a step may wait longer. */
function slack(rules: readonly Rule[]): number {
  return 1 + Math.max(0, ...rules.map((rule) => (rule.kind === "window" ? rule.per / 256 : 0)));
}

function check(step: Step, met: Met, place: string): void {
  assert.ok(met.wait >= step.wait - 0.001 && (met.wait === step.wait || (step.wait > 0 && met.wait <= step.wait + slack(step.rules))), `${place}: waits ${met.wait} ms instead of ${step.wait}`);
  if (step.left !== undefined) assert.deepEqual(met.left, step.left, place);
  for (const [index, reset] of met.reset.entries()) assert.ok(reset >= 0 && Number.isFinite(reset) && (met.left[index] !== 0 || reset > 0), `${place}: reset ${reset}`);
}

function conform(make: (name: string) => Take): void {
  for (const [name, steps] of Object.entries(CASES)) {
    test(name, async () => {
      const take = make(name);
      for (const [index, step] of steps.entries()) check(step, await take(step.at, step.rules, step.cost ?? 1), `step ${index + 1} at ${step.at} ms`);
    });
  }

  for (const [most, per, seed] of [[20, 1000, 1], [300, 60_000, 2], [600, 2000, 3]] as const) {
    test(`${most} in ${per} ms are never exceeded in any span, and at most one in a hundred is given away`, async () => {
      const take = make(`exact ${most}`);
      const random = seededRandom(seed);
      const taken: number[] = [];
      const windows = 3;
      for (let at = 0; at < per * windows; at += (random.next() * 2 * per) / most / 3) if ((await take(at, [window(most, per)], 1)).wait === 0) taken.push(at);
      for (let i = most; i < taken.length; i++) assert.ok((taken[i] as number) - (taken[i - most] as number) >= per - 0.01, `at ${taken[i]} ms`);
      assert.ok(taken.length >= most * windows * 0.99, `${taken.length} of ${most * windows}`);
    });
  }
}

describe("a counter of one Taxgate", () => conform(localTake));

describe("a counter in Redis", { skip: redisBinary() === null ? NO_REDIS : false }, () => {
  let server: RedisServer;
  let redis: Redis;
  before(async () => {
    server = (await startRedis()) as RedisServer;
    redis = new Redis(server.urls[0] as string);
  });
  after(async () => {
    redis?.disconnect();
    await server?.stop();
  });
  conform((name) => sharedTake(redis, name));
});
