import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Invalidation } from "../../../src/cache/entry.ts";
import type { RedisClient } from "../../../src/redis/client.ts";
import { createMessages } from "../../../src/cache/redis/invalidation-message.ts";
import { redisKeys } from "../../../src/cache/redis/keys.ts";
import { compareMarks } from "../../../src/cache/redis/marks.ts";
import { createRedisNews } from "../../../src/cache/redis/news.ts";
import type { RedisNews } from "../../../src/cache/redis/news.ts";
import { address } from "./fixture.ts";

type Reply = readonly [Error | null, unknown];

/** A server with the few commands of the news: one hash, one stream. `gate` is what its replies wait for. */
function fakeServer(): { client: RedisClient; gate: Promise<void> } {
  const hash = new Map<string, string>();
  const rows: [string, string[]][] = [];
  const server = { gate: Promise.resolve(), client: null as unknown as RedisClient };
  const commands: Readonly<Record<string, (...args: never[]) => unknown>> = {
    del: () => hash.clear(),
    hset: (_key: string, field: string, value: string) => hash.set(field, value),
    hsetnx: (_key: string, field: string, value: string) => hash.has(field) || hash.set(field, value),
    hmget: (_key: string, ...names: string[]) => names.map((name) => hash.get(name) ?? null),
    hgetall: () => Object.fromEntries(hash),
    hlen: () => hash.size,
    publish: () => 0,
    xadd: (...args: string[]) => rows.push([String(rows.length).padStart(6, "0"), args.slice(5)]),
    xrevrange: () => rows.slice(-1),
    xrange: (_key: string, from: string, _to: string, _count: string, most: number) => rows.slice(Number(from)).slice(0, most),
  };
  const multi = (): unknown => {
    const queued: (() => unknown)[] = [];
    const exec = async (): Promise<Reply[]> => {
      const results = queued.map((run): Reply => [null, run()]);
      await server.gate;
      return results;
    };
    const chain: object = new Proxy({}, {
      get: (_, name) => (name === "exec" ? exec : name === "then" ? undefined : (...args: never[]) => (queued.push(() => commands[String(name)]?.(...args)), chain)),
    });
    return chain;
  };
  server.client = { multi } as RedisClient;
  return server;
}

const keys = redisKeys("t");
const of = address("/news");

function newsOf(self: string, invalidated: (what: Invalidation | null) => void = () => {}): RedisNews {
  return createRedisNews({ keys, messages: createMessages(null, keys.stream), self, invalidated, late: () => false });
}

describe("news between instances", () => {
  const wide: readonly [Invalidation, "soft" | "hard"][] = [
    [{ kind: "tag", soft: false, tag: "codes" }, "hard"],
    [{ kind: "tag", soft: true, tag: "codes" }, "soft"],
    [{ kind: "all", soft: true }, "soft"],
    [{ kind: "all", soft: false }, "hard"],
  ];
  for (const [what, difference] of wide) {
    test(`${JSON.stringify(what)} voids here before the server has replied, and afterwards`, async () => {
      const server = fakeServer();
      const news = newsOf("one");
      await news.synchronise(server.client);
      const before = news.marksFor(of);
      const reply = Promise.withResolvers<void>();
      server.gate = reply.promise;
      const announcing = news.announce(server.client, what);
      assert.equal(compareMarks(before, news.marksFor(of)), difference);
      reply.resolve();
      await announcing;
      assert.equal(compareMarks(before, news.marksFor(of)), difference);
      const other = newsOf("two");
      await other.synchronise(server.client);
      assert.deepEqual(other.marksFor(of), news.marksFor(of));
    });
  }

  test("what is on its way voids also while a purge of everything by another is heard", async () => {
    const server = fakeServer();
    const [one, two] = [newsOf("one"), newsOf("two")];
    await one.synchronise(server.client);
    await two.announce(server.client, { kind: "all", soft: false });
    const after = newsOf("three");
    await after.synchronise(server.client);
    const reply = Promise.withResolvers<void>();
    server.gate = reply.promise;
    const announcing = one.announce(server.client, { kind: "tag", soft: false, tag: "codes" });
    server.gate = Promise.resolve();
    await one.synchronise(server.client);
    assert.equal(compareMarks(after.marksFor(of), one.marksFor(of)), "hard");
    reply.resolve();
    await announcing;
  });

  test("an announcement that failed voids until the tier is down, and leaves nothing behind", async () => {
    const server = fakeServer();
    const news = newsOf("one");
    await news.synchronise(server.client);
    const before = news.marksFor(of);
    const lost = (): never => {
      throw new Error("connection lost");
    };
    server.gate = Promise.resolve().then(lost);
    await assert.rejects(news.announce(server.client, { kind: "all", soft: false }), /connection lost/);
    assert.equal(compareMarks(before, news.marksFor(of)), "hard", "until those who asked have heard of it");
    await new Promise(setImmediate);
    assert.deepEqual(news.marksFor(of), before);
  });

  test("thousands of missed invalidations are told in order, and others have their turn after each", async () => {
    const server = fakeServer();
    const told: string[] = [];
    let most = 0;
    let inTurn = 0;
    const one = newsOf("one", (what) => {
      told.push(what?.kind === "tag" ? what.tag : "?");
      most = Math.max(most, (inTurn += 1));
    });
    await one.synchronise(server.client);
    const two = newsOf("two");
    for (let i = 0; i < 1200; i++) await two.announce(server.client, { kind: "tag", soft: false, tag: `t${i}` });
    let going = true;
    const turn = (): void => {
      inTurn = 0;
      if (going) setImmediate(turn);
    };
    turn();
    await one.synchronise(server.client);
    going = false;
    assert.deepEqual(told, Array.from({ length: 1200 }, (_, i) => `t${i}`));
    assert.ok(most <= 2, `${most} in one turn`);
  });
});
