import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import { manualClock, systemClock, type Clock } from "../../src/base/clock.ts";
import { probeConnect, probePath, type ProbeOptions } from "../../src/upstream/probe.ts";

const bounds = (clock: Clock = systemClock): ProbeOptions => ({ tls: null, timeout: 5000, clock });

/** A server on loopback that the test's end closes, with the sockets it still has. */
async function serve(t: TestContext, server: net.Server, scheme = "http"): Promise<{ url: string; sockets: Set<net.Socket> }> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `${scheme}://127.0.0.1:${(server.address() as net.AddressInfo).port}`, sockets };
}

test("connecting to a listener is healthy, and the connection is closed again", async (t) => {
  const server = net.createServer();
  const { url } = await serve(t, server);
  const closed = new Promise<void>((resolve) => server.once("connection", (socket: net.Socket) => socket.resume().once("close", () => resolve())));
  assert.deepEqual(await probeConnect(url, bounds()), { healthy: true, why: "connected" });
  await closed;
});

test("a closed port is unhealthy", async (t) => {
  const server = net.createServer();
  const { url } = await serve(t, server);
  server.close();
  await once(server, "close");
  const result = await probeConnect(url, bounds());
  assert.equal(result.healthy, false);
  assert.match(result.why, /ECONNREFUSED/);
});

test("an https: endpoint that accepts but never shakes hands is unhealthy at the bound", async (t) => {
  const server = net.createServer();
  const { url } = await serve(t, server, "https");
  const clock = manualClock();
  const accepted = once(server, "connection");
  const result = probeConnect(url, bounds(clock));
  await accepted;
  clock.advance(5000);
  assert.deepEqual(await result, { healthy: false, why: "no answer within 5000 ms" });
  assert.equal(clock.pending(), 0);
});

test("an https: endpoint that speaks something else is unhealthy", async (t) => {
  const { url } = await serve(t, net.createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")), "https");
  assert.equal((await probeConnect(url, bounds())).healthy, false);
});

test("key material that is no PEM is unhealthy, not a fault", async () => {
  const tls = { cert: "nonsense", key: "nonsense", minVersion: "TLSv1.2" } as const;
  const result = await probeConnect("https://127.0.0.1:1", { ...bounds(), tls });
  assert.equal(result.healthy, false);
});

for (const [status, healthy] of [[200, true], [204, true], [301, true], [404, true], [499, true], [500, false], [503, false]] as const) {
  test(`a health path that answers ${status} is ${healthy ? "healthy" : "unhealthy"}`, async (t) => {
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status).end();
    });
    const { url } = await serve(t, server);
    assert.deepEqual(await probePath(url, "/health?deep=1", bounds()), { healthy, why: `status ${status}` });
    assert.deepEqual(asked, ["GET /health?deep=1"]);
  });
}

test("a health path whose answer has an endless body is judged by its head, and let go", async (t) => {
  const server = http.createServer((_request, response) => void response.writeHead(200).write("x"));
  const { url } = await serve(t, server);
  const closed = new Promise<void>((resolve) => server.once("connection", (socket: net.Socket) => socket.once("close", () => resolve())));
  assert.equal((await probePath(url, "/", bounds())).healthy, true);
  await closed;
});

test("a health path that is not answered is unhealthy at the bound", async (t) => {
  const server = http.createServer(() => undefined);
  const { url } = await serve(t, server);
  const clock = manualClock();
  const asked = once(server, "request");
  const result = probePath(url, "/", bounds(clock));
  await asked;
  clock.advance(5000);
  assert.equal((await result).healthy, false);
});

test("a health path that answers with garbage is unhealthy", async (t) => {
  const { url } = await serve(t, net.createServer((socket) => socket.end("hello\r\n\r\n")));
  assert.equal((await probePath(url, "/", bounds())).healthy, false);
});

test("a signal ends a probe under way, and one that has not begun", async (t) => {
  const server = http.createServer(() => undefined);
  const { url } = await serve(t, server);
  const stopping = new AbortController();
  const asked = once(server, "request");
  const result = probePath(url, "/", { ...bounds(), signal: stopping.signal });
  await asked;
  stopping.abort();
  assert.deepEqual(await result, { healthy: false, why: "probe was stopped" });
  assert.equal((await probeConnect(url, { ...bounds(), signal: stopping.signal })).why, "probe was stopped");
});
