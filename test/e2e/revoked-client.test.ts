import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HAS_OPENSSL, testAuthority } from "../support/openssl-authority.ts";
import { startTaxgate } from "../support/taxgate.ts";
import { keyPair } from "../support/tls-material.ts";
import { until } from "../support/until.ts";
import { handshake, refusal } from "../server/tls/handshakes.ts";

test("a client that the list on disk revokes is out once the list is replaced, and what it sees is counted", { skip: HAS_OPENSSL ? false : "openssl is not here" }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "taxgate-revoked-"));
  const root = testAuthority();
  t.after(() => {
    root.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  const [good, bad] = [root.issue("good", 1), root.issue("bad", 2)];
  const put = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    return path;
  };
  const own = keyPair("localhost");
  const gate = await startTaxgate(`
version: 1
state: { dir: "{folder}/data" }
listeners:
  - { name: tls, bind: 127.0.0.1:0, tls: { certificates: [edge], clientCa: ${put("ca.pem", root.cert)}, clientCrl: ${put("list.pem", root.revocationList([]))} } }
admin: { bind: 127.0.0.1:0 }
certificates: { edge: { files: { cert: ${put("edge.pem", own.cert)}, key: ${put("edge.key", own.key)} } } }
drain: { grace: 0ms, max: 1s }
sites:
  - hosts: ["*"]
    regions: { one: { endpoints: [{ url: "http://127.0.0.1:9" }] } }
    routes: [{ name: all, match: { path: /** }, class: pass, hsts: {} }]
`, { listeners: ["tls", "admin"] });
  t.after(() => gate.stop());
  const port = gate.port("tls");
  const before = await handshake(port, bad);
  assert.match(before.answer, /strict-transport-security: max-age=31557600/i);
  const kept = await handshake(port, good);
  put("list.pem", root.revocationList([2]));
  assert.ok(await until(() => before.socket.destroyed, 15_000), gate.output());
  assert.notEqual(await refusal(port, bad), "connected");
  assert.notEqual(await refusal(port, { ...bad, session: before.session as Buffer }), "connected");
  assert.equal(await refusal(port, good), "connected");
  assert.equal(kept.socket.destroyed, false);
  kept.socket.destroy();
  const metrics = await gate.metrics();
  assert.match(metrics, /taxgate_tls_handshakes_total\{[^}]*listener="tls"[^}]*version="1\.3"[^}]*resumed="no"[^}]*\} 3/);
  assert.match(metrics, /taxgate_client_certificates_refused_total\{[^}]*listener="tls"[^}]*reason="revoked"[^}]*\} 2/);
});
