import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { manualClock, systemClock } from "../../src/base/clock.ts";
import { createWebhookCaller, type WebhookCall, type WebhookOutcome } from "../../src/certs/webhook.ts";
import { until } from "../support/until.ts";

/** A webhook on a free port; `open` says how many connections it has. */
async function webhook(t: TestContext, answer: RequestListener): Promise<{ port: number; open: () => number }> {
  const sockets = new Set<object>();
  const server = createServer(answer).on("connection", (socket: IncomingMessage["socket"]) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open: () => sockets.size };
}

const call = (port: number, more: Partial<WebhookCall> = {}): Promise<WebhookOutcome> =>
  createWebhookCaller(systemClock)({ url: `http://127.0.0.1:${port}/hook`, body: { action: "present" }, timeout: 20_000, ...more });

test("a webhook is told by one POST of JSON, with the credentials of its address in a header", async (t) => {
  let seen: unknown[] = [];
  const { port, open } = await webhook(t, (request, response) => {
    let body = "";
    request.on("data", (part) => (body += String(part)));
    request.on("end", () => {
      seen = [request.method, request.url, request.headers["content-type"], request.headers.authorization, body];
      response.writeHead(204).end();
    });
  });
  assert.deepEqual(await call(port, { url: `http://ops:p%40ss@127.0.0.1:${port}/hook?key=k`, body: { action: "present", name: "n" } }), { ok: true });
  assert.deepEqual(seen, ["POST", "/hook?key=k", "application/json", `Basic ${Buffer.from("ops:p@ss").toString("base64")}`, '{"action":"present","name":"n"}']);
  assert.ok(await until(() => open() === 0, 2000), "the connection stays");
});

const ANSWERS: readonly (readonly [string, RequestListener, RegExp])[] = [
  ["a fault", (_request, response) => response.writeHead(500).end("no such zone\n"), /^calling the webhook at '127\.0\.0\.1:\d+': it answered 500: 'no such zone'$/],
  ["a fault without a word", (_request, response) => response.writeHead(403).end(), /: it answered 403$/],
  ["a redirect", (request, response) => (request.url === "/there" ? response.writeHead(200).end() : response.writeHead(307, { location: "/there" }).end()), /: it answered 307, and redirects are not followed$/],
  ["a fault of megabytes", (_request, response) => response.writeHead(500).end("x".repeat(5_000_000)), /: it answered 500: '…x{1,4096}'$/],
  ["a fault that never ends", (_request, response) => void response.writeHead(500).write("x".repeat(50_000)), /: it answered 500: '…x{1,4096}'$/],
  ["a connection that is cut", (request) => request.socket.destroy(), /: (UND_ERR_SOCKET|ECONNRESET)$/],
];
for (const [name, answer, want] of ANSWERS) {
  test(`${name} is a failure that says so, without anything secret`, async (t) => {
    const { port, open } = await webhook(t, answer);
    const outcome = await call(port, { url: `http://ops:passw0rd@127.0.0.1:${port}/s3cret?key=s3cret` });
    assert.match(outcome.ok ? "" : outcome.why, want);
    assert.doesNotMatch(JSON.stringify(outcome), /passw0rd|s3cret/);
    assert.ok(await until(() => open() === 0, 2000), "the connection stays");
  });
}

test("addresses that lead nowhere are failures", async () => {
  const closed = createTcpServer();
  await once(closed.listen(0, "127.0.0.1"), "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  for (const [url, want] of [[`http://127.0.0.1:${port}/`, /ECONNREFUSED$/], ["http://%", /its address is none$/]] as const) {
    const outcome = await call(0, { url });
    assert.match(outcome.ok ? "" : outcome.why, want);
  }
});

test("one that never answers is left after the time bound", async (t) => {
  const clock = manualClock();
  let arrived = false;
  const { port, open } = await webhook(t, () => (arrived = true));
  const calling = createWebhookCaller(clock)({ url: `http://127.0.0.1:${port}/`, body: {}, timeout: 60_000 });
  assert.ok(await until(() => arrived, 5000));
  clock.advance(60_000);
  const outcome = await calling;
  assert.match(outcome.ok ? "" : outcome.why, /: it took too long to answer$/);
  assert.ok(await until(() => open() === 0, 2000));
  assert.equal(clock.pending(), 0);
});

test("the caller's signal ends a call, and one given before makes none", async (t) => {
  let arrived = 0;
  const { port } = await webhook(t, () => void arrived++);
  const stop = new AbortController();
  const calling = call(port, { signal: stop.signal });
  assert.ok(await until(() => arrived === 1, 5000));
  stop.abort();
  for (const outcome of [await calling, await call(port, { signal: stop.signal })]) assert.match(outcome.ok ? "" : outcome.why, /: it was stopped$/);
  assert.equal(arrived, 1);
});
