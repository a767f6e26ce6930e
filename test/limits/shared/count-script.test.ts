import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { manualClock } from "../../../src/base/clock.ts";
import { COUNT_SCRIPT } from "../../../src/limits/shared/count-script.ts";
import { sharedRules } from "../../../src/limits/shared/shared-rules.ts";
import type { SharedDemand, SharedRule } from "../../../src/limits/shared/shared-limits.ts";
import { NO_REDIS, redisBinary, startRedis, type RedisServer } from "../../support/redis-server.ts";
import { demand, scriptSubject, window } from "./subject.ts";

const skip = redisBinary() === null ? NO_REDIS : false;
const T = 1_790_000_000_000;
const DAY = 86_400_000;
const quota = (most: number, name = "day"): SharedRule => ({ kind: "quota", name, most, ends: [T, T + DAY, T + 2 * DAY] });
const burst = (most: number, per: number, burst: number): SharedRule => ({ kind: "burst", most, per, burst });

/** One request: when (ms from the begin), what it asks, and how it is answered. */
type Step = readonly [at: number, ask: SharedDemand, fits: boolean, more?: { readonly wait?: number; readonly left?: readonly number[]; readonly reset?: readonly number[]; readonly taken?: boolean }];

const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);
const three = demand([window(3, 1000)]);

const CASES: Readonly<Record<string, readonly Step[]>> = {
  "a period that has begun goes on where the clock is set back": [[5, demand([quota(1)]), true], [-5, demand([quota(1)]), false, { wait: DAY + 5 }], [10, demand([quota(1)]), false], [DAY, demand([quota(1)]), true]],
  "a period is told by the clock that decides, not by the caller's": [[2 * DAY - 1, demand([quota(1)]), true], [2 * DAY - 1, demand([quota(1)]), false, { wait: 1 }]],
  "a caller whose clock is off by more than a period stops nobody for long": [[9 * DAY, demand([quota(1)]), true], [9 * DAY, demand([quota(1)]), false, { wait: 1000 }], [9 * DAY + 1000, demand([quota(1)]), true]],
  "a cost of nothing looks and takes nothing": [[0, demand([window(1, 1000)], { cost: 0 }), true, { left: [1] }], [0, three, true, { left: [2] }]],
  "two that have not the same windows yet count what the other lets through": [...times(3, [0, three, true]), ...times(2, [100, demand([window(5, 2000)]), true]), [1004, three, true], [1005, three, false], [1005, demand([window(5, 2000)]), false]],
  "a clock that is set back costs one window, and not the difference": [[3_600_000, three, true], [3_600_000, three, true], [3_600_000, three, true], [0, three, false], [500, three, false], [1004, three, true]],
  "a burst whose clock is set back waits no longer than the burst takes": [...times(4, [3_600_000, demand([burst(10, 1000, 4)]), true]), [0, demand([burst(10, 1000, 4)]), false, { wait: 100 }], [100, demand([burst(10, 1000, 4)]), true]],
  "a dry run tells, and counts what has room": [[0, { ...three, dryRun: true }, true, { left: [2] }], ...times(2, [0, { ...three, dryRun: true }, true]), [0, { ...three, dryRun: true }, false, { left: [0], taken: false }], [1004, { ...three, dryRun: true }, true]],
};

