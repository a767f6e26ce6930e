import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { after, test } from "node:test";
import { connect } from "node:tls";
import { plainMaterial, type TlsMaterial } from "../../src/server/tls/material.ts";
import { HAS_OPENSSL, testAuthority } from "../support/openssl-authority.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { asked, opened } from "./forward-proxy/started-proxy.ts";
import { started, text, type Started } from "./started.ts";
import type { TestContext } from "node:test";

const NEEDS = { skip: HAS_OPENSSL ? false : "openssl is not here" };
const authority = HAS_OPENSSL ? testAuthority() : null;
after(() => authority?.remove());
const pair = authority?.issue("tax", 1, { names: ["api.tax.example", "*.auth.example"] });

const INTERCEPT = { hosts: ["api.tax.example", "*.auth.example"], authority: "local" };
const overriding = (certificates: TlsMaterial["certificates"] = []): TlsMaterial => ({ ...plainMaterial(certificates), interception: { hosts: INTERCEPT.hosts, mint: async () => pair ?? null } });
const serving = (t: TestContext, material: TlsMaterial): Promise<Started> => started(t, (x, send) => send(text(x.host)), { tls: {}, intercept: INTERCEPT }, material);

function secured(t: TestContext, port: number, servername: string, ca: string): Promise<import("node:tls").TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, servername, ca }, () => resolve(socket));
    socket.once("error", reject);
    t.after(() => socket.destroy());
  });
}

test("a listener under the platform's names answers for those that are listed, whatever else a client says in Host", NEEDS, async (t) => {
  const one = await serving(t, overriding());
  const socket = await secured(t, one.port, "api.tax.example", authority?.cert ?? "");
  const cases: readonly (readonly [string, number])[] = [
    ["GET / HTTP/1.1\r\nHost: api.tax.example\r\n\r\n", 200],
    ["GET / HTTP/1.1\r\nHost: API.tax.example.:443\r\n\r\n", 200],
    ["GET / HTTP/1.1\r\nHost: login.auth.example\r\n\r\n", 200],
    ["GET / HTTP/1.1\r\nHost: other.example\r\n\r\n", 421],
    ["GET / HTTP/1.1\r\nHost: a.b.auth.example\r\n\r\n", 421],
    ["GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 421],
    ["GET https://other.example/ HTTP/1.1\r\nHost: api.tax.example\r\n\r\n", 421],
    ["GET https://api.tax.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n", 421],
    ["GET / HTTP/1.1\r\nHost: api.tax.example\r\n\r\n", 200],
  ];
  for (const [request, want] of cases) assert.match(await asked(socket, request), new RegExp(`^HTTP/1\\.1 ${want} `), request);
  assert.equal(one.seen.length, 4);
});

test("a name that is not listed gets no certificate at all", NEEDS, async (t) => {
  const one = await serving(t, overriding());
  await assert.rejects(secured(t, one.port, "other.example", authority?.cert ?? ""), /alert|handshake/i);
});

test("what the listener's own certificates cover is served beside what is listed", NEEDS, async (t) => {
  const one = await serving(t, overriding([{ names: ["localhost", "127.0.0.1"], pair: keyPair("localhost") }]));
  const own = await secured(t, one.port, "localhost", TEST_CA);
  for (const host of ["localhost", "127.0.0.1", "api.tax.example"]) assert.match(await asked(own, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`), /^HTTP\/1\.1 200 /, host);
  assert.match(await asked(own, "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n"), /^HTTP\/1\.1 421 /);
  await secured(t, one.port, "api.tax.example", authority?.cert ?? "");
});

test("HTTP/2 is judged request by request, and the list is replaced while it runs", NEEDS, async (t) => {
  const one = await serving(t, overriding());
  const session = connectHttp2(`https://127.0.0.1:${one.port}`, { servername: "api.tax.example", ca: authority?.cert ?? "" });
  t.after(() => session.destroy());
  const ask = (host: string): Promise<number> => new Promise((resolve, reject) => {
    session.request({ ":path": "/", ":authority": host }).once("response", (fields) => resolve(Number(fields[":status"]))).once("error", reject).resume();
  });
  assert.deepEqual([await ask("api.tax.example"), await ask("other.example")], [200, 421]);
  one.listener.renew({ ...overriding(), interception: { hosts: ["other.example"], mint: async () => null } });
  assert.deepEqual([await ask("api.tax.example"), await ask("other.example")], [421, 200]);
});

test("a listener without interception takes every host, and leaves it to the sites", NEEDS, async (t) => {
  const one = await started(t, (x, send) => send(text(x.host)));
  assert.match(await asked(await opened(t, one.port), "GET / HTTP/1.1\r\nHost: whatever.example\r\n\r\n"), /^HTTP\/1\.1 200 /);
});
