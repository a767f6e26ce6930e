import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { after, test, type TestContext } from "node:test";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { makeToken } from "../../../src/base/token.ts";
import { HAS_OPENSSL, testAuthority } from "../../support/openssl-authority.ts";
import { sendRaw } from "../../support/raw-client.ts";
import { until } from "../../support/until.ts";
import { asked, intercepting, opened, readHead, secured, startedProxy, tunnel, type ProxyWanted, type StartedProxy } from "./started-proxy.ts";

const NEEDS = { skip: HAS_OPENSSL ? false : "openssl is not here" };
const authority = HAS_OPENSSL ? testAuthority() : null;
after(() => authority?.remove());
const ca = authority?.cert ?? "";
const made = new Map<string, KeyPair>();
const pairOf = (host: string): KeyPair => {
  const known = made.get(host) ?? (authority as NonNullable<typeof authority>).issue(`host-${made.size}`, made.size + 1, { names: [host] });
  made.set(host, known);
  return known;
};

const LISTED = ["api.tax.example", "*.auth.example", "198.51.100.7"];

/** A proxy that intercepts LISTED; `minted` names the hosts that a certificate was asked for. */
async function proxy(t: TestContext, wanted: ProxyWanted = {}): Promise<StartedProxy & { readonly minted: string[] }> {
  const minted: string[] = [];
  const mint = async (host: string): Promise<KeyPair> => (minted.push(host), pairOf(host));
  const one = await startedProxy(t, { material: intercepting(LISTED, mint), ...wanted });
  return Object.assign(one, { minted });
}

const get = (host: string, path = "/x"): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

test("inside a tunnel to a listed host a request comes to the pipeline as one over TLS of the client behind it", NEEDS, async (t) => {
  const one = await proxy(t);
  const { socket, status } = await tunnel(t, one.port, "API.Tax.Example.:443");
  assert.equal(status, 200);
  const inner = await secured(socket, { ca, servername: "api.tax.example", ALPNProtocols: ["http/1.1"] });
  for (const path of ["/first", "/second"]) assert.match(await asked(inner, get("api.tax.example", path)), new RegExp(`api\\.tax\\.example ${path}$`));
  assert.deepEqual(one.seen.map(({ caller }) => caller), ["/first", "/second"].map(() => ({ listener: "proxy", address: "127.0.0.1", secure: true, certificate: null })));
  assert.deepEqual(one.results, ["intercepted"]);
  assert.deepEqual(one.listener.tunnels(), { intercepted: 1, passed: 0 });
  socket.destroy();
  assert.ok(await until(() => one.recorded.length === 1 && one.listener.sockets() === 0, 2000));
  assert.deepEqual(one.recorded.map(({ path, status, reason }) => [path, status, reason]), [["api.tax.example:443", 200, "intercepted"]]);
  assert.deepEqual(one.listener.tunnels(), { intercepted: 0, passed: 0 });
});

test("HTTP/2 is offered inside, and each request there is judged by its own :authority", NEEDS, async (t) => {
  const one = await proxy(t);
  const { socket } = await tunnel(t, one.port, "api.tax.example:443");
  const inner = await secured(socket, { ca, servername: "api.tax.example", ALPNProtocols: ["h2"] });
  const session = connectHttp2("https://api.tax.example", { createConnection: () => inner });
  t.after(() => session.destroy());
  const ask = (authority: string): Promise<number> => new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/x", ":authority": authority });
    stream.once("response", (fields) => resolve(Number(fields[":status"]))).once("error", reject).resume();
  });
  assert.deepEqual([await ask("api.tax.example"), await ask("login.auth.example"), await ask("api.tax.example:444"), await ask("api.tax.example:443")], [200, 421, 421, 200]);
  assert.equal(one.seen.length, 2);
});

test("one listed host cannot be reached through a tunnel to another: neither by its name in TLS nor by Host", NEEDS, async (t) => {
  const one = await proxy(t);
  const other = await tunnel(t, one.port, "api.tax.example:443");
  await assert.rejects(secured(other.socket, { ca, servername: "login.auth.example" }), /unrecognized.name|alert/i);
  const cases = ["GET /x HTTP/1.1\r\nHost: login.auth.example\r\n\r\n", "GET https://login.auth.example/x HTTP/1.1\r\nHost: api.tax.example\r\n\r\n", "GET https://api.tax.example/x HTTP/1.1\r\nHost: login.auth.example\r\n\r\n", "GET /x HTTP/1.1\r\nHost: api.tax.example:8443\r\n\r\n", "GET /x HTTP/1.0\r\n\r\n"];
  for (const request of cases) {
    const { socket } = await tunnel(t, one.port, "api.tax.example:443");
    const inner = await secured(socket, { ca, servername: "api.tax.example" });
    assert.match(await asked(inner, request), /^HTTP\/1\.1 421 [^]*Taxgate-Error: misdirected/, request);
  }
  assert.deepEqual(one.seen, []);
});

