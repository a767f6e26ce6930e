import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { readAnswers } from "../support/http-reader.ts";
import { sendRaw } from "../support/raw-client.ts";
import { startTaxgate, type RunningTaxgate } from "../support/taxgate.ts";
import { attackYaml } from "./attack-yaml.ts";
import { bytes } from "./attack-case.ts";

// The upstream counts what reaches it: an upgrade that any rule forbids must not arrive as one.

let platform: Server;
let taxgate: RunningTaxgate | undefined;
const upgrades: IncomingMessage[] = [];
const requests: IncomingMessage[] = [];

before(async () => {
  const echo = new WebSocketServer({ noServer: true });
  platform = createServer((request, response) => { requests.push(request); response.end("plain"); });
  platform.on("upgrade", (request, socket, head) => {
    upgrades.push(request);
    if (request.url === "/ws/no") return void socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    return echo.handleUpgrade(request, socket, head, (client) => client.on("message", (data, isBinary) => client.send(data, { binary: isBinary })));
  });
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
  taxgate = await startTaxgate(attackYaml({ upstreamPort: (platform.address() as AddressInfo).port }));
});

after(async () => {
  platform.close();
  platform.closeAllConnections();
  await taxgate?.stop();
});

function port(): number {
  if (taxgate === undefined) throw new Error("running a case: taxgate did not start");
  return taxgate.port("plain");
}

function handshake(target: string, ...lines: readonly string[]): Buffer {
  return bytes([`GET ${target} HTTP/1.1`, "Host: gate.example", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", ...lines, "", ""].join("\r\n"));
}

async function statusOf(request: Buffer): Promise<number | undefined> {
  const isDone = (received: Buffer): boolean => readAnswers(received, ["GET"], false).messages.length > 0;
  const { received } = await sendRaw(port(), { pieces: [request], isDone });
  return readAnswers(received, ["GET"], true).messages[0]?.status;
}

test("text, binary and a megabyte come back as they were", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/ws/echo`);
  await new Promise((resolve, reject) => { socket.once("open", resolve).once("error", reject); });
  for (const message of [Buffer.from("北京"), Buffer.of(0, 255, 10, 13), Buffer.alloc(1_000_000, 7)]) {
    const back = new Promise<Buffer>((resolve) => { socket.once("message", (data: Buffer) => resolve(data)); });
    socket.send(message);
    ok((await back).equals(message));
  }
  const closed = new Promise((resolve) => { socket.once("close", resolve); });
  socket.close(1000);
  equal(await closed, 1000);
});

test("bytes sent right behind the handshake reach the tunnel", async () => {
  const masked = Buffer.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69);
  const { received } = await sendRaw(port(), { pieces: [Buffer.concat([handshake("/ws/echo"), masked])], isDone: (so) => so.includes(Buffer.of(0x81, 2, 0x68, 0x69)) });
  ok(received.toString("latin1").startsWith("HTTP/1.1 101 "));
  ok(received.includes(Buffer.of(0x81, 2, 0x68, 0x69)));
});

test("a refusal of the platform is relayed, and no tunnel opens", async () => {
  equal(await statusOf(handshake("/ws/no")), 403);
});

test("fields that must not pass are stripped from the handshake too", async () => {
  upgrades.length = 0;
  equal(await statusOf(handshake("/ws/echo", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4", "Proxy-Authorization: x", "TE: trailers")), 101);
  const [{ headers } = { headers: {} }] = upgrades;
  deepEqual(["x-forwarded-for", "forwarded", "proxy-authorization", "te"].filter((name) => name in headers), []);
});

test("on a route without upgrade it is an ordinary request", async () => {
  upgrades.length = 0;
  requests.length = 0;
  equal(await statusOf(handshake("/plain")), 200);
  deepEqual([upgrades.length, requests.map(({ headers }) => headers.upgrade)], [0, [undefined]]);
});

const REFUSED: readonly (readonly [name: string, request: Buffer])[] = [
  ["an encoded slash", handshake("/ws/a%2fb")],
  ["an encoded slash out of the route", handshake("/ws/..%2fadmin")],
  ["an encoded NUL", handshake("/ws/%00")],
  ["an encoded percent", handshake("/ws/%252f")],
  ["encoded dots", handshake("/ws/%2e%2e/admin")],
  ["a path parameter", handshake("/ws/a;b")],
  ["a fragment", handshake("/ws/a#b")],
  ["a broken triplet", handshake("/ws/%zz")],
  ["two Hosts", handshake("/ws/echo", "Host: evil.example")],
  ["a Host with user information", bytes(handshake("/ws/echo").toString("latin1").replace("gate.example", "user@gate.example"))],
  ["a length", handshake("/ws/echo", "Content-Length: 2")],
  ["chunks", handshake("/ws/echo", "Transfer-Encoding: chunked")],
  ["a length with chunks", handshake("/ws/echo", "Content-Length: 2", "Transfer-Encoding: chunked")],
  ["a folded field", handshake("/ws/echo", "X-A: a", " b")],
  ["another expectation", handshake("/ws/echo", "Expect: other")],
];

for (const [name, request] of REFUSED) {
  test(`no tunnel opens for ${name}`, async () => {
    upgrades.length = 0;
    const status = await statusOf(request);
    ok(status !== undefined && status >= 400 && status < 500, `answered ${String(status)}`);
    equal(upgrades.length, 0);
  });
}

test("a tunnel cannot be left through dot segments to another route", async () => {
  upgrades.length = 0;
  await statusOf(handshake("/ws/../plain"));
  deepEqual(upgrades.filter(({ url }) => url?.startsWith("/ws/") !== true), []);
});
