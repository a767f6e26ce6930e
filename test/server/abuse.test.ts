import assert from "node:assert/strict";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import type { Front } from "../../src/server/arrival.ts";
import { listen } from "../../src/server/listener.ts";
import { listenerOptions } from "../../src/server/options.ts";
import { plainMaterial } from "../../src/server/tls/material.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { until } from "../support/until.ts";
import { text } from "./started.ts";

const TLS = plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }]);

/** A listener that tells whom it turned away; `busy` is waited for before each answer. */
async function guarded(t: TestContext, written: object, isSecure: boolean, busy: Promise<unknown> = Promise.resolve()) {
  const told: string[] = [];
  const count = { begun: 0, ended: 0 };
  const front: Front = {
    clock: systemClock, nextId: () => "id", draining: () => false, refused: () => undefined, turnAway: async () => undefined,
    async run(_x, send) {
      count.begun++;
      await busy;
      await send(text("ok"));
      count.ended++;
    },
  };
  const options = listenerOptions.parse({ name: "test", bind: "127.0.0.1:0", ...(isSecure ? { tls: { certificates: ["localhost"] } } : {}), ...written });
  const faults: unknown[] = [];
  const listener = await listen(options, isSecure ? TLS : null, {
    front, upgrades: { wanted: () => false, serve: () => undefined, cut: () => undefined }, refused: () => undefined, failed: (_listener, fault) => void faults.push(fault),
    guard: { isProxy: () => false, isBanned: () => false, refused: (_listener, reason) => void told.push(reason) },
  });
  t.after(async () => {
    await listener.stop();
    assert.deepEqual(faults, []);
  });
  return { listener, told, count, port: listener.address.port };
}

function opened(t: TestContext, port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  return socket;
}

function session(t: TestContext, port: number): ClientHttp2Session {
  const one = connectHttp2(`https://localhost:${port}`, { ca: TEST_CA });
  one.on("error", () => undefined);
  t.after(() => one.destroy());
  return one;
}

function answered(one: ClientHttp2Session): Promise<boolean> {
  return new Promise((resolve) => {
    const stream = one.request({ ":path": "/" });
    stream.on("error", () => undefined).on("response", () => resolve(true)).on("close", () => resolve(false)).resume();
  });
}

for (const isSecure of [false, true]) {
  test(`connections of one client beyond its share are closed on arrival, those before go on${isSecure ? ", with TLS too" : ""}`, async (t) => {
    const { listener, told, port } = await guarded(t, { maxConnectionsPerClient: 2 }, isSecure);
    const first = opened(t, port);
    opened(t, port);
    const third = opened(t, port);
    assert.ok(await until(() => third.closed, 1000));
    assert.equal(listener.sockets(), 2);
    assert.deepEqual(told, ["per-client"]);
    first.destroy();
    assert.ok(await until(() => listener.sockets() === 1, 1000));
    opened(t, port);
    assert.ok(await until(() => listener.sockets() === 2, 1000));
    // The one that went had not shaken hands.
    assert.deepEqual(told.filter((reason) => reason !== "handshake"), ["per-client"]);
  });
}

test("connections beyond all are told apart from those of one client", async (t) => {
  const { told, port } = await guarded(t, { maxConnections: 1 }, false);
  opened(t, port);
  const second = opened(t, port);
  assert.ok(await until(() => second.closed, 1000));
  assert.deepEqual(told, ["full"]);
});

test("one field more than is taken is refused in HTTP/1.1 and in HTTP/2", async (t) => {
  const fields = Array.from({ length: 30 }, (_, index) => [`x-${index}`, "a"] as const);
  const plain = await guarded(t, { maxFields: 30 }, false);
  const socket = opened(t, plain.port);
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  assert.ok(await until(() => received.startsWith("HTTP/1.1 431 "), 1000), received);
  const secure = await guarded(t, { maxFields: 30 }, true);
  const stream = session(t, secure.port).request({ ":path": "/", ...Object.fromEntries(fields) });
  const status = await new Promise((resolve) => stream.once("response", (headers) => resolve(headers[":status"])).on("error", () => resolve(0)));
  assert.equal(status, 431);
});

test("a session that floods with pings is cut, and another goes on", async (t) => {
  const { told, port } = await guarded(t, {}, true);
  const [rude, kind] = [session(t, port), session(t, port)];
  const ping = (): void => void (rude.destroyed || rude.ping(() => ping()));
  rude.once("connect", ping);
  assert.equal(await answered(kind), true);
  assert.ok(await until(() => rude.destroyed, 3000));
  assert.deepEqual(told, ["flood"]);
  assert.equal(await answered(kind), true);
});

test("pings do not keep a session that asks for nothing", async (t) => {
  const { told, port } = await guarded(t, { timeouts: { idle: "1s" } }, true);
  const one = session(t, port);
  const beat = setInterval(() => void (one.destroyed || one.closed || one.ping(() => undefined)), 100);
  t.after(() => clearInterval(beat));
  assert.ok(await until(() => one.closed, 3000));
  assert.deepEqual(told, []);
});

test("a session that resets what it asks for and asks again is cut before it has much under way", async (t) => {
  const go = Promise.withResolvers<void>();
  const { count, port } = await guarded(t, { maxStreams: 10 }, true, go.promise);
  const one = session(t, port);
  await new Promise((resolve) => one.once("connect", resolve));
  for (let i = 0; i < 2000 && !one.destroyed; i++) {
    const stream = one.request({ ":path": "/" });
    stream.on("error", () => undefined);
    stream.close(8);
    if (i % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(await until(() => one.destroyed, 2000), "the session is cut");
  assert.ok(count.begun <= 20, String(count.begun));
  go.resolve();
});
