import assert from "node:assert/strict";
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { test, type TestContext } from "node:test";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { BodyFault, NO_BODY } from "../../src/http/message.ts";
import { shownNames } from "../../src/certs/shown-names.ts";
import { plainMaterial, type TlsMaterial } from "../../src/server/tls/material.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { until } from "../support/until.ts";
import { pieces, socketsGone, sourceOf, started, streamedAnswer, text, wholeBody, type Script, type Started } from "./started.ts";

type Name = Parameters<typeof keyPair>[0];

function tlsOf(names: readonly Name[], clientCa: string | null = null): TlsMaterial {
  const material = plainMaterial(names.map((name) => ({ names: shownNames(keyPair(name).cert), pair: keyPair(name) })));
  return clientCa === null ? material : { ...material, clients: { ca: clientCa, lists: [], stillWelcome: () => true } };
}

const secure = (t: TestContext, script: Script, written: object = {}, tls = tlsOf(["localhost"])): Promise<Started> => started(t, script, written, tls);

/** A finished handshake. Rejects where the listener refuses, also where TLS 1.3 tells so only afterwards. */
function handshake(port: number, own: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: TEST_CA, ALPNProtocols: ["http/1.1"], ...own }, () => setTimeout(() => resolve(socket), 30));
    socket.once("error", reject);
  });
}

function commonName(socket: TLSSocket): unknown {
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

/** One HTTP/2 request, to its end. */
interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly informed: readonly IncomingHttpHeaders[];
  readonly trailers: IncomingHttpHeaders;
  readonly body: string;
  readonly rst: number;
}

function session(t: TestContext, port: number): ClientHttp2Session {
  const one = connectHttp2(`https://localhost:${port}`, { ca: TEST_CA });
  one.on("error", () => undefined);
  t.after(() => one.destroy());
  return one;
}

function ask(one: ClientHttp2Session, headers: Record<string, string>, body: string | null = null): Promise<Told> {
  return new Promise((resolve) => {
    const stream = one.request(headers, { endStream: body === null });
    const told = { headers: {} as IncomingHttpHeaders, informed: [] as IncomingHttpHeaders[], trailers: {} as IncomingHttpHeaders, body: "", rst: 0 };
    stream.on("response", (fields) => (told.headers = fields));
    stream.on("headers", (fields) => told.informed.push(fields));
    stream.on("trailers", (fields) => (told.trailers = fields));
    stream.on("data", (part: Buffer) => (told.body += part.toString("latin1")));
    stream.on("error", () => undefined);
    stream.on("close", () => resolve({ ...told, rst: stream.rstCode ?? 0 }));
    if (body !== null) stream.end(body);
  });
}

test("ALPN chooses HTTP/2 where the client offers it, else HTTP/1.1", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")));
  const offers: readonly (readonly [string[], string | false])[] = [[["h2", "http/1.1"], "h2"], [["http/1.1"], "http/1.1"], [[], false]];
  for (const [offered, want] of offers) {
    const socket = await handshake(one.port, { ALPNProtocols: offered });
    assert.equal(socket.alpnProtocol, want);
    socket.destroy();
  }
});

test("the certificate is chosen by the name that the client asks for, the first where none fits", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")), {}, tlsOf(["localhost", "other"]));
  for (const [servername, want] of [["localhost", "localhost"], ["other.example", "other.example"], ["unknown.example", "localhost"]] as const) {
    assert.equal(commonName(await handshake(one.port, { servername, rejectUnauthorized: false })), want);
  }
});

test("renewed certificates are shown to whoever comes next, with and without a name", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")), {}, tlsOf(["localhost", "other"]));
  one.listener.renew(tlsOf(["renewed"]));
  for (const servername of ["localhost", "other.example", ""]) {
    assert.equal(commonName(await handshake(one.port, { servername, rejectUnauthorized: false })), "renewed");
  }
});

test("renewing certificates does not lower the least version of TLS", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")), { tls: { certificates: ["localhost"], minVersion: "1.3" } }, tlsOf(["localhost"]));
  const old = (): Promise<string> => handshake(one.port, { maxVersion: "TLSv1.2" }).then((socket) => (socket.destroy(), "connected"), () => "refused");
  assert.equal(await old(), "refused");
  one.listener.renew(tlsOf(["renewed"]));
  assert.equal(await old(), "refused");
});

