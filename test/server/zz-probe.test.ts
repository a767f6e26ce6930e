import assert from "node:assert/strict";
import { test } from "node:test";
import * as http2 from "node:http2";
import * as net from "node:net";
import * as tls from "node:tls";
import { listenerTls } from "../../src/server/tls-material.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { sendRaw } from "../support/raw-client.ts";
import { pieces, sourceOf, started, streamedAnswer, text, wholeBody } from "./started.ts";
import { until } from "../support/until.ts";

const T = (names: string[] = ["localhost"]) => listenerTls({ certificates: names, minVersion: "1.2", http2: true } as never, new Map([["localhost", keyPair("localhost")], ["other", keyPair("other")]]), null);
function h2(port: number, headers: object, body?: Buffer): Promise<any> {
  return new Promise((resolve) => {
    const s = http2.connect(`https://localhost:${port}`, { ca: TEST_CA });
    const out: any = { info: [] };
    s.on("error", (e) => { out.sessionError = e.message; resolve(out); });
    const r = s.request(headers as never);
    r.on("response", (h) => (out.headers = h));
    r.on("headers", (h) => out.info.push(h));
    r.on("trailers", (h) => (out.trailers = h));
    let b = "";
    r.on("data", (d) => (b += d));
    r.on("error", (e) => (out.error = e.message));
    r.on("close", () => { out.body = b; out.rst = r.rstCode; s.close(); resolve(out); });
    if (body) r.end(body); else r.end();
    setTimeout(() => { out.timeout = true; s.destroy(); resolve(out); }, 1500).unref();
  });
}
test("h2 basics", async (t) => {
  const s = await started(t, async (x, send) => {
    const b = await wholeBody(x.body);
    if (x.head.target === "/trailers") return send(streamedAnswer(pieces(["a", "b"], null, ["X-Sum", "1"])));
    if (x.head.target === "/cookies") return send(text("c", 200, ["Set-Cookie", "a=1", "Set-Cookie", "b=2"]));
    if (x.head.target === "/600") return send(text("c", 600));
    if (x.head.target === "/info") { x.inform?.(103, ["Link", "</a>"]); return send(text("i")); }
    if (x.head.target === "/infobad") { x.inform?.(103, ["Link", "</a>", "Connection", "close"]); return send(text("i")); }
    await send(text(`${x.head.method} ${x.head.target} ${x.head.authority} ${b.length}`));
  }, {}, T());
  for (const [h, b] of [[{ ":path": "/a" }], [{ ":path": "/b", ":method": "POST" }, Buffer.alloc(10)], [{ ":path": "/b", ":method": "POST", "content-length": "10" }, Buffer.alloc(10)], [{ ":path": "/trailers" }], [{ ":path": "/cookies" }], [{ ":path": "/600" }], [{ ":path": "/info" }], [{ ":path": "/infobad" }],
    [{ ":method": "CONNECT", ":authority": "evil:443" }], [{ ":path": "/x", ":authority": "a b" }], [{ ":path": "/x", ":authority": "user@host" }], [{ ":path": "/x", ":authority": "a\"<b" }]] as const) {
    console.log(JSON.stringify(h), JSON.stringify(await h2(s.port, h as object, b as Buffer)));
  }
  console.log("ended", s.ended(), s.seen.length, s.refused);
});
test("broken then pipelined", async (t) => {
  const s = await started(t, async (x, send) => { if (x.head.target === "/slow") await new Promise((r) => setTimeout(r, 50)); await send(text(x.head.target)); });
  const r = await sendRaw(s.port, { pieces: [Buffer.from("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a b\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")], deadline: 500 });
  console.log("PIPE", r.ending, r.received.toString().replace(/\r\n/g, "|"));
});
test("garbage and stay", async (t) => {
  const s = await started(t, (x, send) => send(text("x")));
  for (const first of ["GARBAGE\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"]) {
    const c = net.connect({ port: s.port, host: "127.0.0.1", allowHalfOpen: true });
    c.on("error", () => undefined);
    let got = ""; c.on("data", (d) => (got += d));
    c.write(first);
    await until(() => s.listener.sockets() === 1, 300); const gone = await until(() => s.listener.sockets() === 0, 700);
    await until(() => got.length > 0, 300); console.log("GARB", JSON.stringify(first), gone, got.slice(0, 20));
    c.destroy();
    await until(() => s.listener.sockets() === 0, 700);
  }
});
test("renew", async (t) => {
  const s = await started(t, (x, send) => send(text("x")), {}, T(["localhost", "other"]));
  const cn = (servername: string) => new Promise((resolve) => { const c = tls.connect({ port: s.port, host: "127.0.0.1", servername, ca: TEST_CA, rejectUnauthorized: false }, () => { resolve(c.getPeerCertificate().subject.CN); c.destroy(); }); });
  console.log(await cn("localhost"), await cn("other.example"), await cn("unknown"));
  s.listener.renew(listenerTls({ certificates: ["r"] } as never, new Map([["r", keyPair("renewed")]]), null));
  console.log("after renew", await cn("localhost"), await cn("other.example"));
});
test("slow reader of bytes", async (t) => {
  const s = await started(t, (x, send) => send(text("x".repeat(20_000_000))), { timeouts: { body: "200ms" } });
  const c = net.connect({ port: s.port, host: "127.0.0.1" }); c.on("error", () => 0); c.pause();
  c.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await until(() => s.ended() === 1, 500);
  console.log("SLOW ended", s.ended(), "gone", await until(() => s.listener.sockets() === 0, 1500));
  c.destroy();
});
test("idle h2 and tls heads", async (t) => {
  const s = await started(t, (x, send) => send(text("x")), { timeouts: { idle: "1s", head: "300ms" } }, T());
  const session = http2.connect(`https://localhost:${s.port}`, { ca: TEST_CA });
  session.on("error", () => 0);
  let closed = false; session.on("close", () => (closed = true));
  await until(() => closed, 3000);
  console.log("H2 idle closed", closed);
  session.destroy();
  const c = tls.connect({ port: s.port, host: "127.0.0.1", ca: TEST_CA, ALPNProtocols: ["http/1.1"] }, () => c.write("GET / HT"));
  let e = false, got = ""; c.on("close", () => (e = true)); c.on("data", (d) => (got += d));
  await until(() => e, 3000);
  console.log("TLS h1 slow head closed", e, got.slice(0, 30)); c.destroy();
  const d = tls.connect({ port: s.port, host: "127.0.0.1", ca: TEST_CA, ALPNProtocols: ["http/1.1"] });
  e = false; d.on("close", () => (e = true)); d.on("data", () => 0);
  await until(() => e, 3000);
  console.log("TLS h1 silent closed", e); d.destroy();
  const f = tls.connect({ port: s.port, host: "127.0.0.1", ca: TEST_CA, ALPNProtocols: ["http/1.1"] }, () => f.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  e = false; f.on("close", () => (e = true)); f.on("data", () => 0);
  await until(() => e, 4000);
  console.log("TLS h1 idle closed", e); f.destroy();
  const g = tls.connect({ port: s.port, host: "127.0.0.1", ca: TEST_CA, ALPNProtocols: ["http/1.1"] }, () => g.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  e = false; g.on("close", () => (e = true)); 
  await new Promise<void>((r) => g.once("data", () => r()));
  s.listener.close(); s.listener.closeIdle(); console.log("drain closes idle tls h1", await until(() => e, 700));
});
test("early 413 while uploading", async (t) => {
  const s = await started(t, (x, send) => send(text("too large", 413)));
  let ok = 0;
  for (let i = 0; i < 10; i++) {
    const r = await sendRaw(s.port, { pieces: [Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n"), Buffer.alloc(5_000_000)], deadline: 1000 });
    if (r.received.toString().includes("too large")) ok++;
  }
  console.log("EARLY 413 seen", ok, "of 10");
});
