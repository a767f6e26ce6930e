import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { performance } from "node:perf_hooks";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { createRedisLimits } from "../../../src/limits/shared/redis-limits.ts";
import type { SharedDemand, SharedLimits } from "../../../src/limits/shared/shared-limits.ts";
import { counterKey } from "../../../src/limits/shared/wire.ts";
import { NO_REDIS, redisBinary, startRedis, type RedisServer } from "../../support/redis-server.ts";
import { until } from "../../support/until.ts";
import { demand, window } from "./subject.ts";

const skip = redisBinary() === null ? NO_REDIS : false;

interface Instance {
  readonly limits: SharedLimits;
  readonly results: string[];
  readonly states: string[];
  is(state: "up" | "down"): Promise<void>;
  /** Whether each counter had room; null where it did not answer. */
  ask(...demands: readonly SharedDemand[]): Promise<(boolean | null)[]>;
}

function instance(urls: readonly string[], timeout = 1000): Instance {
  const bell = new EventEmitter();
  const results: string[] = [];
  const states: string[] = [];
  const limits = createRedisLimits({ url: urls.length === 1 ? (urls[0] as string) : urls, prefix: "taxgate", timeout, connectTimeout: 2000 }, {
    clock: systemClock,
    random: seededRandom(1),
    events: {
      asked: (result) => void results.push(result),
      state(state, why) {
        states.push(`${state}: ${why}`);
        bell.emit("told");
      },
    },
  });
  return {
    limits, results, states,
    async is(state) {
      while (limits.state !== state) await once(bell, "told");
    },
    ask: async (...demands) => (await limits.take(demands)).map((count) => (count === null ? null : count.fits)),
  };
}

async function withInstances(made: readonly Instance[], run: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(made.map((each) => each.is("up")));
    await run();
  } finally {
    for (const each of made) each.limits.stop();
  }
}

const hour = (most: number, more: Partial<SharedDemand> = {}): SharedDemand => demand([window(most, 3_600_000)], more);

for (const nodes of [1, 3]) {
  describe(nodes === 1 ? "limits on one Redis" : "limits on a Redis Cluster", { skip }, () => {
    let server: RedisServer;
    before(async () => {
      server = (await startRedis({ nodes })) as RedisServer;
    });
    after(() => server?.stop());

    test("two share a limit to the last unit, however they race", async () => {
      const [one, two] = [instance(server.urls), instance(server.urls)];
      await withInstances([one, two], async () => {
        const asked = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? one : two).ask(hour(100, { key: "race" })));
        const fitted = (await Promise.all(asked)).flat();
        assert.equal(fitted.filter((fits) => fits === true).length, 100);
        assert.equal(fitted.filter((fits) => fits === null).length, 0);
      });
    });

    test("a request with several limits is counted by all or by none, and one trip is enough on one server", async () => {
      const one = instance(server.urls);
      await withInstances([one], async () => {
        const [wide, narrow] = [hour(10, { limit: "wide", key: "several" }), hour(1, { limit: "narrow", key: "several" })];
        assert.deepEqual(await one.ask(wide, narrow), [true, true]);
        assert.equal(one.results.length, nodes === 1 ? 1 : 2);
        const [refused] = await one.limits.take([wide, narrow]);
        assert.deepEqual([refused?.taken, refused?.rules[0]?.left], [false, 9]);
        // In a cluster it comes back after the refusal.
        assert.ok(await until(async () => (await one.limits.take([{ ...wide, cost: 0 }]))[0]?.rules[0]?.left === 9, 5000));
      });
    });

    test("a server that was killed answers nothing at once, and counts again when it is back", async () => {
      const one = instance(server.urls);
      await withInstances([one], async () => {
        assert.deepEqual(await one.ask(hour(5)), [true]);
        const busy = Array.from({ length: 100 }, () => one.ask(hour(5)));
        await server.kill("SIGKILL");
        await Promise.all(busy);
        await one.is("down");
        const from = performance.now();
        assert.deepEqual(await one.ask(hour(5)), [null]);
        assert.ok(performance.now() - from < 20);
        assert.equal(one.results.at(-1), "down");
        await server.restart();
        await one.is("up");
        // Neither its counters nor its scripts are left.
        assert.deepEqual(await one.ask(hour(5)), [true]);
      });
    });

    test("a server that hangs costs three timeouts and then nothing, and comes back", async () => {
      const one = instance(server.urls, 40);
      await withInstances([one], async () => {
        await one.ask(hour(5, { key: "hanging" }));
        await server.kill("SIGSTOP");
        for (let i = 0; i < 3; i++) {
          const from = performance.now();
          assert.deepEqual(await one.ask(hour(5, { key: "hanging" })), [null]);
          assert.ok(performance.now() - from < 150);
        }
        assert.deepEqual([one.limits.state, one.results.slice(-3)], ["down", ["timeout", "timeout", "timeout"]]);
        await server.kill("SIGCONT");
        await one.is("up");
        assert.deepEqual(await one.ask(hour(5, { key: "hanging" })), [true]);
      });
    });
  });
}

