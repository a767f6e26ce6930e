import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { callAdmin } from "../../src/cli/admin-client.ts";
import { operatorOf } from "../drill/operator.ts";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../support/openssl-authority.ts";
import { pebbleMissing, startPebble, type Pebble } from "../support/pebble.ts";
import { isShown, shownFor } from "../support/shown-certificate.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { until } from "../support/until.ts";

const skip = pebbleMissing !== false ? pebbleMissing : HAS_OPENSSL ? false : "openssl is not here";
let pebble: Pebble;
let root: TestAuthority;

before(async () => {
  if (skip !== false) return;
  pebble = await startPebble();
  root = testAuthority();
});
after(async () => {
  if (skip !== false) return;
  root.remove();
  await pebble.stop();
});

const hashOf = (cert: string): string => createHash("sha256").update(new X509Certificate(cert).raw).digest("hex");

/** Writes a file whole, as tools do that renew certificates. */
function put(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return path;
}

const saidBy = (taxgate: TaxgateProcess): string => taxgate.lines().join("\n");
const acme = (domain: string, more = ""): string => `{ acme: { directory: "${pebble.directory}", ca: "${pebble.caFile}", domains: [${domain}]${more} } }`;

/** Starts one that ends with the test. */
async function started(t: TestContext, yaml: string, listeners: readonly string[]): Promise<TaxgateProcess> {
  const taxgate = await startTaxgate(yaml, {}, listeners);
  t.after(async () => {
    const { code } = await taxgate.stop();
    assert.equal(code, 0, saidBy(taxgate));
  });
  return taxgate;
}

