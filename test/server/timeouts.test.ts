import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { sendRaw } from "../support/raw-client.ts";
import { until } from "../support/until.ts";
import { socketsGone, started, text, type Started } from "./started.ts";

const GET = Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

/** A client that keeps its half of the connection open whatever happens. */
async function stubborn(t: TestContext, one: Started, first: string) {
  const socket: Socket = connect({ port: one.port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const client = { socket, received: "" };
  socket.on("error", () => undefined);
  socket.on("data", (part: Buffer) => (client.received += part.toString("latin1")));
  t.after(() => socket.destroy());
  const before = one.listener.sockets();
  if (first !== "") socket.write(first);
  assert.ok(await until(() => one.listener.sockets() > before || client.received !== "", 1000));
  return client;
}

const cases: readonly (readonly [what: string, first: string, want: RegExp])[] = [
  ["a connection that says nothing", "", /^HTTP\/1.1 408 /],
  ["a head that does not end", "GET / HTTP/1.1\r\nHost: a\r\n", /^HTTP\/1.1 408 /],
];

for (const [what, first, want] of cases) {
  test(`${what} is ended after the bound on heads`, async (t) => {
    const one = await started(t, (_x, send) => send(text("x")), { timeouts: { head: "150ms" } });
    const client = await stubborn(t, one, first);
    assert.ok(await socketsGone(one));
    assert.match(client.received, want);
    assert.deepEqual(one.refused, ["client-timeout"]);
  });
}

test("a client that keeps its half open after a refusal does not keep the socket", async (t) => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["nonsense\r\n\r\n", / 400 /],
    ["BREW / HTTP/1.1\r\nHost: a\r\n\r\n", / 501 /],
    ["CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", / 405 /],
    ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", / 400 /],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(40_000)}\r\n\r\n`, / 431 /],
  ];
  for (const [first, want] of refusals) {
    const one = await started(t, (_x, send) => send(text("x")));
    const client = await stubborn(t, one, first);
    assert.ok(await until(() => want.test(client.received), 1000), client.received);
    assert.ok(await socketsGone(one));
    assert.equal(one.refused.length, 1);
  }
});

test("a connection on which nothing is asked is ended after the bound on idle ones, and not before", async (t) => {
  const one = await started(t, (_x, send) => send(text("x")), { timeouts: { idle: "1s" } });
  const begun = performance.now();
  const client = await stubborn(t, one, GET.toString());
  await until(() => client.received.endsWith("x"), 1000);
  assert.ok(await socketsGone(one, 4000));
  assert.ok(performance.now() - begun > 950);
});

test("an exchange that takes its time is not idle", async (t) => {
  const one = await started(t, async (_x, send) => {
    await new Promise((resolve) => setTimeout(resolve, 1300));
    await send(text("slow"));
  }, { timeouts: { idle: "1s", head: "100ms", body: "100ms" } });
  const { received } = await sendRaw(one.port, { pieces: [GET], deadline: 3000, isDone: (all) => all.includes("slow") });
  assert.match(received.toString(), /slow$/);
});

test("connections beyond the bound are closed on arrival, and the first ones go on", async (t) => {
  const one = await started(t, (_x, send) => send(text("x")), { maxConnections: 2 });
  const first = await stubborn(t, one, "");
  await stubborn(t, one, "");
  const { received, ending } = await sendRaw(one.port, { pieces: [GET] });
  assert.equal(received.length, 0);
  assert.notEqual(ending, "deadline");
  first.socket.write(GET);
  assert.ok(await until(() => first.received.endsWith("x"), 1000));
});

test("a closed listener takes no more connections, and lets what is under way finish", async (t) => {
  const go = Promise.withResolvers<void>();
  const one = await started(t, async (_x, send) => {
    await go.promise;
    await send(text("done"));
  });
  const idle = await stubborn(t, one, "");
  const busy = await stubborn(t, one, GET.toString());
  await until(() => one.seen.length === 1, 1000);
  one.startDraining();
  one.listener.close();
  one.listener.closeIdle();
  const { received } = await sendRaw(one.port, { pieces: [GET], deadline: 300 });
  assert.equal(received.length, 0);
  go.resolve();
  assert.ok(await until(() => busy.received.endsWith("done"), 1000));
  assert.match(busy.received, /connection: close/i);
  idle.socket.destroy();
  assert.ok(await socketsGone(one));
});

test("stopping ends what is left, and twice is once", async (t) => {
  const one = await started(t, () => new Promise(() => undefined));
  const client = await stubborn(t, one, GET.toString());
  await until(() => one.seen.length === 1, 1000);
  await one.listener.stop();
  await one.listener.stop();
  assert.ok(await socketsGone(one));
  assert.equal(one.seen[0]?.gone, true);
  client.socket.destroy();
});
