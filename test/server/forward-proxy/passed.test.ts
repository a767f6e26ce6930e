import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { manualClock, systemClock } from "../../../src/base/clock.ts";
import { makeToken } from "../../../src/base/token.ts";
import { createDial } from "../../../src/server/forward-proxy/dial.ts";
import { join } from "../../../src/server/forward-proxy/join.ts";
import { sendRaw } from "../../support/raw-client.ts";
import { keyPair, TEST_CA } from "../../support/tls-material.ts";
import { until } from "../../support/until.ts";
import { asked, opened, readHead, secured, startedProxy, tunnel, type StartedProxy } from "./started-proxy.ts";

/** Starts a server on a free port of loopback; it ends with the test. */
async function origin(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that passes others on to loopback, which it never does outside of tests. */
function passing(t: TestContext, port: number, written: object = {}, names: Readonly<Record<string, readonly string[]>> = {}): Promise<StartedProxy> {
  const resolve = async (host: string): Promise<readonly string[]> => names[host] ?? ["127.0.0.1"];
  return startedProxy(t, { written: { proxy: { others: "tunnel", ports: [port] }, ...written }, env: { resolve, mayBeDialled: (address) => address === "127.0.0.1" } });
}

test("bytes to a host that is not listed pass unread: the certificate is its own", async (t) => {
  const port = await origin(t, createTlsServer({ ...keyPair("localhost") }, (socket) => void socket.on("error", () => undefined).end("from the origin")));
  const one = await passing(t, port);
  const { socket, status } = await tunnel(t, one.port, `localhost:${port}`);
  assert.equal(status, 200);
  const inner = await secured(socket, { ca: TEST_CA, servername: "localhost" });
  assert.equal(inner.getPeerCertificate().subject.CN, "localhost");
  assert.deepEqual(one.results, ["passed"]);
});

test("megabytes go both ways, and each side may finish before the other", async (t) => {
  const sent = randomBytes(3_000_000);
  const port = await origin(t, createServer({ allowHalfOpen: true }, (socket) => {
    const hash = createHash("sha256");
    // The answer begins only once the client has finished.
    socket.on("data", (bytes) => hash.update(bytes)).on("end", () => socket.end(Buffer.concat([hash.digest(), sent])));
  }));
  const one = await passing(t, port);
  const { socket } = await tunnel(t, one.port, `host.example:${port}`);
  const parts: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => parts.push(bytes)).resume();
  socket.end(sent);
  await new Promise((resolve) => void socket.once("end", resolve));
  const received = Buffer.concat(parts);
  assert.equal(received.subarray(0, 32).toString("hex"), createHash("sha256").update(sent).digest("hex"));
  assert.ok(received.subarray(32).equals(sent));
  assert.ok(await until(() => one.recorded.length === 1, 1000));
  assert.deepEqual(one.moved, { out: 3_000_000, in: 3_000_032 });
  assert.deepEqual(one.recorded.map(({ reason, sentBytes, path }) => [reason, sentBytes, path]), [["passed", 3_000_032, `host.example:${port}`]]);
});

test("what comes in the same packet as CONNECT reaches the host", async (t) => {
  const port = await origin(t, createServer((socket) => void socket.once("data", (bytes) => socket.end(`got ${bytes.toString()}`))));
  const one = await passing(t, port);
  const { received } = await sendRaw(one.port, { pieces: [Buffer.from(`CONNECT host.example:${port} HTTP/1.1\r\nHost: x\r\n\r\nearly`)], isDone: (bytes) => bytes.includes("got early") });
  assert.match(received.toString(), /^HTTP\/1\.1 200 Connection Established\r\n\r\ngot early$/);
});

test("a side that breaks off takes the other one along", async (t) => {
  const far: Socket[] = [];
  const port = await origin(t, createServer((socket) => void far.push(socket)));
  const one = await passing(t, port);
  const first = await tunnel(t, one.port, `host.example:${port}`);
  const second = await tunnel(t, one.port, `host.example:${port}`);
  assert.ok(await until(() => far.length === 2, 1000));
  first.socket.resetAndDestroy();
  assert.ok(await until(() => far.some((socket) => socket.destroyed), 1000));
  for (const socket of far) socket.resetAndDestroy();
  second.socket.resume();
  assert.ok(await until(() => second.socket.destroyed && one.recorded.length === 2, 1000));
  assert.deepEqual(one.recorded.map(({ reason }) => reason), ["passed-broken", "passed-broken"]);
});