describe("a Redis that answers, and is of no use", { skip }, () => {
  let server: RedisServer;
  let raw: Redis;
  before(async () => {
    server = (await startRedis()) as RedisServer;
    raw = new Redis(server.urls[0] as string);
  });
  after(async () => {
    raw?.disconnect();
    await server?.stop();
  });

  const troubles: Readonly<Record<string, { readonly make: (key: string) => Promise<unknown>; readonly mend: (key: string) => Promise<unknown> }>> = {
    "is full": { make: () => raw.config("SET", "maxmemory", "1mb"), mend: () => raw.config("SET", "maxmemory", "64mb") },
    "holds something else under the key": { make: (key) => raw.lpush(key, "other"), mend: (key) => raw.del(key) },
    "holds bytes that nobody can read": { make: (key) => raw.set(key, "\u0001nonsense"), mend: (key) => raw.del(key) },
    "takes no writes": { make: () => raw.config("SET", "min-replicas-to-write", "1"), mend: () => raw.config("SET", "min-replicas-to-write", "0") },
  };
  test("where it has become a replica, it is down until it takes writes again, and that is told once", async () => {
    const one = instance(server.urls);
    const ask = hour(100, { key: "replica" });
    await withInstances([one], async () => {
      await raw.replicaof("127.0.0.1", 1);
      try {
        while (one.limits.state === "up") assert.deepEqual(await one.ask(ask), [null]);
        // Beyond the first rest, and a trial.
        await new Promise((resolve) => setTimeout(resolve, 1300));
        assert.deepEqual(one.states.slice(1), ["down: 3 failures in a row"]);
      } finally {
        await raw.replicaof("NO", "ONE");
      }
      await one.is("up");
      assert.deepEqual(await one.ask(ask), [true]);
    });
  });

  for (const [name, { make, mend }] of Object.entries(troubles)) {
    test(`where it ${name}, the caller's own counter decides, which is told once, and it is used again`, async () => {
      const one = instance(server.urls);
      const ask = hour(100, { key: name });
      const key = counterKey("taxgate", ask);
      await withInstances([one], async () => {
        assert.deepEqual(await one.ask(ask), [true]);
        await raw.del(key);
        await make(key);
        for (let i = 0; i < 5; i++) assert.deepEqual(await one.ask(ask), [null]);
        assert.equal(one.results.at(-1), "error");
        await one.is("down");
        assert.deepEqual(one.states.slice(1), ["down: answers are errors"]);
        await mend(key);
        assert.deepEqual(await one.ask(ask), [true]);
        if (name !== "is full") return;
        while (one.limits.state === "down") await one.ask(ask);
        assert.equal(one.states.at(-1), "up: answers are of use again");
      });
    });
  }
});
