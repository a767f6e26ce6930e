import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../src/base/clock.ts";
import { createPool, type Connection, type PoolOptions, type PoolRefusal } from "../../src/upstream/connections.ts";
import { until } from "../support/until.ts";
import { connectionOf, onHead, OK, poolTo, rawPlatform, run } from "./attempt-setup.ts";

const OPTIONS: PoolOptions = {
  origin: "http://127.0.0.1:1", tls: null, connections: 2, queue: 2, queueTimeout: 1000, connectTimeout: 1000, responseTimeout: 1000, maxHeadBytes: 16_384, http2: false,
};

/** A pool whose connections are never used, on a clock that stands still. */
function setUp(own: Partial<PoolOptions> = {}) {
  const clock = manualClock();
  const pool = createPool({ ...OPTIONS, ...own }, clock);
  const told: string[] = [];
  const held: Connection[] = [];
  const ask = (name: string, fresh = false) => pool.acquire(fresh, (connection, refusal: PoolRefusal | null) => {
    told.push(`${name} ${refusal ?? "ready"}`);
    if (connection !== null) held.push(connection);
  });
  return { clock, pool, told, held, ask };
}

test("requests beyond the connections wait, beyond the queue they are refused, and are served in order", () => {
  const { pool, told, held, ask } = setUp();
  for (const name of ["a", "b", "c", "d", "e"]) ask(name);
  assert.deepEqual(told, ["a ready", "b ready", "e overloaded"]);
  assert.deepEqual(pool.counts(), { busy: 2, idle: 0, waiting: 2, sockets: 0 });
  pool.release(held[1] as Connection);
  pool.release(held[0] as Connection);
  assert.deepEqual(told.slice(3), ["c ready", "d ready"]);
  assert.deepEqual([held[2], held[3]], [held[1], held[0]]);
});

test("a wait ends with its bound, and leaves no timer behind", () => {
  const { clock, pool, told, ask } = setUp({ connections: 1 });
  ask("a");
  ask("b");
  clock.advance(999);
  assert.deepEqual(told, ["a ready"]);
  clock.advance(1);
  assert.deepEqual(told, ["a ready", "b queue-timeout"]);
  assert.deepEqual([pool.counts().waiting, clock.pending()], [0, 0]);
});

test("a wait that is taken back is never served", () => {
  const { clock, pool, told, held, ask } = setUp({ connections: 1 });
  ask("a");
  ask("b")?.cancel();
  pool.release(held[0] as Connection);
  assert.deepEqual(told, ["a ready"]);
  assert.deepEqual([pool.counts().busy, pool.counts().waiting, clock.pending()], [0, 0, 0]);
});

test("the connection used last is used first", () => {
  const { pool, held, ask } = setUp();
  ask("a");
  ask("b");
  pool.release(held[0] as Connection);
  pool.release(held[1] as Connection);
  ask("c");
  assert.equal(held[2], held[1]);
});

test("a fresh connection is asked for once, takes the place of an idle one, and is not kept", () => {
  const { pool, held, ask } = setUp({ connections: 1 });
  ask("a");
  pool.release(held[0] as Connection);
  ask("b", true);
  assert.notEqual(held[1], held[0]);
  assert.deepEqual([held[1]?.once, pool.counts().busy], [true, 1]);
  pool.release(held[1] as Connection);
  assert.deepEqual(pool.counts(), { busy: 0, idle: 0, waiting: 0, sockets: 0 });
});

test("whoever waited for a fresh connection gets one, not the one that another gives back", () => {
  const { pool, held, ask } = setUp({ connections: 1 });
  ask("a");
  ask("b", true);
  pool.release(held[0] as Connection);
  assert.notEqual(held[1], held[0]);
  assert.equal(held[1]?.once, true);
  assert.equal(pool.counts().busy, 1);
});

test("a connection is renewed after five minutes of use, also under a queue", () => {
  const { clock, pool, held, ask } = setUp({ connections: 1 });
  ask("a");
  clock.advance(300_000);
  pool.release(held[0] as Connection);
  ask("b");
  assert.equal(held[1], held[0]);
  ask("c");
  clock.advance(1);
  pool.release(held[1] as Connection);
  assert.equal(pool.counts().idle, 0);
});

test("stopping refuses who waits and who comes", async () => {
  const { clock, pool, told, held, ask } = setUp({ connections: 1 });
  ask("a");
  ask("b");
  await pool.stop();
  ask("c");
  pool.release(held[0] as Connection);
  assert.deepEqual(told, ["a ready", "b stopped", "c stopped"]);
  assert.deepEqual([pool.counts().idle, pool.counts().waiting, clock.pending()], [0, 0, 0]);
});

