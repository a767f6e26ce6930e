import assert from "node:assert/strict";
import { spawnSync, execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { before, test, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { systemClock } from "../../src/base/clock.ts";
import { createTlsAlpn01, type TlsAlpn01 } from "../../src/certs/challenges/tls-alpn-01.ts";
import type { Challenge } from "../../src/certs/challenges/solver.ts";
import { plainMaterial } from "../../src/server/tls/material.ts";
import { sendRaw } from "../support/raw-client.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { until } from "../support/until.ts";
import { socketsGone, started, text, type Started } from "./started.ts";

const challengeOf = (type: "dns" | "ip", value: string): Challenge => ({ type: "tls-alpn-01", identifier: { type, value }, token: "t", keyAuthorization: `t.${value}` });
const TLS = plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }]);
const GATE = challengeOf("dns", "gate.example");
const shown: TlsAlpn01 = createTlsAlpn01(systemClock);
const alpn = { alpnPending: () => shown.pending(), alpnPair: (host: string) => shown.pair(host) };
const noOpenssl = spawnSync("openssl", ["version"]).status === 0 ? false : "openssl is not here";

before(async () => {
  assert.equal(await shown.present(GATE), null);
  assert.equal(await shown.present(challengeOf("ip", "192.0.2.7")), null);
});

const secure = (t: TestContext, written: object = {}): Promise<Started> => started(t, (x, send) => send(text(`hello ${x.head.target}`)), written, TLS, { alpn });

/** What openssl tells of a handshake. */
function openssl(port: number, name: string, ...more: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", name, "-alpn", "acme-tls/1", ...more], { timeout: 20_000 }, (_fault, out, err) => resolve(out + err));
    // It stays until the other side closes, which is what is seen here.
    assert.ok(child.stdin !== null);
  });
}

for (const version of ["-tls1_2", "-tls1_3"]) {
  for (const [name, san] of [["gate.example", "DNS:gate.example"], ["GATE.example", "DNS:gate.example"], ["7.2.0.192.in-addr.arpa", "IP Address:192.0.2.7"]] as const) {
    test(`an authority that asks for ${name} with ${version} sees the certificate made for it, and the end of the connection`, { skip: noOpenssl }, async (t) => {
      const one = await secure(t);
      const told = await openssl(one.port, name, version);
      assert.match(told, /ALPN protocol: acme-tls\/1/);
      const certificate = new X509Certificate(/-----BEGIN[^]+?END CERTIFICATE-----/.exec(told)?.[0] ?? "");
      assert.equal(certificate.subjectAltName, san);
      assert.equal(certificate.issuer, certificate.subject);
      assert.ok(await socketsGone(one));
      assert.deepEqual([one.seen, one.refused], [[], []]);
    });
  }
}

