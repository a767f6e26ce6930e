import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { handshakeFailure } from "../../../src/server/tls/handshake-failure.ts";
import { plainMaterial } from "../../../src/server/tls/material.ts";
import { keyPair } from "../../support/tls-material.ts";
import { until } from "../../support/until.ts";
import { started, text } from "../started.ts";

const secure = (own: ConnectionOptions) => (port: number): TLSSocket => connectTls({ port, host: "127.0.0.1", servername: "localhost", ...own });
const plain = (say: (socket: Socket) => void) => (port: number): Socket => {
  const socket = connect({ port, host: "127.0.0.1" }, () => say(socket));
  return socket;
};

const CASES: readonly (readonly [reason: string, client: (port: number) => Socket])[] = [
  ["client-left-at-certificate", secure({ minVersion: "TLSv1.3" })],
  ["plain-http", plain((socket) => socket.write("POST / HTTP/1.1\r\nHost: a\r\n\r\n"))],
  ["plain-http", plain((socket) => socket.write("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"))],
  ["not-tls", plain((socket) => socket.write("SSH-2.0-client\r\n"))],
  ["no-common-version", secure({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })],
  ["no-common-cipher", secure({ maxVersion: "TLSv1.2", ciphers: "AES128-SHA" })],
  ["no-certificate-for-name", secure({ servername: "pending.example" })],
  ["closed", plain((socket) => socket.destroy())],
  ["closed", plain((socket) => socket.resetAndDestroy())],
  ["timeout", plain(() => undefined)],
];

test("a handshake that fails is told with its reason and the client's address", async (t) => {
  const told: string[] = [];
  const material = plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }, { names: ["pending.example"], pair: null }]);
  const one = await started(t, (_x, send) => send(text("ok")), { timeouts: { head: "1s" } }, material, { refusedFor: (why, address) => void told.push(`${why} ${address}`) });
  for (const [reason, client] of CASES) {
    const socket = client(one.port).on("error", () => undefined);
    assert.ok(await until(() => told.length > 0, 3000), reason);
    assert.deepEqual(told.splice(0), [`${reason} 127.0.0.1`]);
    socket.destroy();
  }
});

for (const [code, reason] of [
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "client-does-not-trust-us"], ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "client-does-not-trust-us"], ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", "client-does-not-trust-us"],
  ["ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "client-does-not-trust-us"], ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "no-common-version"], ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "client-alert"], ["ERR_SSL_BAD_RECORD_TYPE", "other"],
] as const) {
  test(`${code} is ${reason}`, () => assert.equal(handshakeFailure({ code }, true), reason));
}