test("no order of asking, giving back and waiting breaks the bounds or the count", () => {
  const step = fc.oneof(fc.constant("ask"), fc.constant("fresh"), fc.constant("back"), fc.constant("time"), fc.constant("cancel"));
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { clock, pool, held, ask } = setUp();
    const waits: { cancel(): void }[] = [];
    for (const one of steps) {
      if (one === "ask" || one === "fresh") {
        const wait = ask("x", one === "fresh");
        if (wait !== null) waits.push(wait);
      } else if (one === "back" && held.length > 0) pool.release(held.shift() as Connection);
      else if (one === "time") clock.advance(400);
      else if (one === "cancel") waits.shift()?.cancel();
      const { busy, idle, waiting } = pool.counts();
      assert.equal(busy, held.length);
      assert.ok(busy + idle <= 2 && waiting <= 2 && (waiting === 0 || busy === 2));
      assert.equal(clock.pending(), waiting);
    }
    while (held.length > 0) pool.release(held.shift() as Connection);
    assert.deepEqual([pool.counts().busy, pool.counts().waiting, clock.pending()], [0, 0, 0]);
  }), { numRuns: 200 });
});

test("there are never more sockets than connections, and one is used again and again", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => setTimeout(() => socket.write(OK), 2)));
  const pool = poolTo(t, platform.origin, { connections: 3, queue: 100 });
  const ran = await Promise.all(Array.from({ length: 50 }, () => run(pool)));
  assert.deepEqual(new Set(ran.map(({ body }) => body)), new Set(["ok"]));
  assert.equal(platform.most(), 3);
  assert.equal(platform.accepted.length, 3);
  assert.deepEqual(pool.counts(), { busy: 0, idle: 3, waiting: 0, sockets: 3 });
});

test("a fresh connection carries one request and ends", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => socket.write(OK)));
  const pool = poolTo(t, platform.origin);
  await run(pool);
  await run(pool, { fresh: true });
  await run(pool, { fresh: true });
  assert.equal(platform.accepted.length, 3);
  assert.ok(await until(() => platform.open() === 1, 1000), "the two fresh ones are closed");
  assert.equal(pool.counts().sockets, 1);
});

test("after any mixture of good and bad answers every place is free, and every attempt gave its own back once", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, (head) => {
    const kind = Number(/^GET \/(\d)/.exec(head)?.[1]);
    if (kind === 0) socket.write(OK);
    else if (kind === 1) socket.resetAndDestroy();
    else if (kind === 2) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
    else if (kind === 3) socket.write("nonsense\r\n\r\n");
    else if (kind === 4) socket.end("HTTP/1.1 200 OK\r\n\r\nabc");
    else if (kind === 5) socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    // 6 and above are never answered.
  }));
  const pool = poolTo(t, platform.origin, { connections: 4, queue: 1000, queueTimeout: 5000 });
  const kinds = fc.sample(fc.record({ kind: fc.integer({ min: 0, max: 7 }), fresh: fc.boolean(), abort: fc.integer({ min: 0, max: 10 }) }), { numRuns: 120, seed: 5 });
  const ran = await Promise.all(kinds.map(({ kind, fresh, abort }) => run(pool, { target: `/${kind}`, fresh }, (attempt) => {
    if (kind >= 5 || abort > 8) setTimeout(() => attempt.abort("cancelled"), abort);
  })));
  assert.deepEqual(ran.filter(({ released }) => released !== 1), []);
  assert.deepEqual([pool.counts().busy, pool.counts().waiting], [0, 0]);
  assert.ok(platform.accepted.length > 4);
});

test("a connection that the platform closed is not used for the next request", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => socket.end(OK)));
  const pool = poolTo(t, platform.origin);
  for (let i = 0; i < 5; i++) assert.equal((await run(pool)).body, "ok");
  assert.equal(platform.accepted.length, 5);
});

test("an idle connection is given up a second before the platform would, and after five seconds at the latest", async (t) => {
  const hinted = await rawPlatform(t, (socket) => onHead(socket, () => socket.write(OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=2\r\n\r\n"))));
  const silent = await rawPlatform(t, (socket) => onHead(socket, () => socket.write(OK)));
  const generous = await rawPlatform(t, (socket) => onHead(socket, () => socket.write(OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=600\r\n\r\n"))));
  const platforms = [hinted, silent, generous];
  const begun = performance.now();
  await Promise.all(platforms.map((platform) => run(poolTo(t, platform.origin))));
  const [first, second, third] = await Promise.all(platforms.map(async (platform) => {
    assert.ok(await until(() => platform.open() === 0, 6500), "an idle connection stays open");
    return performance.now() - begun;
  })) as [number, number, number];
  assert.ok(first > 500 && first < 1900, `with a hint of 2 s: ${first} ms`);
  assert.ok(second > 3000 && second < 6000, `without a hint: ${second} ms`);
  assert.ok(third > 3000 && third < 6000, `with a hint of 600 s: ${third} ms`);
});

test("a failed connect frees the place for the next request", async (t) => {
  const pool = poolTo(t, "http://127.0.0.1:1", { connections: 1 });
  for (let i = 0; i < 3; i++) assert.equal((await run(pool)).result.kind, "not-sent");
  const connection = await connectionOf(pool);
  pool.release(connection);
  assert.equal(pool.counts().busy, 0);
});