test("a client certificate is asked for where an authority is set, and its subject is the caller's", async (t) => {
  const options = { tls: { certificates: ["localhost"], clientCa: "ca.pem" } };
  const one = await secure(t, (x, send) => send(text(String(x.caller.certificate))), options, tlsOf(["localhost"], TEST_CA));
  const socket = await handshake(one.port, keyPair("client"));
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.ok(await until(() => received.endsWith("O=Billing,CN=billing-1"), 1000), received);
  socket.destroy();
  for (const shown of [{}, keyPair("stranger")]) {
    const refused = await handshake(one.port, shown).then((peer) => until(() => peer.destroyed, 1000), () => true);
    assert.equal(refused, true);
  }
  assert.equal(one.seen.length, 1);
});

test("bytes that are no TLS end the connection", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")));
  await assert.rejects(fetch(`http://127.0.0.1:${one.port}/`));
  assert.ok(await socketsGone(one));
});

test("silence after the handshake, and a head that does not end, are bounded under TLS too", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")), { timeouts: { head: "200ms" } });
  for (const first of ["", "GET / HTTP/1.1\r\n"]) {
    const socket = await handshake(one.port);
    if (first !== "") socket.write(first);
    assert.ok(await socketsGone(one, 3000), JSON.stringify(first));
    socket.destroy();
  }
});

test("answers of one write that a client under TLS does not take are waited for", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x".repeat(16_000))), { timeouts: { body: "200ms" } });
  const socket = await handshake(one.port);
  socket.on("error", () => undefined);
  socket.pause();
  const slow = (): boolean => one.seen.some(({ reason }) => reason === "client-too-slow");
  for (let asked = 1; !slow() && asked < 2000; asked++) {
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.ok(await until(() => one.ended() === asked || slow(), 2000));
  }
  assert.ok(slow());
  assert.ok(await socketsGone(one));
  socket.destroy();
});

test("an HTTP/1.1 client under TLS that stops reading is let go", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x".repeat(20_000_000))), { timeouts: { body: "200ms" } });
  const socket = await handshake(one.port);
  socket.on("error", () => undefined);
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.ok(await until(() => one.ended() === 1, 2000));
  assert.equal(one.seen[0]?.reason, "client-too-slow");
  assert.ok(await socketsGone(one));
  socket.destroy();
});

test("an answer that breaks is reset under TLS too: an HTTP/1.0 client would take its end for the body's", async (t) => {
  const one = await secure(t, (_x, send) => {
    const parts = ["ab"];
    return send(streamedAnswer(sourceOf(() => (parts.length > 0 ? Buffer.from(parts.shift() as string) : Promise.reject(new BodyFault("truncated", "cut"))))));
  });
  const socket = await handshake(one.port);
  const ending = new Promise((resolve) => socket.once("end", () => resolve("clean")).once("error", (error: Error & { code?: string }) => resolve(error.code)));
  socket.on("data", () => undefined);
  socket.write("GET / HTTP/1.0\r\n\r\n");
  assert.equal(await ending, "ECONNRESET");
  assert.ok(await socketsGone(one));
});

test("a request of HTTP/2 becomes an exchange like any other", async (t) => {
  const one = await secure(t, async (x, send) => send(text(`${x.head.method} ${x.head.target} ${x.head.authority} ${(await wholeBody(x.body)).toString()}`)));
  const client = session(t, one.port);
  const { headers, body } = await ask(client, { ":method": "POST", ":path": "/a?b", ":authority": "tax.example", cookie: "a=1; b=2", "x-own": "1" }, "hello");
  assert.equal(headers[":status"], 200);
  assert.equal(body, "POST /a?b tax.example hello");
  const { head, caller } = one.seen[0] as Started["seen"][number];
  assert.deepEqual([head.version, caller.secure], ["2", true]);
  assert.equal(head.headers.some((name) => name.startsWith(":")), false);
  assert.equal(head.headers.filter((name) => name === "cookie").length, 1);
});

test("many streams of one session are served at once, and none is answered with another's body", async (t) => {
  const one = await secure(t, async (x, send) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await send(text(x.head.target));
  });
  const client = session(t, one.port);
  const told = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(client, { ":path": `/${i}` })));
  assert.deepEqual(told.map(({ body }) => body), Array.from({ length: 50 }, (_, i) => `/${i}`));
  assert.equal(one.listener.sockets(), 1);
});

test("HTTP/2 answers keep repeated fields, trailers and interim answers", async (t) => {
  const one = await secure(t, (x, send) => {
    x.inform?.(103, ["Link", "</a>", "Link", "</b>", "Connection", "close"]);
    return send(streamedAnswer(pieces(["ab", "cd"], null, ["X-Sum", "7"]), 200, ["Set-Cookie", "a=1", "Set-Cookie", "b=2"]));
  });
  const { headers, informed, trailers, body } = await ask(session(t, one.port), { ":path": "/" });
  assert.deepEqual(headers["set-cookie"], ["a=1", "b=2"]);
  assert.equal(informed[0]?.link, "</a>, </b>");
  assert.equal(trailers["x-sum"], "7");
  assert.equal(body, "abcd");
});