test("a refused Host does not end the connection, and the next request is served", NEEDS, async (t) => {
  const one = await proxy(t);
  const { socket } = await tunnel(t, one.port, "api.tax.example:443");
  const inner = await secured(socket, { ca, servername: "api.tax.example" });
  assert.match(await asked(inner, get("other.example")), /^HTTP\/1\.1 421 /);
  assert.match(await asked(inner, "POST /y HTTP/1.1\r\nHost: other.example\r\nContent-Length: 3\r\n\r\nabc"), /^HTTP\/1\.1 421 /);
  assert.match(await asked(inner, get("api.tax.example")), /^HTTP\/1\.1 200 /);
});

test("a client that names no host in TLS is shown the certificate of the one it asked the tunnel to", NEEDS, async (t) => {
  const one = await proxy(t);
  for (const host of ["198.51.100.7", "api.tax.example"]) {
    const { socket } = await tunnel(t, one.port, `${host}:443`);
    const inner = await secured(socket, { ca, servername: "", checkServerIdentity: (_name, { subjectaltname }) => (subjectaltname?.includes(host) === true ? undefined : new Error(String(subjectaltname))) });
    assert.match(await asked(inner, get(host)), /^HTTP\/1\.1 200 /);
  }
});

test("the greeting may come in the same packet as CONNECT, and in single bytes", NEEDS, async (t) => {
  const one = await proxy(t);
  const connect = Buffer.from("CONNECT api.tax.example:443 HTTP/1.1\r\nHost: api.tax.example:443\r\n\r\n");
  for (const step of [10_000, 1]) {
    const socket = await opened(t, one.port);
    const far = new PassThrough();
    let told = Buffer.alloc(0);
    let begun = false;
    socket.on("data", (bytes: Buffer) => {
      if (begun) return void far.write(bytes);
      told = Buffer.concat([told, bytes]);
      const end = told.indexOf("\r\n\r\n");
      if (end < 0) return;
      begun = true;
      far.write(told.subarray(end + 4));
    });
    const hello = new PassThrough();
    let isFirst = true;
    hello.on("data", (bytes: Buffer) => {
      const all = isFirst ? Buffer.concat([connect, bytes]) : bytes;
      isFirst = false;
      for (let at = 0; at < all.length; at += step) socket.write(all.subarray(at, at + step));
    });
    const inner = await secured(Duplex.from({ readable: far, writable: hello } as never) as unknown as Socket, { ca, servername: "api.tax.example" });
    assert.match(await asked(inner, get("api.tax.example")), /^HTTP\/1\.1 200 /);
    assert.match(told.toString("latin1"), /^HTTP\/1\.1 200 Connection Established\r\n\r\n/);
    inner.destroy();
    socket.destroy();
  }
});

test("plain HTTP inside a tunnel, and bytes that are nothing, are refused in words and never come to the pipeline", NEEDS, async (t) => {
  const one = await proxy(t);
  for (const bytes of [get("api.tax.example"), "\0\0\0\0", "SSH-2.0-x\r\n"]) {
    const { socket } = await tunnel(t, one.port, "api.tax.example:80");
    assert.match(await asked(socket, bytes), /^HTTP\/1\.1 400 [^]*Taxgate-Error: tls-handshake/, bytes);
  }
  assert.deepEqual(one.seen, []);
  assert.deepEqual(one.refused, Array(3).fill("tls-handshake"));
});

test("silence in a tunnel, a handshake that stops, and a head that does not end are bounded", NEEDS, async (t) => {
  const one = await proxy(t, { written: { timeouts: { head: "200ms" } } });
  const silent = await tunnel(t, one.port, "api.tax.example:443");
  const half = await tunnel(t, one.port, "api.tax.example:443");
  half.socket.write(Buffer.from("160301", "hex"));
  const { socket } = await tunnel(t, one.port, "api.tax.example:443");
  const inner = await secured(socket, { ca, servername: "api.tax.example" });
  const told = readHead(inner);
  inner.write("GET /x HTTP/1.1\r\nHost:");
  assert.match(await told, /^HTTP\/1\.1 408 /);
  for (const one of [silent, half]) one.socket.resume();
  assert.ok(await until(() => one.listener.sockets() === 0, 2000));
});