test("a tunnel ends with its listener", async (t) => {
  const far: Socket[] = [];
  const port = await origin(t, createServer((socket) => void far.push(socket)));
  const one = await passing(t, port);
  await tunnel(t, one.port, `host.example:${port}`);
  assert.deepEqual(one.listener.tunnels(), { intercepted: 0, passed: 1 });
  one.listener.closeIdle();
  assert.equal(one.listener.tunnels().passed, 1);
  await one.listener.stop();
  assert.ok(await until(() => far[0]?.destroyed === true && one.listener.tunnels().passed === 0, 1000));
});

test("a port that is not listed, a name that leads nowhere or to this machine, and a closed port are no tunnels", async (t) => {
  const free = createServer();
  const closed = await origin(t, free);
  free.close();
  const one = await passing(t, closed, {}, { "inside.example": ["127.0.0.2", "::1", "169.254.169.254"], "nowhere.example": [] });
  const cases: readonly (readonly [string, number, RegExp])[] = [
    [`host.example:${closed + 1 > 65_535 ? closed - 1 : closed + 1}`, 403, /proxy\.ports/],
    [`host.example:${closed}`, 502, /unreachable/],
    [`inside.example:${closed}`, 502, /never/],
    [`nowhere.example:${closed}`, 502, /never/],
    [`[::1]:${closed}`, 502, /never/],
    [`127.0.0.2:${closed}`, 502, /never/],
  ];
  for (const [target, want, why] of cases) {
    const { status, told } = await tunnel(t, one.port, target);
    assert.equal(status, want, target);
    assert.match(told, why, target);
    assert.doesNotMatch(told, /169\.254/);
  }
});

test("the system's own rules refuse loopback under every spelling that resolvers know", async (t) => {
  const port = await origin(t, createServer((socket) => void socket.end("reached")));
  const one = await startedProxy(t, { written: { proxy: { others: "tunnel", ports: [port] } } });
  for (const host of ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "0x7f000001", "localhost."]) {
    assert.equal((await tunnel(t, one.port, `${host}:${port}`)).status, 502, host);
  }
});

test("the own listeners of the process are not dialled, by whatever address of this machine", async (t) => {
  const port = await origin(t, createServer((socket) => void socket.end("reached")));
  const dial = (own: readonly number[]) => createDial({ clock: systemClock, ownPorts: () => new Set(own), mayBeDialled: () => true });
  assert.deepEqual(await dial([port])({ host: "127.0.0.1", port }), { ok: false, why: "never" });
  const free = await dial([port + 1])({ host: "127.0.0.1", port });
  assert.equal(free.ok, true);
  if (free.ok) free.socket.destroy();
});

test("a name is looked up once, an address that may not be dialled is left out, and what was judged is dialled", async (t) => {
  const port = await origin(t, createServer((socket) => void socket.end()));
  let lookups = 0;
  const resolve = async (): Promise<readonly string[]> => (lookups++ === 0 ? ["10.255.255.1", "127.0.0.1"] : ["10.255.255.1"]);
  const dialled = await createDial({ clock: systemClock, ownPorts: () => new Set(), resolve, mayBeDialled: (address) => address === "127.0.0.1" })({ host: "rebinding.example", port });
  assert.ok(dialled.ok);
  assert.equal(dialled.socket.remoteAddress, "127.0.0.1");
  dialled.socket.destroy();
  assert.equal(lookups, 1);
});

test("a look-up that does not end is given up after ten seconds", async () => {
  const clock = manualClock();
  const dialled = createDial({ clock, ownPorts: () => new Set(), resolve: () => new Promise(() => undefined) })({ host: "slow.example", port: 443 });
  clock.advance(10_000);
  assert.deepEqual(await dialled, { ok: false, why: "timeout" });
});

test("a tunnel in which nothing moves for its bound ends, one in which something does goes on", async (t) => {
  const clock = manualClock();
  const pair = async (): Promise<readonly [Socket, Socket]> => {
    const taken = Promise.withResolvers<Socket>();
    const port = await origin(t, createServer({ allowHalfOpen: true }, taken.resolve));
    const outer = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
    return [outer, await taken.promise];
  };
  const [[client, near], [host, far]] = [await pair(), await pair()];
  let moved = 0;
  const end = join(near, far, { clock, idle: 1000, moved: () => void moved++ });
  clock.advance(999);
  client.write("x");
  assert.ok(await until(() => moved === 1, 1000));
  clock.advance(999);
  assert.equal(near.destroyed, false);
  clock.advance(1);
  assert.equal(await end, "idle");
  assert.ok(near.destroyed && far.destroyed);
  host.destroy();
});