/** A connection that stays open; gives whether a request over it is answered. */
async function keptAlive(port: number, servername: string): Promise<{ socket: TLSSocket; asks: () => Promise<boolean> }> {
  const socket = connectTls({ host: "127.0.0.1", port, servername, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
  await once(socket, "secureConnect");
  const asks = async (): Promise<boolean> => {
    socket.write(`GET / HTTP/1.1\r\nHost: ${servername}\r\n\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString("latin1").startsWith("HTTP/1.1 ");
  };
  return { socket, asks };
}

const REST = `regions: { main: { endpoints: [{ url: "sandbox:a" }] } }
routes: [{ name: rest, match: { path: /** }, class: pass }]
drain: { grace: 0ms, max: 1s }
`;

test("reloads add, change and remove certificates while connections are open; what is broken changes nothing", { skip }, async (t) => {
  const [one, other] = [root.issue("one", 1, { names: ["one.example.test"] }), root.issue("two", 2, { names: ["one.example.test"] })];
  const yaml = (certificates: string, shown: string): string => `version: 1
state: { dir: "{folder}/state" }
listeners:
  - { name: plain, bind: 127.0.0.1:${pebble.httpPort} }
  - { name: tls, bind: 127.0.0.1:0, tls: { certificates: [${shown}] } }
admin: { bind: 127.0.0.1:0 }
certificates:
  files: { files: { cert: one.pem, key: one.key } }
${certificates}
${REST}`;
  const folder = root.directory;
  put(folder, "one.pem", one.cert);
  put(folder, "one.key", one.key);
  const first = yaml("", "files").replaceAll("one.pem", join(folder, "one.pem")).replaceAll("one.key", join(folder, "one.key"));
  const taxgate = await started(t, first, ["plain", "tls", "admin"]);
  const operator = operatorOf(taxgate);
  const write = (certificates: string, shown: string): void => writeFileSync(taxgate.file, yaml(certificates, shown).replaceAll("{folder}", taxgate.folder).replaceAll("one.pem", join(folder, "one.pem")).replaceAll("one.key", join(folder, "one.key")));
  const [port, asked] = [taxgate.port("tls"), (name: string): Promise<string> => shownFor(taxgate.port("tls"), name)];
  assert.equal(await asked("one.example.test"), hashOf(one.cert));
  const kept = await keptAlive(port, "one.example.test");
  assert.ok(await kept.asks());

  write(`  web: ${acme("web.example.test")}`, "files, web");
  assert.equal((await operator.reload()).result, "applied", saidBy(taxgate));
  const isWeb = async (): Promise<boolean> => ![hashOf(one.cert), ""].includes(await asked("web.example.test")) && isShown(await asked("web.example.test"));
  assert.ok(await until(isWeb, 8000), saidBy(taxgate));
  const web = await asked("web.example.test");

  // A name more: the old one is shown until the new one is there.
  write(`  web: ${acme("web.example.test, more.example.test")}`, "files, web");
  assert.equal((await operator.reload()).result, "applied");
  assert.ok(isShown(await asked("web.example.test")));
  assert.ok(await until(async () => (await asked("more.example.test")) === (await asked("web.example.test")) && (await asked("web.example.test")) !== web, 8000), saidBy(taxgate));
  const more = await asked("more.example.test");

  // Another way of showing that the name is ours is another keeper; nothing is lost in between, and nothing ordered.
  write(`  web: ${acme("web.example.test, more.example.test", `, challenge: dns-01, dns: { command: [/bin/true] }`)}`, "web, files");
  assert.equal((await operator.reload()).result, "applied");
  assert.deepEqual([await asked("web.example.test"), await asked("more.example.test"), await asked("unknown.example.test")], [more, more, more]);

  for (const [broken, said] of [
    [`  web: ${acme("web.example.test").replace(pebble.caFile, "absent.pem")}`, "absent.pem"],
    [`  web: ${acme("web.example.test")}\n  extra: { files: { cert: one.pem, key: ${join(folder, "ca.key")} } }`, "extra"],
  ] as const) {
    write(broken, "web");
    const refused = await operator.reload();
    assert.equal(refused.result, "refused");
    assert.ok(JSON.stringify(refused.problems).includes(said), JSON.stringify(refused.problems));
    assert.deepEqual([await asked("web.example.test"), await asked("one.example.test")], [more, hashOf(one.cert)]);
  }
  put(folder, "one.pem", "-----BEGIN CERTIFICATE-----\nhalf");
  write("", "files");
  assert.equal((await operator.reload()).result, "refused");
  assert.equal(await asked("one.example.test"), hashOf(one.cert));

  put(folder, "one.key", other.key);
  put(folder, "one.pem", other.cert);
  write("", "files");
  assert.equal((await operator.reload()).result, "applied");
  assert.deepEqual([await asked("one.example.test"), await asked("web.example.test")], [hashOf(other.cert), hashOf(other.cert)]);
  assert.ok(await kept.asks());
  kept.socket.destroy();
  assert.doesNotMatch(saidBy(taxgate), /PRIVATE KEY/);
});

test("nobody gets into the admin listener before its certificate is there, plain or not, and the next one is shown once it is ordered", { skip }, async (t) => {
  await pebble.pause();
  t.after(() => pebble.resume());
  const taxgate = await started(t, `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: 127.0.0.1:${pebble.httpPort} }]
admin: { bind: 127.0.0.1:0, tls: { certificate: desk } }
certificates: { desk: ${acme("desk.example.test")} }
${REST}`, ["plain", "admin"]);
  const port = taxgate.port("admin");
  assert.ok(!isShown(await shownFor(port, "desk.example.test")));
  const plain = await new Promise<string>((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path: "/api/v1/status" }, (answer) => resolve(`answered ${answer.statusCode}`));
    asked.once("error", (fault) => resolve((fault as { code?: string }).code ?? "error")).end();
  });
  assert.doesNotMatch(plain, /^answered/);
  await pebble.resume();
  assert.ok(await until(async () => isShown(await shownFor(port, "desk.example.test")), 10_000), saidBy(taxgate));
  const first = await shownFor(port, "desk.example.test");
  writeFileSync(taxgate.file, `version: 1
state: { dir: "${taxgate.folder}/state" }
listeners: [{ name: plain, bind: 127.0.0.1:${pebble.httpPort} }]
admin: { bind: 127.0.0.1:0, tls: { certificate: desk } }
certificates: { desk: ${acme("desk.example.test, more.example.test")} }
${REST}`);
  assert.ok(await until(async () => ![first, "late"].includes(await shownFor(port, "desk.example.test")), 8000), saidBy(taxgate));
  assert.ok(isShown(await shownFor(port, "desk.example.test")));
});

test("a client certificate toward a platform, from files and ordered, is replaced without a failed request, and old connections go", { skip }, async (t) => {
  const server = keyPair("localhost");
  const seen: string[] = [];
  const platform = createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (asked, answer) => {
    const { raw } = (asked.socket as TLSSocket).getPeerCertificate();
    seen.push(raw === undefined ? "none" : createHash("sha256").update(raw).digest("hex"));
    setTimeout(() => answer.end("{}"), 20);
  });
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
  t.after(() => void platform.close());
  const url = `https://localhost:${(platform.address() as AddressInfo).port}`;
  const [one, other] = [root.issue("client-one", 11, { names: ["client.example.test"] }), root.issue("client-two", 12, { names: ["client.example.test"] })];
  const [cert, key] = [put(root.directory, "client.pem", one.cert), put(root.directory, "client.key", one.key)];
  const yaml = (domains: string): string => `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: 127.0.0.1:${pebble.httpPort} }]
admin: { bind: 127.0.0.1:0 }
certificates:
  bank: { files: { cert: ${cert}, key: ${key} } }
  robot: ${acme(domains)}
drain: { grace: 0ms, max: 1s }
sites:
  - name: files
    hosts: [files.example]
    upstream: { tls: { ca: ${pebble.caFile}, clientCertificate: bank } }
    regions: { main: { endpoints: [{ url: "${url}" }] } }
    routes: [{ name: rest, match: { path: /** }, class: pass }]
  - name: ordered
    hosts: [ordered.example]
    upstream: { tls: { ca: ${pebble.caFile}, clientCertificate: robot } }
    regions: { main: { endpoints: [{ url: "${url}" }] } }
    routes: [{ name: rest, match: { path: /** }, class: pass }]
`;
  const taxgate = await started(t, yaml("robot.example.test"), ["plain", "admin"]);
  const port = taxgate.port("plain");
  const failed: number[] = [];
  const ask = (host: string): Promise<void> =>
    new Promise((resolve) => {
      const asked = request({ host: "127.0.0.1", port, headers: { host } }, (answer) => {
        if (answer.statusCode !== 200) failed.push(answer.statusCode ?? 0);
        answer.resume().once("end", resolve);
      });
      asked.once("error", () => resolve(void failed.push(0))).end();
    });
  const going = new AbortController();
  const caller = async (host: string): Promise<void> => {
    while (!going.signal.aborted) await ask(host);
  };
  const load = [caller("files.example"), caller("files.example"), caller("ordered.example"), caller("ordered.example")];
  const others = (): string[] => [...new Set(seen)].filter((one) => one !== "none");
  assert.ok(await until(() => others().length === 2, 10_000), `${others().length} certificates were seen\n${saidBy(taxgate)}`);
  const [firstRobot] = others().filter((shown) => shown !== hashOf(one.cert));
  put(root.directory, "client.key", other.key);
  put(root.directory, "client.pem", other.cert);
  assert.ok(await until(() => seen.includes(hashOf(other.cert)), 10_000), saidBy(taxgate));
  writeFileSync(taxgate.file, yaml("robot.example.test, more.example.test").replaceAll("{folder}", taxgate.folder));
  assert.ok(await until(() => others().length === 4, 10_000), saidBy(taxgate));
  const from = seen.length;
  assert.ok(await until(() => seen.length > from + 40, 5000));
  going.abort();
  await Promise.all(load);
  assert.deepEqual(seen.slice(from).filter((shown) => shown === hashOf(one.cert) || shown === firstRobot || shown === "none"), []);
  assert.deepEqual(failed, []);
  const sockets = (): Promise<number> => new Promise((resolve) => platform.getConnections((_, count) => resolve(count)));
  assert.ok(await until(async () => (await sockets()) <= 4, 7000), `${await sockets()} connections are open`);
});

test("files that were broken since they were read do not keep a renewed certificate from being shown, to clients or to a platform", { skip }, async (t) => {
  const seen: string[] = [];
  const platform = createServer({ ...keyPair("localhost"), requestCert: true, rejectUnauthorized: false }, (_, answer) => answer.end("{}"));
  platform.on("secureConnection", (socket: TLSSocket) => {
    const { raw } = socket.getPeerCertificate();
    seen.push(raw === undefined ? "none" : createHash("sha256").update(raw).digest("hex"));
  });
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
  t.after(() => void platform.close());
  const clientsCa = put(root.directory, "clients-ca.pem", root.cert);
  const platformCa = put(root.directory, "platform-ca.pem", TEST_CA);
  const client = root.issue("visitor", 21);
  const taxgate = await started(t, `version: 1
state: { dir: "{folder}/state" }
listeners:
  - { name: plain, bind: 127.0.0.1:${pebble.httpPort} }
  - { name: tls, bind: 127.0.0.1:0, tls: { certificates: [web], clientCa: ${clientsCa} } }
admin: { bind: 127.0.0.1:0 }
certificates: { web: ${acme("web.example.test")} }
regions: { main: { endpoints: [{ url: "https://localhost:${(platform.address() as AddressInfo).port}" }] } }
upstream: { tls: { ca: ${platformCa}, clientCertificate: web } }
routes: [{ name: rest, match: { path: /** }, class: pass, connection: fresh }]
drain: { grace: 0ms, max: 1s }
`, ["plain", "tls", "admin"]);
  const [operator, port] = [operatorOf(taxgate), taxgate.port("tls")];
  const shown = (): Promise<string> => shownFor(port, "web.example.test", client);
  assert.ok(await until(async () => isShown(await shown()), 8000), saidBy(taxgate));
  const first = await shown();
  put(root.directory, "clients-ca.pem", "-----BEGIN CERTIFICATE-----\nhalf");
  put(root.directory, "platform-ca.pem", "-----BEGIN CERTIFICATE-----\nhalf");
  assert.equal((await operator.reload()).result, "refused", saidBy(taxgate));
  const renewed = await callAdmin({ origin: `http://127.0.0.1:${taxgate.port("admin")}`, token: taxgate.token(), ca: null }, "POST", "/api/v1/certificates/renew?name=web");
  assert.equal(renewed.kind === "answer" && renewed.status < 300, true, JSON.stringify(renewed));
  assert.ok(await until(async () => ![first, "late"].includes(await shown()), 8000), saidBy(taxgate));
  const next = await shown();
  assert.ok(isShown(next), next);
  const visit = (): Promise<unknown> => new Promise((resolve) => void request({ host: "127.0.0.1", port: taxgate.port("plain") }, (answer) => answer.resume().once("end", resolve)).once("error", resolve).end());
  assert.ok(await until(async () => (await visit(), seen.includes(next)), 8000), saidBy(taxgate));
});