test("a host that is not listed is refused, and no certificate is asked for", NEEDS, async (t) => {
  const one = await proxy(t);
  for (const target of ["other.example:443", "a.b.auth.example:443", "auth.example:443", "tax.example:443", "api.tax.example.evil.example:443", "198.51.100.8:443", "api.tax.example:22"]) {
    const { status, told } = await tunnel(t, one.port, target);
    assert.equal(status, 403, target);
    assert.match(told, /content-type: application\/problem\+json/i);
    assert.match(told, /Taxgate-Error: not-intercepted/);
  }
  assert.deepEqual(one.minted, []);
  assert.deepEqual(one.results, Array(7).fill("not-intercepted"));
});

test("the list of hosts and the certificates are replaced while it runs", NEEDS, async (t) => {
  const one = await proxy(t);
  assert.equal((await tunnel(t, one.port, "later.example:443")).status, 403);
  one.listener.renew(intercepting(["later.example"], async (host) => pairOf(host)));
  const { socket, status } = await tunnel(t, one.port, "later.example:443");
  assert.equal(status, 200);
  await secured(socket, { ca, servername: "later.example" });
  assert.equal((await tunnel(t, one.port, "api.tax.example:443")).status, 403);
});

test("a renewed certificate is shown in the next tunnel, with and without a name", NEEDS, async (t) => {
  let pair = pairOf("api.tax.example");
  const one = await startedProxy(t, { material: intercepting(LISTED, async () => pair) });
  const serial = async (servername: string): Promise<string> => {
    const { socket } = await tunnel(t, one.port, "api.tax.example:443");
    const inner = await secured(socket, { ca, servername, checkServerIdentity: () => undefined });
    return inner.getPeerCertificate().serialNumber;
  };
  const before = [await serial("api.tax.example"), await serial("")];
  pair = (authority as NonNullable<typeof authority>).issue("again", 99, { names: ["api.tax.example"] });
  const then = [await serial("api.tax.example"), await serial("")];
  assert.equal(before[0], before[1]);
  assert.deepEqual(then, ["63", "63"]);
});

test("where no certificate can be had the tunnel is refused before it begins", NEEDS, async (t) => {
  for (const mint of [async () => null, () => Promise.reject(new Error("the key is locked"))]) {
    const one = await startedProxy(t, { material: intercepting(LISTED, mint) });
    const { status, told } = await tunnel(t, one.port, "api.tax.example:443");
    assert.equal(status, 502);
    assert.match(told, /Taxgate-Error: tunnel-failed/);
    assert.doesNotMatch(told, /locked/);
    assert.deepEqual(one.recorded.map(({ error, reason }) => [error, reason]), [["tunnel-failed", "no-certificate"]]);
  }
});

test("absolute-form comes to the pipeline with the target's host, origin-form does not", NEEDS, async (t) => {
  const one = await proxy(t);
  const socket = await opened(t, one.port);
  assert.match(await asked(socket, "GET http://API.tax.example/a?b HTTP/1.1\r\nHost: else.example\r\nProxy-Connection: keep-alive\r\n\r\n"), /^HTTP\/1\.1 200 /);
  assert.equal(one.seen[0]?.caller.secure, false);
  assert.match(await asked(socket, get("api.tax.example")), /^HTTP\/1\.1 421 [^]*this is a forward proxy/);
  assert.match(await asked(socket, "GET http://other.example/ HTTP/1.1\r\nHost: api.tax.example\r\n\r\n"), /^HTTP\/1\.1 403 [^]*Taxgate-Error: not-intercepted/);
  assert.match(await asked(socket, "GET ftp://api.tax.example/ HTTP/1.1\r\nHost: api.tax.example\r\n\r\n"), /^HTTP\/1\.1 421 /);
  assert.match(await asked(socket, "GET http://x@api.tax.example/ HTTP/1.1\r\nHost: api.tax.example\r\n\r\n"), /^HTTP\/1\.1 403 /);
  assert.equal(one.seen.length, 1);
  assert.deepEqual(one.turned.map(({ error }) => error), ["misdirected", "not-intercepted", "misdirected", "not-intercepted"]);
  assert.deepEqual(one.turned.map(({ path }) => path).filter((path) => path !== ""), ["other.example:80", "x@api.tax.example:80"]);
});