/** A finished handshake through `port`; rejects where it is refused. */
function handshake(port: number, protocols: readonly string[], servername = "localhost"): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", servername, ca: TEST_CA, ALPNProtocols: [...protocols] }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** What a request of HTTP/1.1 is answered. */
async function asked(socket: TLSSocket): Promise<string> {
  socket.write("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  let answer = "";
  for await (const part of socket) answer += String(part);
  return answer;
}

test("whoever else comes meanwhile is served as always, with what it offers", async (t) => {
  const one = await secure(t);
  for (const protocols of [["http/1.1"], [], ["http/1.1", "acme-tls/1"]]) {
    const socket = await handshake(one.port, protocols);
    assert.equal(socket.alpnProtocol, protocols[0] ?? false);
    assert.match(await asked(socket), /hello \/x$/);
  }
  const session = connectHttp2(`https://localhost:${one.port}`, { ca: TEST_CA });
  const stream = session.request({ ":path": "/two" });
  assert.equal((await stream.setEncoding("utf8").toArray()).join(""), "hello /two");
  session.close();
  assert.deepEqual(one.refused, []);
});

/** A way to the listener on which each of the client's first bytes is a packet of its own; then all as it comes. */
async function byteByByte(t: TestContext, port: number, size: number): Promise<number> {
  const relay = createServer((client) => {
    const server = connectTcp({ port, host: "127.0.0.1", noDelay: true });
    let counted = 0;
    void (async () => {
      for await (const part of client as AsyncIterable<Buffer>) {
        for (let at = 0; at < part.length; ) {
          const next = counted < 3000 ? at + size : part.length;
          await new Promise((resolve) => server.write(part.subarray(at, next), resolve));
          if (counted < 3000) await new Promise((resolve) => setImmediate(resolve));
          counted += next - at;
          at = next;
        }
      }
    })().catch(() => undefined);
    server.on("error", () => undefined).pipe(client.on("error", () => undefined));
    t.after(() => [client, server].forEach((socket) => socket.destroy()));
  });
  await once(relay.listen(0, "127.0.0.1"), "listening");
  t.after(() => relay.close());
  return (relay.address() as AddressInfo).port;
}

for (const size of [1, 7, 100]) {
  test(`a greeting that comes in pieces of ${size} bytes is the same greeting`, async (t) => {
    const one = await secure(t);
    const port = await byteByByte(t, one.port, size);
    assert.match(await asked(await handshake(port, ["http/1.1"])), /hello \/x$/);
    const authority = connect({ port, host: "127.0.0.1", servername: "gate.example", ALPNProtocols: ["acme-tls/1"], rejectUnauthorized: false });
    await once(authority, "secureConnect");
    assert.equal(authority.getPeerX509Certificate()?.subjectAltName, "DNS:gate.example");
    authority.destroy();
  });
}

const UNANSWERED: readonly (readonly [string, string, readonly string[]])[] = [
  ["a name of which nothing is to be shown", "other.example", ["acme-tls/1"]],
  ["two protocols, which no authority offers", "gate.example", ["acme-tls/1", "x"]],
];
for (const [name, host, protocols] of UNANSWERED) {
  test(`${name}: refused as without a challenge`, async (t) => {
    const one = await secure(t);
    await assert.rejects(handshake(one.port, protocols, host), { code: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" });
    assert.ok(await until(() => one.refused.length === 1, 2000));
    assert.deepEqual(one.refused, ["tls-handshake"]);
  });
}

test("bytes that are no TLS end as they do without a challenge", async (t) => {
  const one = await secure(t);
  const { ending } = await sendRaw(one.port, { pieces: [Buffer.from("GET / HTTP/1.1\r\n\r\n")], deadline: 5000 });
  assert.notEqual(ending, "deadline");
  assert.deepEqual(one.refused, ["tls-handshake"]);
  assert.ok(await socketsGone(one));
});

test("a client that says nothing, or half a greeting, is let go after the time for a head", async (t) => {
  const one = await secure(t, { timeouts: { head: "150ms" } });
  for (const pieces of [[], [Buffer.from([22, 3, 1, 2, 0, 1])]]) {
    const { ending } = await sendRaw(one.port, { pieces, deadline: 5000 });
    assert.notEqual(ending, "deadline");
  }
  assert.deepEqual(one.refused, ["tls-handshake", "tls-handshake"]);
  assert.ok(await socketsGone(one));
});

test("a client that goes away before or amid its greeting leaves nothing behind", async (t) => {
  const one = await secure(t);
  for (const afterwards of ["reset", "half-close"] as const) {
    for (const pieces of [[], [Buffer.from([22, 3, 1, 2, 0, 1])]]) await sendRaw(one.port, { pieces, afterwards, deadline: 5000 });
  }
  assert.ok(await socketsGone(one));
});

test("waiting for a greeting counts as a connection of the client", async (t) => {
  const one = await secure(t, { maxConnectionsPerClient: 2 });
  const silent: Socket[] = [];
  for (let i = 0; i < 2; i++) silent.push(connectTcp(one.port, "127.0.0.1"));
  assert.ok(await until(() => one.listener.sockets() === 2, 2000));
  const { ending } = await sendRaw(one.port, { pieces: [], deadline: 2000 });
  assert.notEqual(ending, "deadline");
  for (const socket of silent) socket.destroy();
  assert.ok(await socketsGone(one));
});

test("a resumed session and a client certificate's absence are the ordinary handshake's business", async (t) => {
  const one = await secure(t);
  const first = await handshake(one.port, ["http/1.1"]);
  const [session] = (await once(first, "session")) as [Buffer];
  first.destroy();
  const second = connect({ port: one.port, host: "127.0.0.1", servername: "localhost", ca: TEST_CA, ALPNProtocols: ["http/1.1"], session });
  await once(second, "secureConnect");
  assert.ok(second.isSessionReused());
  assert.match(await asked(second), /hello \/x$/);
});

test("once nothing is to be shown, nobody looks at greetings", async (t) => {
  const alone = createTlsAlpn01(systemClock);
  let asks = 0;
  const one = await started(t, (_x, send) => send(text("x")), {}, TLS, { alpn: { alpnPending: () => alone.pending(), alpnPair: () => { asks++; return keyPair("other"); } } });
  await alone.present(GATE);
  alone.clear(GATE);
  await assert.rejects(handshake(one.port, ["acme-tls/1"], "gate.example"));
  assert.equal(asks, 0);
});