test("a plain request to a host that is not listed is carried there, framed anew and without what is between us and the client", async (t) => {
  const received: { readonly line: string; readonly headers: readonly string[]; readonly body: string }[] = [];
  const port = await origin(t, createHttpServer((request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes.toString())).on("end", () => {
      received.push({ line: `${request.method ?? ""} ${request.url ?? ""}`, headers: request.rawHeaders, body });
      response.writeHead(201, { "X-Own": "1", "Proxy-Authenticate": "Basic" }).end(`carried ${body}`);
    });
  }));
  const one = await passing(t, port);
  const socket = await opened(t, one.port);
  const fields = "Host: wrong.example\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n";
  const told = await asked(socket, `POST http://Host.example:${port}/a/../b%2Fc?q#x HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
  assert.match(told, /^HTTP\/1\.1 400 [^]*fragment/);
  const second = await opened(t, one.port);
  const answer = readHead(second);
  second.write(`POST http://Host.example:${port}/a/../b%2Fc?q HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
  assert.match(await answer, /^HTTP\/1\.1 201 [^]*X-Own: 1/);
  const names = received.map(({ headers }) => headers.filter((_field, index) => index % 2 === 0).map((name) => name.toLowerCase()).toSorted());
  assert.deepEqual(names, [["connection", "host", "transfer-encoding", "via", "x-end"]]);
  assert.deepEqual(received.map(({ line, body, headers }) => [line, body, headers[1]]), [["POST /b%2Fc?q", "abc", `Host.example:${port}`]]);
  assert.doesNotMatch(await readAll(second), /proxy-authenticate/i);
  assert.deepEqual(one.seen, []);
});

function readAll(socket: Socket): Promise<string> {
  let told = "";
  socket.on("data", (bytes: Buffer) => (told += bytes.toString("latin1"))).resume();
  return new Promise((resolve) => setTimeout(() => resolve(told), 50));
}

test("what is carried for a known user is recorded under its name, and its credentials stay here", async (t) => {
  const { token, hash } = await makeToken("billing");
  const fields: string[] = [];
  const port = await origin(t, createHttpServer((request, response) => {
    fields.push(...request.rawHeaders);
    response.end("done");
  }));
  const one = await passing(t, port, { proxy: { others: "tunnel", ports: [port], users: [{ name: "billing", hash }] } });
  const right = `Proxy-Authorization: Basic ${Buffer.from(`billing:${token}`).toString("base64")}`;
  assert.match(await asked(await opened(t, one.port), `GET http://host.example:${port}/ HTTP/1.1\r\nHost: host.example\r\n${right}\r\n\r\n`), /^HTTP\/1\.1 200 /);
  assert.ok(await until(() => one.turned.length === 1, 1000));
  assert.deepEqual(one.turned.map(({ principal }) => principal), ["billing"]);
  assert.equal(fields.some((field) => /proxy-authorization/i.test(field)), false);
});

test("an answer that breaks off is a reset, and one that is not HTTP is told", async (t) => {
  const answers = ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "nonsense\r\n\r\n", ""];
  const port = await origin(t, createServer((socket) => void socket.once("data", () => socket.end(answers.shift() ?? ""))));
  const one = await passing(t, port);
  const ask = () => sendRaw(one.port, { pieces: [Buffer.from(`GET http://host.example:${port}/ HTTP/1.1\r\nHost: x\r\n\r\n`)], isDone: (bytes) => /\r\n\r\n\{[^]*\}\n$/.test(bytes.toString()) });
  const cut = await ask();
  assert.match(cut.received.toString(), /^HTTP\/1\.1 200 [^]*short$/);
  assert.equal(cut.ending, "reset");
  for (let index = 0; index < 3; index++) assert.match((await ask()).received.toString(), /^HTTP\/1\.1 502 /);
});

test("TLS is not spoken in a client's place to a host that is not listed", async (t) => {
  const one = await passing(t, 443);
  const socket = await opened(t, one.port);
  assert.match(await asked(socket, "GET https://host.example/ HTTP/1.1\r\nHost: host.example\r\n\r\n"), /^HTTP\/1\.1 403 /);
});

test("a name that is found only after the time is up is not dialled any more", async (t) => {
  const server = createServer();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.destroy();
  });
  const port = await origin(t, server);
  const clock = manualClock();
  const found = Promise.withResolvers<readonly string[]>();
  const dial = createDial({ clock, ownPorts: () => new Set(), resolve: () => found.promise, mayBeDialled: () => true });
  const dialled = dial({ host: "slow.example", port });
  clock.advance(10_000);
  assert.deepEqual(await dialled, { ok: false, why: "timeout" });
  found.resolve(["127.0.0.1"]);
  // Another connection to the same server, made after it would have been, arrives after it.
  await found.promise;
  const other = connect(port, "127.0.0.1").on("error", () => undefined);
  assert.ok(await until(() => connections > 0 && other.destroyed, 1000));
  assert.equal(connections, 1);
});