test("a proxy with users asks for one, takes the right one, and never passes credentials on", NEEDS, async (t) => {
  const { token, hash } = await makeToken("billing");
  const one = await proxy(t, { written: { proxy: { users: [{ name: "billing", hash }] } } });
  const right = `Proxy-Authorization: Basic ${Buffer.from(`billing:${token}`).toString("base64")}`;
  const wrong = "Proxy-Authorization: Basic YmlsbGluZzp4";
  for (const fields of [[], [wrong]]) {
    const { status, told } = await tunnel(t, one.port, "api.tax.example:443", ...fields);
    assert.equal(status, 407);
    assert.match(told, /\r\nProxy-Authenticate: Basic realm="taxgate"\r\n/);
  }
  // Whoever may not use it is not told what is listed.
  assert.equal((await tunnel(t, one.port, "other.example:443")).status, 407);
  const { socket, status } = await tunnel(t, one.port, "api.tax.example:443", right);
  assert.equal(status, 200);
  const inner = await secured(socket, { ca, servername: "api.tax.example" });
  assert.match(await asked(inner, get("api.tax.example")), /^HTTP\/1\.1 200 /);
  const plain = await opened(t, one.port);
  assert.match(await asked(plain, "GET http://api.tax.example/ HTTP/1.1\r\nHost: api.tax.example\r\n\r\n"), /^HTTP\/1\.1 407 /);
  assert.match(await asked(plain, "POST http://api.tax.example/ HTTP/1.1\r\nHost: api.tax.example\r\nContent-Length: 3\r\n\r\nabc"), /^HTTP\/1\.1 407 /);
  assert.match(await asked(plain, `GET http://api.tax.example/ HTTP/1.1\r\nHost: api.tax.example\r\n${right}\r\n\r\n`), /^HTTP\/1\.1 200 /);
  assert.equal(one.seen.length, 2);
  assert.deepEqual(one.results, ["unauthenticated", "unauthenticated", "unauthenticated", "intercepted"]);
  assert.equal(JSON.stringify(one.recorded.map(({ path, reason, principal }) => ({ path, reason, principal }))).includes(token), false);
});

test("a CONNECT that is not exactly one is refused", NEEDS, async (t) => {
  const one = await proxy(t);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["CONNECT api.tax.example HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 400 [^]*malformed-target/],
    ["CONNECT user@api.tax.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["CONNECT api.tax.example:443 HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 [^]*Host is missing/],
    ["CONNECT api.tax.example:443 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["CONNECT api.tax.example:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", /^HTTP\/1\.1 400 [^]*body/],
    ["CONNECT api.tax.example:443 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["CONNECT api.tax.example:443 HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 200 /],
    ["CONNECT api.tax.example:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", /^HTTP\/1\.1 200 /],
  ];
  for (const [request, want] of cases) {
    const { received } = await sendRaw(one.port, { pieces: [Buffer.from(request)], isDone: (bytes) => bytes.includes("\r\n\r\n") });
    assert.match(received.toString("latin1"), want, request);
  }
});

test("CONNECT behind a request that is not answered yet ends the connection, and reaches nothing", NEEDS, async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const one = await proxy(t, { script: () => promise });
  const { received, ending } = await sendRaw(one.port, { pieces: [Buffer.from("GET http://api.tax.example/ HTTP/1.1\r\nHost: a\r\n\r\nCONNECT api.tax.example:443 HTTP/1.1\r\nHost: a\r\n\r\n")] });
  resolve();
  assert.equal(received.length, 0);
  assert.notEqual(ending, "deadline");
  assert.deepEqual(one.results, []);
});

test("CONNECT is refused where the process ends, and inside a tunnel", NEEDS, async (t) => {
  const one = await proxy(t);
  const { socket } = await tunnel(t, one.port, "api.tax.example:443");
  const inner = await secured(socket, { ca, servername: "api.tax.example" });
  assert.match(await asked(inner, "CONNECT api.tax.example:443 HTTP/1.1\r\nHost: api.tax.example\r\n\r\n"), /^HTTP\/1\.1 405 /);
  one.startDraining();
  assert.equal((await tunnel(t, one.port, "api.tax.example:443")).status, 503);
});

test("idle connections inside tunnels end when the listener closes what is idle", NEEDS, async (t) => {
  const one = await proxy(t);
  const first = await tunnel(t, one.port, "api.tax.example:443");
  await asked(await secured(first.socket, { ca, servername: "api.tax.example" }), get("api.tax.example"));
  const second = await tunnel(t, one.port, "api.tax.example:443");
  const inner = await secured(second.socket, { ca, servername: "api.tax.example", ALPNProtocols: ["h2"] });
  const session = connectHttp2("https://api.tax.example", { createConnection: () => inner });
  t.after(() => session.destroy());
  await new Promise((resolve) => void session.once("remoteSettings", resolve));
  assert.ok(await until(() => one.listener.tunnels().intercepted === 2, 1000));
  one.listener.closeIdle();
  assert.ok(await until(() => one.listener.tunnels().intercepted === 0, 2000));
});