test("HTTP/2 answers without a body have none", async (t) => {
  const one = await secure(t, (x, send) => send(x.head.method === "HEAD" ? text("hello", 200, ["content-length", "5"]) : { status: Number(x.head.target.slice(1)), headers: [], body: NO_BODY }));
  const client = session(t, one.port);
  for (const [method, path, status] of [["HEAD", "/200", 200], ["GET", "/204", 204], ["GET", "/304", 304]] as const) {
    const { headers, body, rst } = await ask(client, { ":method": method, ":path": path });
    assert.deepEqual([headers[":status"], body, rst], [status, "", 0]);
  }
});

test("CONNECT over HTTP/2 is refused as such", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")));
  const { headers } = await ask(session(t, one.port), { ":method": "CONNECT", ":authority": "inside:443" });
  assert.equal(headers[":status"], 405);
  assert.deepEqual([one.refused, one.seen.length], [["method-not-allowed"], 0]);
});

test("what HTTP/2 does not allow is refused, and the session goes on", async (t) => {
  const one = await secure(t, (_x, send) => send(text("x")));
  const client = session(t, one.port);
  const host = await ask(client, { ":path": "/", ":authority": "a", host: "b" });
  assert.equal(host.headers["taxgate-error"], "bad-host");
  assert.equal((await ask(client, { ":path": "/" })).body, "x");
});

test("an HTTP/2 answer whose source breaks ends with a reset", async (t) => {
  const one = await secure(t, (_x, send) => {
    const parts = ["ab"];
    return send(streamedAnswer(sourceOf(() => (parts.length > 0 ? Buffer.from(parts.shift() as string) : Promise.reject(new BodyFault("truncated", "cut"))))));
  });
  const { rst } = await ask(session(t, one.port), { ":path": "/" });
  assert.equal(rst, 2);
  await until(() => one.ended() === 1, 1000);
  assert.deepEqual([one.seen[0]?.endedBy, one.seen[0]?.reason], ["upstream", "answer-truncated"]);
});

test("a stream that its client resets is noticed at once, and its siblings go on", async (t) => {
  const source = sourceOf(() => new Promise((resolve) => setTimeout(() => resolve(Buffer.alloc(1000)), 2)));
  const one = await secure(t, (x, send) => send(x.head.target === "/long" ? streamedAnswer(source) : text("x")));
  const client = session(t, one.port);
  const stream = client.request({ ":path": "/long" });
  stream.on("error", () => undefined);
  stream.once("data", () => stream.close(8));
  assert.ok(await until(() => one.ended() === 1, 1000));
  assert.deepEqual([one.seen[0]?.gone, one.seen[0]?.endedBy, source.cancelled], [true, "client", true]);
  assert.equal((await ask(client, { ":path": "/" })).body, "x");
});

test("an HTTP/2 client that stops reading loses its stream, not its session", async (t) => {
  const one = await secure(t, (x, send) => send(text(x.head.target === "/large" ? "x".repeat(5_000_000) : "x")), { timeouts: { body: "200ms" } });
  const client = session(t, one.port);
  const stream = client.request({ ":path": "/large" });
  stream.on("error", () => undefined);
  assert.ok(await until(() => one.ended() === 1, 2000));
  assert.equal(one.seen[0]?.reason, "client-too-slow");
  assert.equal((await ask(client, { ":path": "/" })).body, "x");
});

test("an idle HTTP/2 session ends after the bound; one with a stream does not", async (t) => {
  const go = Promise.withResolvers<void>();
  const one = await secure(t, async (_x, send) => {
    await go.promise;
    await send(text("late"));
  }, { timeouts: { idle: "1s" } });
  const idle = session(t, one.port);
  const busy = session(t, one.port);
  const told = ask(busy, { ":path": "/" });
  assert.ok(await until(() => idle.closed, 3000), "the idle one ends");
  assert.equal(busy.closed, false);
  go.resolve();
  assert.equal((await told).body, "late");
});

test("closing idle connections lets HTTP/2 streams finish and ends their sessions", async (t) => {
  const go = Promise.withResolvers<void>();
  const one = await secure(t, async (_x, send) => {
    await go.promise;
    await send(text("late"));
  });
  const client = session(t, one.port);
  const told = ask(client, { ":path": "/" });
  await until(() => one.seen.length === 1, 1000);
  one.listener.close();
  one.listener.closeIdle();
  go.resolve();
  assert.equal((await told).body, "late");
  assert.ok(await socketsGone(one));
});
