import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeToken } from "../../src/base/token.ts";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { intercepting, startedProxy } from "../server/forward-proxy/started-proxy.ts";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../support/openssl-authority.ts";
import { CLIENTS, type Attachment } from "./clients.ts";
import { startOrigin, type Origin } from "./origin.ts";

/*
 * Unmodified clients through all three ways of attaching. Each client trusts one authority alone, so that an answer says
 * whose certificate it was shown: Taxgate's own, one of the local authority, or the platform's.
 */

const HOST = "api.tax.example";
const OTHER = "other.example";
const folder = mkdtempSync(join(tmpdir(), "taxgate-attach-"));
const platformCa = join(folder, "platform.pem");
const gateCa = join(folder, "gate.pem");
const localCa = join(folder, "local.pem");
let platform: TestAuthority;
let origin: Origin;
let taxgate: TaxgateProcess;
let password = "";

const yaml = (hash: string): string => `version: 1
state: { dir: "{folder}/state" }
listeners:
  - { name: base, bind: 127.0.0.1:0, tls: { certificates: [edge] } }
  - { name: override, bind: 127.0.0.1:0, tls: {}, intercept: { hosts: [${HOST}], authority: local } }
  - { name: proxy, bind: 127.0.0.1:0, mode: forward-proxy, intercept: { hosts: [${HOST}], authority: local }, proxy: { users: [{ name: billing, hash: "${hash}" }] } }
admin: { bind: 127.0.0.1:0 }
drain: { grace: 0s, max: 2s }
certificates:
  edge: { files: { cert: "${join(folder, "edge.crt")}", key: "${join(folder, "edge.key")}" } }
  local: { authority: true }
hosts: [${HOST}, localhost]
regions: { home: { endpoints: [{ url: "https://${HOST}:${origin.port}", address: 127.0.0.1 }] } }
upstream: { tls: { ca: "${platformCa}" } }
routes: [{ name: rest, match: { path: /** }, class: pass }]
`;

before(async () => {
  if (!HAS_OPENSSL) return;
  platform = testAuthority("Platform");
  origin = await startOrigin(platform.issue("origin", 1, { names: [HOST, OTHER] }));
  const gate = testAuthority("Gate");
  const own = gate.issue("edge", 1, { names: ["localhost"] });
  for (const [name, text] of [["edge.crt", own.cert], ["edge.key", own.key], ["platform.pem", platform.cert], ["gate.pem", gate.cert]] as const) writeFileSync(join(folder, name), text);
  gate.remove();
  const made = await makeToken("billing");
  password = made.token;
  taxgate = await startTaxgate(yaml(made.hash), {}, ["base", "override", "proxy", "admin"]);
  const kept = readFileSync(join(taxgate.folder, "state", "authorities", "local", "authority.pem"), "utf8");
  writeFileSync(localCa, `${/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(kept)?.[0] ?? ""}\n`);
});

after(async () => {
  await taxgate?.stop();
  await origin?.stop();
  platform?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const base = (): Attachment => ({ ca: gateCa, folder, names: [], proxy: null });
const override = (): Attachment => ({ ca: localCa, folder, names: [HOST, OTHER], proxy: null });
const proxied = (): Attachment => ({ ca: localCa, folder, names: [], proxy: { port: taxgate.port("proxy"), user: "billing", password } });

/** What the platform saw while `run` ran. */
async function seenDuring<T>(run: () => Promise<T>): Promise<readonly [T, Origin["seen"]]> {
  origin.seen.length = 0;
  const result = await run();
  return [result, [...origin.seen]];
}

for (const client of CLIENTS) {
  describe(client.name, { skip: HAS_OPENSSL ? (client.missing ?? false) : "openssl is not here" }, () => {
    test("calls Taxgate by its own address", async () => {
      const [told, seen] = await seenDuring(() => client.call([`https://localhost:${taxgate.port("base")}/invoices`], base()));
      assert.match(told.join(), /^201 [^]*"echo":"invoice"/);
      assert.deepEqual(seen.map(({ path, sni, body }) => [path, sni, body]), [["/invoices", HOST, "invoice"]]);
    });

    test("calls the platform by its name, which leads to Taxgate; another name that leads there is not answered for", async () => {
      const port = taxgate.port("override");
      const [told, seen] = await seenDuring(() => client.call([`https://${HOST}:${port}/invoices`, `https://${OTHER}:${port}/invoices`], override()));
      assert.match(told[0] ?? "", /^201 [^]*"echo":"invoice"/);
      assert.match(told[1] ?? "", /^ERROR .*(alert|handshake|ssl|tls)/i);
      assert.deepEqual(seen.map(({ host, body }) => [host, body]), [[`${HOST}:${origin.port}`, "invoice"]]);
    });

    test("calls the platform through a forward proxy that asks for a password; a host that is not listed is refused", async () => {
      const [told, seen] = await seenDuring(() => client.call([`https://${HOST}/invoices`, `https://${OTHER}/invoices`], proxied()));
      assert.match(told[0] ?? "", /^201 [^]*"echo":"invoice"/);
      assert.match(told[1] ?? "", /^ERROR .*403/);
      assert.equal(seen.length, 1);
      assert.deepEqual(seen[0]?.fields.filter((name) => name.startsWith("proxy-")), []);
      assert.equal(seen[0]?.fields.includes("via"), true);
    });

    test("is asked for its password", async () => {
      const [told, seen] = await seenDuring(() => client.call([`https://${HOST}/invoices`], { ...proxied(), proxy: { port: taxgate.port("proxy"), user: "billing", password: "guess" } }));
      // Java asks for another password a few times, and does not say why it gives up.
      assert.match(told.join(), client.name.startsWith("Java") ? /^(ERROR|407)/ : /^(ERROR .*)?407/);
      assert.equal(seen.length, 0);
    });

    test("is passed on to a host that is not listed where others are: the certificate is the platform's own", async (t) => {
      const minted: string[] = [];
      const one = await startedProxy(t, {
        material: intercepting([HOST], async (host) => (minted.push(host), null)),
        written: { proxy: { others: "tunnel", ports: [origin.port] } },
        env: { resolve: async () => ["127.0.0.1"], mayBeDialled: (address) => address === "127.0.0.1" },
      });
      const [told, seen] = await seenDuring(() => client.call([`https://${OTHER}:${origin.port}/invoices`], { ca: platformCa, folder, names: [], proxy: { port: one.port, user: null, password: "" } }));
      assert.match(told.join(), /^201 [^]*"echo":"invoice"/);
      assert.deepEqual(seen.map(({ sni, host, fields }) => [sni, host, fields.includes("via")]), [[OTHER, `${OTHER}:${origin.port}`, false]]);
      assert.deepEqual([one.results, minted, one.seen.length], [["passed"], [], 0]);
    });

    test("calls the platform in the clear through the proxy, which speaks TLS for it", { skip: client.name.startsWith("openssl") ? "it speaks TLS alone" : false }, async () => {
      const [told, seen] = await seenDuring(() => client.call([`http://${HOST}/invoices`], proxied()));
      assert.match(told.join(), /^201 [^]*"echo":"invoice"/);
      assert.deepEqual(seen.map(({ sni, body }) => [sni, body]), [[HOST, "invoice"]]);
    });
  });
}

test("no password of a proxy's user stands in the log", { skip: !HAS_OPENSSL }, () => {
  const all = taxgate.lines().join("\n");
  assert.ok(all.includes('"method":"CONNECT"'));
  for (const secret of [password, Buffer.from(`billing:${password}`).toString("base64"), "guess"]) assert.equal(all.includes(secret), false);
});
