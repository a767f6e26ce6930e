import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Cluster, Redis } from "ioredis";
import type { Invalidation } from "../../../src/cache/entry.ts";
import { redisKeys } from "../../../src/cache/redis/keys.ts";
import { NO_REDIS, redisBinary, startRedis } from "../../support/redis-server.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import { address, answer, instance, textOf } from "./fixture.ts";
import type { Instance } from "./fixture.ts";

const skip = redisBinary() === null ? NO_REDIS : false;
const keys = redisKeys("taxgate");

for (const nodes of [1, 3]) {
  describe(nodes === 1 ? "the shared tier on one Redis server" : "the shared tier on a Redis Cluster", { skip }, () => {
    let server: RedisServer;
    let one: Instance;
    let two: Instance;
    let raw: Redis | Cluster;
    before(async () => {
      server = (await startRedis({ nodes })) as RedisServer;
      raw = nodes === 1 ? new Redis(server.urls[0] as string) : new Cluster([...server.urls]);
      one = instance(server.urls);
      two = instance(server.urls);
      await Promise.all([one, two].map((each) => each.told(() => each.tier.state === "up")));
    });
    after(async () => {
      raw?.disconnect();
      await Promise.all([one?.tier.stop(), two?.tier.stop()]);
      await server?.stop();
    });

    test("an answer that one instance stores is found by another as it was", async () => {
      const stored = answer(address("/round"), "ü".repeat(3000));
      await one.fill(stored);
      const found = await two.get(stored.address);
      assert.deepEqual({ ...found.answer, body: textOf(found) }, { ...stored, body: "ü".repeat(3000) });
      assert.equal(found.purged, false);
      const ttl = await raw.pttl(keys.entry(stored.address));
      assert.ok(ttl > 30_000 && ttl <= 65_000, `${ttl}`);
    });

    test("neither keys nor names of keys hold what identifies", async () => {
      await one.fill(answer(address("/named/91310000MA1K3YTX0A")));
      const masters = raw instanceof Cluster ? raw.nodes("master") : [raw];
      const names = (await Promise.all(masters.map((node) => node.keys("*")))).flat();
      assert.ok(names.length > 3);
      assert.deepEqual(names.filter((name) => name.includes("91310000MA1K3YTX0A")), []);
    });

    test("fields that Vary names choose among answers", async () => {
      const of = address("/vary");
      await one.fill(answer(of, "grüezi", [["accept-language", "de"], ["x-view", null]]));
      await one.fill(answer(of, "salut", [["accept-language", "fr"], ["x-view", null]]));
      assert.equal(textOf(await two.get(of, { "accept-language": "de" })), "grüezi");
      assert.equal(textOf(await two.get(of, { "accept-language": "fr" })), "salut");
      assert.equal(textOf(await two.get(of, { "accept-language": "de", "x-view": "short" })), null);
      assert.equal(textOf(await two.get(of)), null);
    });

    const kinds: Readonly<Record<string, (path: string) => Invalidation>> = {
      url: (path) => ({ kind: "url", soft: false, site: "s1", path, query: "?a=1" }),
      path: (path) => ({ kind: "url", soft: false, site: "s1", path, query: null }),
      tag: () => ({ kind: "tag", soft: false, tag: "codes" }),
      region: () => ({ kind: "region", soft: false, site: null, region: "north" }),
      "region of a site": () => ({ kind: "region", soft: false, site: "s1", region: "north" }),
      route: () => ({ kind: "route", soft: false, site: "s1", route: "codes" }),
      all: () => ({ kind: "all", soft: false }),
    };
    for (const [name, kind] of Object.entries(kinds)) {
      for (const soft of [false, true]) {
        test(`a ${soft ? "soft" : "hard"} purge by ${name} is seen by the other instance, and what is stored afterwards counts`, async () => {
          const of = address(`/purge/${name}/${soft}`, { query: "?a=1" });
          const what = { ...kind(of.path), soft } as Invalidation;
          await one.fill(answer(of, "old"));
          assert.equal(textOf(await two.get(of)), "old");
          const heard = two.heard.length;
          assert.equal(await one.tier.invalidate(what), true);
          await two.told(() => two.heard.length > heard);
          assert.deepEqual(two.heard.slice(heard), [what]);
          for (const each of [one, two]) {
            const found = await each.get(of);
            assert.deepEqual([textOf(found), found.purged], soft ? ["old", true] : [null, false]);
          }
          await two.fill(answer(of, "new"));
          const found = await one.get(of);
          assert.deepEqual([textOf(found), found.purged], ["new", false]);
        });
      }
    }

    test("a purge leaves the neighbours alone", async () => {
      const near = [address("/near", { query: "?a=2" }), address("/nearer"), address("/near", { query: "?a=1", site: "s2", key: "other" })];
      for (const of of near) await one.fill(answer(of));
      const heard = two.heard.length;
      await one.tier.invalidate({ kind: "url", soft: false, site: "s1", path: "/near", query: "?a=1" });
      await one.tier.invalidate({ kind: "tag", soft: false, tag: "others" });
      await one.tier.invalidate({ kind: "region", soft: false, site: "s2", region: "south" });
      await two.told(() => two.heard.length === heard + 3);
      for (const of of near) assert.equal(textOf(await two.get(of)), "hello");
      assert.deepEqual(one.heard, [], "its own messages are no news to it");
    });

    test("an answer is voided under the URL that it was stored from, whatever URL finds it", async () => {
      const stored = address("/subset", { query: "?a=1&x=1", key: "subset" });
      const asked = { ...stored, query: "?a=1&x=2" };
      await one.fill(answer(stored));
      assert.equal(textOf(await one.get(asked)), "hello");
      await one.tier.invalidate({ kind: "url", soft: false, site: "s1", path: "/subset", query: stored.query });
      assert.equal(textOf(await one.get(asked)), null);
    });

    for (const name of ["path", "tag", "all"]) {
      test(`an answer whose fetch began before a purge by ${name} is not found`, async () => {
        const of = address(`/race/${name}`);
        const { ticket } = await one.get(of);
        assert.ok(ticket);
        const heard = one.heard.length;
        await two.tier.invalidate((kinds[name] as (path: string) => Invalidation)(of.path));
        const puts = one.results.length;
        one.tier.put(answer(of, "old"), ticket, false);
        await one.told(() => one.results.length > puts && one.heard.length > heard);
        assert.equal(await raw.exists(keys.entry(of)), 1);
        assert.equal(textOf(await one.get(of)), null);
        assert.equal(textOf(await two.get(of)), null);
      });
    }

    test("a path with marks for too many queries is voided as a whole", async () => {
      const of = address("/crowded");
      await one.fill(answer(of));
      await raw.hset(keys.marks(of.site, of.path), Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`h:${i}`, "x"])));
      assert.equal(textOf(await two.get(of)), "hello");
      await one.tier.invalidate({ kind: "url", soft: true, site: of.site, path: of.path, query: "?other" });
      assert.equal(textOf(await two.get(of)), null);
    });

    test("too many marks over paths void the tier, and not what others have in memory", async () => {
      const of = address("/too-many");
      await one.fill(answer(of));
      await raw.hset(keys.globalMarks, Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`h:${i}`, "x"])));
      const heard = two.heard.length;
      await one.tier.invalidate({ kind: "tag", soft: true, tag: "one too many" });
      await two.told(() => two.heard.length > heard);
      assert.equal(textOf(await one.get(of)), null);
      assert.deepEqual(two.heard.slice(heard), [{ kind: "tag", soft: true, tag: "one too many" }]);
      assert.equal(await raw.hlen(keys.globalMarks), 2);
    });

    test("marks that are gone void, and do not come back to what they were", async () => {
      const of = address("/evicted");
      await one.fill(answer(of));
      await raw.del(keys.marks(of.site, of.path));
      assert.equal(textOf(await one.get(of)), null);
      assert.equal(textOf(await one.get(of)), null);
      await one.fill(answer(of));
      assert.equal(textOf(await one.get(of)), "hello");
    });

    test("a lost hash of marks voids everything, here and in memory", async () => {
      const of = address("/lost");
      await one.fill(answer(of));
      const heard = [one.heard.length, two.heard.length] as const;
      await raw.del(keys.globalMarks);
      await raw.publish(keys.bell, "");
      await one.told(() => one.heard.slice(heard[0]).includes(null));
      await two.told(() => two.heard.slice(heard[1]).includes(null));
      assert.equal(textOf(await two.get(of)), null);
    });

    const spoiled: Readonly<Record<string, [(value: Buffer) => Buffer, string]>> = {
      "another version": [(value) => Buffer.concat([value.subarray(0, 3), Buffer.of(9), value.subarray(4)]), "get foreign-version"],
      "another magic": [(value) => Buffer.concat([Buffer.from("XXX"), value.subarray(3)]), "get foreign-version"],
      "an unknown flag": [(value) => Buffer.concat([value.subarray(0, 4), Buffer.of(128), value.subarray(5)]), "get foreign-version"],
      "a flipped bit": [(value) => Buffer.concat([value.subarray(0, -1), Buffer.of((value.at(-1) ?? 0) ^ 1)]), "get corrupt"],
      "a cut-off end": [(value) => value.subarray(0, -3), "get corrupt"],
      nothing: [() => Buffer.alloc(0), "get foreign-version"],
    };
    for (const [name, [spoil, result]] of Object.entries(spoiled)) {
      test(`a value with ${name} is not read, and can be replaced`, async () => {
        const of = address(`/spoiled/${name}`);
        await one.fill(answer(of));
        await raw.set(keys.entry(of), spoil((await raw.getBuffer(keys.entry(of))) as Buffer));
        const found = await one.get(of);
        assert.deepEqual([found.answer, one.results.at(-1)], [null, result]);
        assert.ok(found.ticket);
        await one.fill(answer(of, "again"));
        assert.equal(textOf(await one.get(of)), "again");
      });
    }

    test("a value that was moved to another key is not read", async () => {
      const [from, to] = [address("/moved", { query: "?from" }), address("/moved", { query: "?to" })];
      await one.fill(answer(from));
      await raw.set(keys.entry(to), (await raw.getBuffer(keys.entry(from))) as Buffer);
      assert.equal(textOf(await one.get(to)), null);
      assert.equal(one.results.at(-1), "get corrupt");
    });

    test("malformed entries in the stream are ignored", async () => {
      const heard = two.heard.length;
      for (const message of ["", "{", '{"kind":"all"}', '{"kind":"all","soft":true,"more":1}', "x".repeat(100_000)]) {
        await raw.multi().hset(keys.globalMarks, "last", `x${message.length}`).xadd(keys.stream, "*", "t", `x${message.length}`, "f", "someone", "k", "", "m", message).exec();
      }
      await one.tier.invalidate({ kind: "tag", soft: true, tag: "after" });
      await two.told(() => two.heard.length > heard);
      assert.deepEqual(two.heard.slice(heard), [{ kind: "tag", soft: true, tag: "after" }]);
    });

    test("what nobody could use is not stored, what is too large is said to be", async () => {
      const of = address("/large");
      const { ticket } = await one.get(of);
      assert.ok(ticket);
      const before = one.results.length;
      one.tier.put({ ...answer(of), bornAt: 0 }, ticket, false);
      one.tier.put({ ...answer(of), body: Buffer.alloc(2 * 1024 * 1024) }, ticket, false);
      one.tier.put(answer(of), ticket, true);
      await one.told(() => one.results.length === before + 2);
      assert.deepEqual(one.results.slice(before).toSorted(), ["put error", "put too-large"]);
      assert.equal(await raw.exists(keys.entry(of)), 0);
    });

    test("bytes on their way are bounded, and room comes back", async () => {
      const narrow = instance(server.urls, { maxPendingBytes: "4KiB" });
      try {
        await narrow.told(() => narrow.tier.state === "up");
        const { ticket } = await narrow.get(address("/narrow"));
        assert.ok(ticket);
        for (let i = 0; i < 3; i++) narrow.tier.put(answer(address("/narrow"), "x".repeat(3000)), ticket, false);
        await narrow.told(() => narrow.results.length === 4);
        assert.deepEqual(narrow.results.slice(1).toSorted(), ["put ok", "put overloaded", "put overloaded"]);
        await narrow.fill(answer(address("/narrow"), "x".repeat(3000)));
        assert.equal(narrow.results.at(-1), "put ok");
      } finally {
        await narrow.tier.stop();
      }
    });

    for (const cipher of ["aes-256-gcm", "sm4-gcm"]) {
      test(`with ${cipher} neither body nor names stand in Redis, and another key does not open it`, async () => {
        const prefix = { prefix: `tg-${cipher}` };
        const [old, young] = [{ id: "2025", key: "the secret of last year" }, { id: "2026", key: "the secret of this year" }];
        const writer = instance(server.urls, { ...prefix, encryption: { cipher, keys: [old] } });
        const reader = instance(server.urls, { ...prefix, encryption: { cipher, keys: [young, old] } });
        const stranger = instance(server.urls, { ...prefix, encryption: { cipher, keys: [young] } });
        try {
          await Promise.all([writer, reader, stranger].map((each) => each.told(() => each.tier.state === "up")));
          const of = address("/sealed/91310000MA1K3YTX0A");
          await writer.fill(answer(of, "the invoice"), true);
          const value = (await raw.getBuffer(redisKeys(prefix.prefix).entry(of))) as Buffer;
          for (const text of ["the invoice", "91310000MA1K3YTX0A", "ETag"]) assert.equal(value.includes(text), false);
          assert.equal(textOf(await reader.get(of, {}, true)), "the invoice");
          assert.equal(textOf(await stranger.get(of, {}, true)), null);
          assert.equal(stranger.results.at(-1), "get undecryptable");
          await writer.fill(answer(of, "plain"), false);
          assert.equal(textOf(await reader.get(of, {}, true)), null, "plain text where it had to be encrypted");
          assert.equal(textOf(await reader.get(of, {}, false)), "plain");
          await writer.tier.invalidate({ kind: "tag", soft: false, tag: "tp-91310000MA1K3YTX0A" });
          await reader.told(() => reader.heard.length > 0);
          await stranger.told(() => stranger.heard.length > 0);
          assert.deepEqual(reader.heard, [{ kind: "tag", soft: false, tag: "tp-91310000MA1K3YTX0A" }]);
          assert.deepEqual(stranger.heard, [null], "what cannot be read voids everything");
          assert.equal(JSON.stringify(await raw.xrange(redisKeys(prefix.prefix).stream, "-", "+")).includes("91310000MA1K3YTX0A"), false);
        } finally {
          await Promise.all([writer, reader, stranger].map((each) => each.tier.stop()));
        }
      });
    }
  });
}
