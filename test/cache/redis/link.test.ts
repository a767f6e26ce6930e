import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { redisKeys } from "../../../src/cache/redis/keys.ts";
import { freePort } from "../../support/child-process.ts";
import { quietPorts } from "../../support/quiet-ports.ts";
import { NO_REDIS, redisBinary, startRedis } from "../../support/redis-server.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import { address, answer, instance, textOf } from "./fixture.ts";
import type { Instance } from "./fixture.ts";

const skip = redisBinary() === null ? NO_REDIS : false;
const swift = { timeout: "50ms", connectTimeout: "500ms" };

async function withInstances(made: readonly Instance[], run: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(made.map((each) => each.told(() => each.tier.state === "up")));
    await run();
  } finally {
    await Promise.all(made.map((each) => each.tier.stop()));
  }
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const from = performance.now();
  const value = await work;
  return { value, ms: performance.now() - from };
}

for (const nodes of [1, 3]) {
  describe(nodes === 1 ? "a Redis server in trouble" : "a Redis Cluster in trouble", { skip }, () => {
    let server: RedisServer;
    before(async () => {
      server = (await startRedis({ nodes })) as RedisServer;
    });
    after(() => server?.stop());

    test("a server that is killed under use costs misses and no waiting, and comes back", async () => {
      const one = instance(server.urls, swift);
      await withInstances([one], async () => {
        await one.fill(answer(address("/killed")));
        const busy = Array.from({ length: 200 }, (_, i) => one.get(address(`/killed/${i}`)));
        await server.kill("SIGKILL");
        await Promise.all(busy);
        await one.told(() => one.tier.state === "down");
        const { value, ms } = await timed(one.get(address("/killed")));
        assert.deepEqual(value, { answer: null, purged: false, ticket: null });
        assert.equal(one.results.at(-1), "get down");
        assert.ok(ms < 20, `${ms} ms`);
        const up = one.states.length;
        await server.restart();
        await one.told(() => one.states.length > up);
        assert.match(one.states.at(-1) ?? "", /^up: /);
        assert.deepEqual(one.heard, [null], "what the server forgot may have been an invalidation");
        await one.fill(answer(address("/killed")));
        assert.equal(textOf(await one.get(address("/killed"))), "hello");
      });
    });

    test("a server that hangs costs three timeouts and then nothing, and comes back", async () => {
      const one = instance(server.urls, swift);
      await withInstances([one], async () => {
        await one.fill(answer(address("/hanging")));
        await server.kill("SIGSTOP");
        for (let i = 0; i < 3; i++) {
          const { value, ms } = await timed(one.get(address("/hanging")));
          assert.equal(value.ticket, null);
          assert.ok(ms >= 45 && ms < 200, `${ms} ms`);
        }
        assert.deepEqual(one.results.slice(-3), ["get timeout", "get timeout", "get timeout"]);
        assert.equal(one.states.at(-1), "down: 3 timeouts in a row");
        const { ms } = await timed(one.get(address("/hanging")));
        assert.ok(ms < 20, `${ms} ms`);
        assert.equal(one.results.at(-1), "get down");
        await server.kill("SIGCONT");
        await one.told(() => one.tier.state === "up");
        assert.equal(textOf(await one.get(address("/hanging"))), "hello");
        assert.deepEqual(one.heard, []);
      });
    });

    test("many that wait for a hanging server at once count as one", async () => {
      const one = instance(server.urls, swift);
      await withInstances([one], async () => {
        await one.get(address("/many"));
        await server.kill("SIGSTOP");
        await Promise.all(Array.from({ length: 100 }, (_, i) => one.get(address(`/many/${i}`))));
        assert.equal(one.tier.state, "up");
        await server.kill("SIGCONT");
      });
    });
  });
}

/** A way to the server that can be cut. */
async function relayTo(port: number): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy()).on("close", () => to.destroy()).pipe(to);
    }
  });
  const listen = async (at: number): Promise<void> => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
  };
  const [own = 0] = await quietPorts(1);
  await listen(own);
  return {
    url: `redis://127.0.0.1:${own}`,
    async cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await once(server, "close");
    },
    mend: () => listen(own),
  };
}