describe("a counter in Redis", { skip }, () => {
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

  afterEach(async () => {
    for (const key of await redis.keys("*")) assert.notEqual(await redis.pttl(key), -1, `'${key}' expires`);
  });

  for (const [name, steps] of Object.entries(CASES)) {
    test(name, async () => {
      const subject = scriptSubject(redis, name);
      for (const [index, [at, ask, fits, more = {}]] of steps.entries()) {
        const [count] = await subject.take(T + at, [ask]);
        const found = { fits: count?.fits, ...(more.wait !== undefined && { wait: count?.wait }), ...(more.taken !== undefined && { taken: count?.taken }), ...(more.left && { left: count?.rules.map((rule) => rule.left) }), ...(more.reset && { reset: count?.rules.map((rule) => rule.reset) }) };
        assert.deepEqual(found, { fits, ...more }, `step ${index + 1} at ${at} ms`);
      }
    });
  }

  test("a request is counted by all of its counters or by none", async () => {
    const subject = scriptSubject(redis, "several");
    const [wide, narrow] = [demand([window(10, 1000)], { limit: "wide" }), demand([window(1, 1000)], { limit: "narrow" })];
    const first = await subject.take(T, [wide, narrow]);
    assert.deepEqual(first.map(({ fits, taken }) => [fits, taken]), [[true, true], [true, true]]);
    const second = await subject.take(T, [wide, narrow]);
    assert.deepEqual(second.map(({ fits, taken, rules }) => [fits, taken, rules[0]?.left]), [[true, false, 9], [false, false, 0]]);
    const dry = await subject.take(T, [wide, { ...narrow, dryRun: true }]);
    assert.deepEqual(dry.map(({ fits, taken, rules }) => [fits, taken, rules[0]?.left]), [[true, true, 8], [false, false, 0]]);
  });

  test("what is given back is there again, once, whenever it comes", async () => {
    const subject = scriptSubject(redis, "given back");
    const ask = demand([window(3, 1000), window(5, 60_000), burst(10, 1000, 3), quota(4)], { cost: 2 });
    const [count] = await subject.take(T, [ask]);
    assert.equal((await subject.take(T + 200, [ask]))[0]?.fits, false);
    assert.ok(count !== undefined);
    await subject.giveBack(T + 300, ask, count);
    assert.deepEqual((await subject.take(T + 400, [ask]))[0]?.rules.map(({ left }) => left), [1, 3, 1, 2]);
    await subject.giveBack(T + 400, ask, count);
    const [after] = await subject.take(T + 401, [{ ...ask, rules: [window(3, 1000)], cost: 1 }]);
    assert.equal(after?.rules[0]?.left, 0, "what is not there any more takes nothing with it");
  });

  test("what an outage gives back is there again in quotas and nowhere else", async () => {
    const subject = scriptSubject(redis, "quotas alone");
    const ask = demand([window(3, 1000), burst(10, 1000, 3), quota(4)], { cost: 2 });
    const [count] = await subject.take(T, [ask]);
    assert.ok(count !== undefined);
    await subject.giveBack(T, ask, { ...count, at: -count.at });
    assert.deepEqual((await subject.take(T, [{ ...ask, cost: 0 }]))[0]?.rules.map(({ left }) => left), [1, 1, 4]);
  });

  test("two quotas of one calendar count each request once", async () => {
    const subject = scriptSubject(redis, "twice");
    const rules = sharedRules([5, 10].map((most) => ({ kind: "quota", per: "day", zone: "UTC", most }) as const), manualClock(T))();
    for (let sent = 1; sent <= 3; sent++) assert.deepEqual((await subject.take(T, [demand(rules)]))[0]?.rules.map(({ left }) => left), [5 - sent, 10 - sent]);
  });

  test("what is given back after its period takes nothing from the next", async () => {
    const subject = scriptSubject(redis, "late");
    const [count] = await subject.take(T + DAY - 1, [demand([quota(3)])]);
    await subject.take(T + DAY, [demand([quota(3)])]);
    assert.ok(count !== undefined);
    await subject.giveBack(T + DAY, demand([quota(3)]), count);
    assert.equal((await subject.take(T + DAY + 1, [demand([quota(3)], { cost: 0 })]))[0]?.rules[0]?.left, 2);
  });

  test("a clock that is set back by more than a period begins one anew", async () => {
    const subject = scriptSubject(redis, "far back");
    const ends = [9, 10, 11].map((days) => T + days * DAY);
    assert.equal((await subject.take(T + 9 * DAY + 5, [demand([{ kind: "quota", name: "day", most: 1, ends }])]))[0]?.fits, true);
    assert.equal((await subject.take(T + 5, [demand([quota(1)])]))[0]?.fits, true);
  });

  test("no key holds whom it counts, and each has a hash tag", async () => {
    const subject = scriptSubject(redis, "plain");
    await subject.take(T, [demand([window(1, 1000)], { key: '["91310000MA1K3YTX0A","certificate:CN=erp"]'.repeat(500) })]);
    const keys = await redis.keys("plain:*");
    assert.equal(keys.length, 1);
    assert.match(keys[0] ?? "", /^plain:limit:1:\{[\w-]{27}\}$/);
  });

  test("a counter is small, and its script is the same on every Taxgate", async () => {
    const subject = scriptSubject(redis, "small");
    for (let at = 0; at < 2000; at += 2) await subject.take(T + at, [demand([window(600, 1000), window(100_000, 3_600_000)])]);
    const [key = ""] = await redis.keys("small:*");
    const size = await redis.strlen(key);
    assert.ok(size < 1500, `${size} bytes`);
    assert.ok(!COUNT_SCRIPT.includes("math.random"));
  });
});
