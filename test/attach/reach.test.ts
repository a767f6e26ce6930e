import assert from "node:assert/strict";
import { request } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../support/openssl-authority.ts";
import { quietPorts } from "../support/quiet-ports.ts";
import { startTaxgate, type RunningTaxgate } from "../support/taxgate.ts";
import { until } from "../support/until.ts";
import { startOrigin, type Origin } from "./origin.ts";

/*
 * A platform whose name leads elsewhere (here: nowhere) is reached by the address that stands beside its URL, and a Taxgate
 * that is its own endpoint notices.
 */

const NEEDS = { skip: HAS_OPENSSL ? false : "openssl is not here" };
let authority: TestAuthority | undefined;
let origin: Origin;
let taxgate: RunningTaxgate;
let port = 0;
const folder = mkdtempSync(join(tmpdir(), "taxgate-reach-"));

before(async () => {
  if (!HAS_OPENSSL) return;
  authority = testAuthority("Platform");
  origin = await startOrigin(authority.issue("tax", 1, { names: ["tax.invalid"] }));
  writeFileSync(join(folder, "ca.pem"), authority.cert);
  port = (await quietPorts(1))[0] as number;
  taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:${port}" }]
admin: { bind: 127.0.0.1:0 }
drain: { grace: 0s, max: 1s }
sites:
  - name: tax
    hosts: [tax.invalid]
    regions: { home: { endpoints: [{ url: "https://tax.invalid:${origin.port}", address: 127.0.0.1 }] } }
    upstream: { tls: { ca: "${join(folder, "ca.pem")}" }, health: { every: 50ms } }
    routes: [{ name: ws, match: { path: /ws }, class: pass, upgrade: [websocket] }, { name: rest, match: { path: /** }, class: pass }]
  - name: circle
    hosts: [circle.invalid]
    regions: { home: { endpoints: [{ url: "http://circle.invalid:${port}", address: 127.0.0.1 }] } }
    upstream: { health: { connect: false } }
    routes: [{ name: rest, match: { path: /** }, class: pass, forward: { host: true } }]
`);
});

after(async () => {
  await taxgate?.stop();
  await origin?.stop();
  authority?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("calls go to the address, and TLS and Host name the host", NEEDS, async () => {
  const status = await new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, method: "POST", path: "/x", headers: { Host: "tax.invalid" } }, (response) => resolve(response.resume().statusCode)).once("error", reject).end("invoice");
  });
  assert.equal(status, 201);
  assert.deepEqual(origin.seen.map(({ host, sni, body }) => [host, sni, body]), [[`tax.invalid:${origin.port}`, "tax.invalid", "invoice"]]);
});

test("so do probes", NEEDS, async () => {
  // With the name looked up three of them would have failed by now, and the endpoint be out.
  const up = async (): Promise<boolean> => (await taxgate.metrics()).includes('taxgate_endpoint_up{site="tax",region="home",endpoint="0"} 1');
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(await up(), true);
});

test("so do tunnels of upgrades", NEEDS, async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { Host: "tax.invalid" } });
  await new Promise((resolve, reject) => { socket.once("open", resolve).once("error", reject); });
  const told = new Promise((resolve) => { socket.once("message", (data: Buffer) => resolve(data.toString())); });
  socket.send("hello");
  assert.equal(await told, `tax.invalid tax.invalid:${origin.port} hello`);
  socket.close();
});

test("a Taxgate that is its own endpoint ends the circle after five rounds, and says so", NEEDS, async () => {
  const [status, code, via] = await new Promise<readonly unknown[]>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/round", headers: { Host: "circle.invalid" } }, (response) => resolve([response.resume().statusCode, response.headers["taxgate-error"], response.headers.via])).once("error", reject).end();
  });
  assert.equal(status, 508);
  assert.equal(code, undefined, "the code of another Taxgate's answer is not passed on as our own");
  assert.equal(String(via).split(",").length, 5);
  // Five that were forwarded, and the one that was not.
  assert.ok(await until(() => taxgate.output().match(/"path":"\/round"/g)?.length === 6, 5000));
  assert.match(taxgate.output(), /"path":"\/round"[^\n]*"error":"loop"/);
});