describe("an instance that is cut off", { skip }, () => {
  const of = address("/cut");
  let server: RedisServer;
  let relay: Awaited<ReturnType<typeof relayTo>>;
  let raw: Redis;
  before(async () => {
    server = (await startRedis()) as RedisServer;
    relay = await relayTo(Number(new URL(server.urls[0] as string).port));
    raw = new Redis(server.urls[0] as string);
  });
  after(async () => {
    raw?.disconnect();
    await relay?.cut();
    await server?.stop();
  });

  async function cutOff(meanwhile: (lone: Instance, other: Instance) => Promise<void>, then: (lone: Instance, other: Instance) => Promise<void>): Promise<void> {
    const [lone, other] = [instance([relay.url], swift), instance(server.urls)];
    await withInstances([lone, other], async () => {
      await other.fill(answer(of));
      assert.equal(textOf(await lone.get(of)), "hello");
      await relay.cut();
      await lone.told(() => lone.tier.state === "down");
      await meanwhile(lone, other);
      await relay.mend();
      await lone.told(() => lone.tier.state === "up");
      await then(lone, other);
    });
  }

  test("hears afterwards what it missed, in order", () =>
    cutOff(
      async (_, other) => {
        for (let i = 0; i < 1200; i++) await other.tier.invalidate({ kind: "tag", soft: i % 2 === 0, tag: `t${i}` });
        await other.tier.invalidate({ kind: "route", soft: false, site: "s1", route: "codes" });
      },
      async (lone) => {
        assert.equal(lone.heard.length, 1201);
        assert.deepEqual(lone.heard[7], { kind: "tag", soft: false, tag: "t7" });
        assert.deepEqual(lone.heard.at(-1), { kind: "route", soft: false, site: "s1", route: "codes" });
        assert.equal(textOf(await lone.get(of)), null);
      },
    ));

  test("voids everything where the stream no longer reaches back", () =>
    cutOff(
      async (_, other) => {
        await other.tier.invalidate({ kind: "tag", soft: false, tag: "a" });
        await raw.xtrim(redisKeys("taxgate").stream, "MAXLEN", 1);
      },
      async (lone) => assert.deepEqual(lone.heard, [null]),
    ));

  test("voids everything where the stream is gone", () =>
    cutOff(
      async (_, other) => {
        await raw.del(redisKeys("taxgate").stream);
        await other.tier.invalidate({ kind: "tag", soft: false, tag: "a" });
      },
      async (lone) => assert.deepEqual(lone.heard, [null]),
    ));

  for (const served of [false, true]) {
    test(`${served ? "voids" : "keeps"} what is in memory on a late start ${served ? "with" : "without"} requests before it`, async () => {
      await relay.cut();
      const lone = instance([relay.url], swift);
      if (served) await lone.get(of);
      await relay.mend();
      await withInstances([lone], async () => assert.deepEqual(lone.heard, served ? [null] : []));
    });
  }

  test("delivers its own purges before it is up again", () =>
    cutOff(
      async (lone, other) => {
        assert.equal(await lone.tier.invalidate({ kind: "url", soft: false, site: "s1", path: of.path, query: null }), false);
        assert.equal(lone.results.at(-1), "invalidate down");
        assert.equal(textOf(await other.get(of)), "hello");
      },
      async (lone, other) => {
        assert.equal(textOf(await lone.get(of)), null);
        await other.told(() => other.heard.length > 0);
        assert.equal(textOf(await other.get(of)), null);
        assert.deepEqual(other.heard, [{ kind: "url", soft: false, site: "s1", path: of.path, query: null }]);
      },
    ));
});

describe("a tier without a server", () => {
  test("is down, says why without an address, and stops at once", async () => {
    const mute = createServer(() => {});
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    const url = `redis://user:secret@127.0.0.1:${(mute.address() as AddressInfo).port}`;
    for (const urls of [[url], [url, url]]) {
      const one = instance(urls);
      const arrived = once(mute, "connection");
      const [socket] = (await arrived) as [Socket];
      const { ms } = await timed(one.get(address("/x")));
      assert.ok(ms < 20, `${ms} ms`);
      const closed = once(socket.resume(), "close");
      const stopping = await timed(Promise.all([one.tier.stop(), closed]));
      assert.ok(stopping.ms < 200, `${stopping.ms} ms`);
      assert.deepEqual(one.states, []);
      assert.deepEqual(one.results, ["get down"]);
    }
    mute.close();
  });

  test("over TLS it trusts the authorities of its file, and no others", { skip }, async () => {
    const file = (name: string): string => fileURLToPath(new URL(`../../support/tls/${name}.pem`, import.meta.url));
    const port = await freePort();
    const key = file("localhost").replace(/pem$/, "key");
    const server = (await startRedis({ settings: ["--tls-port", String(port), "--tls-cert-file", file("localhost"), "--tls-key-file", key, "--tls-ca-cert-file", file("ca"), "--tls-auth-clients", "no"] })) as RedisServer;
    const [trusting, wary] = [instance([`rediss://localhost:${port}`], { ca: file("ca") }), instance([`rediss://localhost:${port}`])];
    try {
      await trusting.told(() => trusting.tier.state === "up");
      await trusting.fill(answer(address("/tls")));
      assert.equal(textOf(await trusting.get(address("/tls"))), "hello");
      await wary.told(() => wary.states.length > 0);
      assert.match(wary.states[0] ?? "", /^down: TLS failed: /);
    } finally {
      await Promise.all([trusting.tier.stop(), wary.tier.stop()]);
      await server.stop();
    }
  });

  test("a password that is refused keeps it down without telling", { skip }, async () => {
    const server = (await startRedis({ settings: ["--requirepass", "right-password"] })) as RedisServer;
    const port = new URL(server.urls[0] as string).port;
    const [wrong, right] = ["wrong-password", "right-password"].map((password) => instance([`redis://:${password}@127.0.0.1:${port}`]));
    try {
      await right?.told(() => right.tier.state === "up");
      await wrong?.told(() => wrong.states.length > 0);
      assert.deepEqual(wrong?.states, ["down: the server says WRONGPASS"]);
    } finally {
      await Promise.all([wrong?.tier.stop(), right?.tier.stop()]);
      await server.stop();
    }
  });
});
