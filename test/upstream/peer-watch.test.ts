import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { manualClock, systemClock } from "../../src/base/clock.ts";
import { createPool } from "../../src/upstream/connections.ts";
import { createPeerWatch, type PeerWatch } from "../../src/upstream/peer-watch.ts";
import { probeConnect, probePath } from "../../src/upstream/probe.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";

const TLS = { ca: TEST_CA, serverName: "localhost", minVersion: "TLSv1.2" as const };

async function server(t: TestContext): Promise<string> {
  const listening = createServer(keyPair("localhost"), (_request, response) => response.end("ok"));
  await new Promise<void>((resolve) => void listening.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return `https://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const ways: readonly (readonly [string, (url: string, peers: PeerWatch) => Promise<void>])[] = [
  ["a probe by handshake", async (url, peers) => void (await probeConnect(url, { tls: TLS, timeout: 5000, clock: systemClock, peers }))],
  ["a probe by request", async (url, peers) => void (await probePath(url, "/health", { tls: TLS, timeout: 5000, clock: systemClock, peers }))],
  ["a call on a connection of the pool", async (url, peers) => {
    const pool = createPool({ origin: url, tls: TLS, connections: 1, queue: 1, queueTimeout: 1000, connectTimeout: 5000, responseTimeout: 5000, maxHeadBytes: 65_536, http2: false }, systemClock, undefined, peers);
    const connection = await new Promise<Parameters<Parameters<typeof pool.acquire>[1]>[0]>((resolve) => void pool.acquire(true, resolve));
    await (await connection?.client.request({ path: "/", method: "GET" }))?.body.dump();
    await pool.stop();
  }],
];

for (const [name, go] of ways) {
  test(`${name} shows what the endpoint has, at most once a minute`, async (t) => {
    const url = await server(t);
    const clock = manualClock();
    const seen: string[] = [];
    const peers = createPeerWatch(clock, (origin, chain) => void seen.push(`${origin} ${chain[0]?.checkHost("localhost")} ${chain.length > 0}`));
    await go(url, peers);
    await go(url, peers);
    assert.deepEqual(seen, [`${url} localhost true`]);
    clock.advance(60_000);
    await go(url, peers);
    assert.equal(seen.length, 2);
  });
}

test("a certificate that is not found good is not shown", async (t) => {
  const url = await server(t);
  const seen: string[] = [];
  const peers = createPeerWatch(manualClock(), (origin) => void seen.push(origin));
  const result = await probeConnect(url, { tls: { ...TLS, serverName: "elsewhere.example" }, timeout: 5000, clock: systemClock, peers });
  assert.deepEqual([result.healthy, seen], [false, []]);
});
