import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { createSecureContext, TLSSocket } from "node:tls";
import type { UpstreamTls } from "../../src/upstream/connections.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { onHead, OK, poolTo, run } from "./attempt-setup.ts";

/** A TLS platform; remembers the names that it was asked for. */
async function tlsPlatform(t: TestContext, name: "localhost" | "other", serve: (socket: TLSSocket) => void = (socket) => onHead(socket, () => socket.write(OK)), clientCa?: string) {
  const names: (string | false)[] = [];
  const secureContext = createSecureContext({ ...keyPair(name), ...(clientCa === undefined ? {} : { ca: clientCa }) });
  const server = createServer((raw) => {
    raw.on("error", () => undefined);
    const socket = new TLSSocket(raw, {
      isServer: true, secureContext, requestCert: clientCa !== undefined, rejectUnauthorized: clientCa !== undefined,
      SNICallback: (asked, done) => {
        names.push(asked);
        done(null, secureContext);
      },
    });
    socket.on("error", () => undefined);
    t.after(() => raw.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, names };
}

const TLS: UpstreamTls = { minVersion: "TLSv1.2", ca: TEST_CA };
const told = ({ result }: Awaited<ReturnType<typeof run>>): string => `${result.kind} ${result.cause}`;

test("the endpoint's own name is asked for and believed, whatever Host a caller sends, on one connection", async (t) => {
  const platform = await tlsPlatform(t, "localhost");
  const pool = poolTo(t, `https://localhost:${platform.port}`, { tls: TLS });
  for (const host of ["localhost", "other.example", "evil.example:1", "127.0.0.1"]) assert.equal(told(await run(pool, { headers: ["host", host] })), "answered answer");
  assert.deepEqual(platform.names, ["localhost"]);
});

test("a certificate for the name in a caller's Host is not the endpoint's", async (t) => {
  const platform = await tlsPlatform(t, "other");
  const ran = await run(poolTo(t, `https://localhost:${platform.port}`, { tls: TLS }), { headers: ["host", "other.example"] });
  assert.equal(told(ran), "not-sent tls");
});

test("a server name of the region is asked for and verified instead of the URL's host", async (t) => {
  const platform = await tlsPlatform(t, "other");
  const pool = poolTo(t, `https://localhost:${platform.port}`, { tls: { ...TLS, serverName: "other.example" } });
  assert.equal(told(await run(pool, { headers: ["host", "localhost"] })), "answered answer");
  assert.deepEqual(platform.names, ["other.example"]);
});

test("an endpoint that is an address is verified as one, and keeps its connection over changing Hosts", async (t) => {
  let sockets = 0;
  const platform = await tlsPlatform(t, "localhost", (socket) => {
    sockets++;
    onHead(socket, () => socket.write(OK));
  });
  const pool = poolTo(t, `https://127.0.0.1:${platform.port}`, { tls: TLS });
  for (const host of ["a.example", "b.example"]) assert.equal(told(await run(pool, { headers: ["host", host] })), "answered answer");
  assert.deepEqual([platform.names, sockets], [[], 1]);
});

test("a platform that nobody vouches for is not sent anything", async (t) => {
  const platform = await tlsPlatform(t, "localhost");
  assert.equal(told(await run(poolTo(t, `https://localhost:${platform.port}`, { tls: { minVersion: "TLSv1.2" } }))), "not-sent tls");
});

test("a client certificate is shown where the platform asks for one", async (t) => {
  const platform = await tlsPlatform(t, "localhost", undefined, TEST_CA);
  const pool = poolTo(t, `https://localhost:${platform.port}`, { tls: { ...TLS, ...keyPair("client") } });
  assert.equal(told(await run(pool)), "answered answer");
});
