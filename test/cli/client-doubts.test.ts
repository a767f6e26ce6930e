import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { certificateDoubts } from "../../src/cli/certificate-doubts.ts";
import { loadConfig } from "../../src/config/load.ts";
import { HAS_OPENSSL, testAuthority } from "../support/openssl-authority.ts";

const skip = HAS_OPENSSL ? false : "openssl is not here";

test("check reads what listeners demand of clients as a start does, and says what lets nobody in", { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-demands-"));
  const root = testAuthority();
  const other = testAuthority("Other");
  t.after(() => [folder, root.directory, other.directory].forEach((path) => rmSync(path, { recursive: true, force: true })));
  const leaf = root.issue("client", 7);
  const list = root.revocationList([]);
  const [begin, , ...rest] = root.cert.split("\n");
  const files = { root: root.cert, both: root.cert + other.cert, leaf: leaf.cert, key: leaf.key, broken: [begin, ...rest].join("\n"), list };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.pem`), text);
  const doubts = (ca: string, crl?: string): string[] => {
    const file = join(folder, "taxgate.yaml");
    writeFileSync(file, `version: 1
listeners: [{ name: tls, bind: "127.0.0.1:0", tls: { certificates: [own], clientCa: ./${ca}.pem${crl === undefined ? "" : `, clientCrl: ./${crl}.pem`} } }]
certificates: { own: { acme: { directory: letsencrypt, domains: [gate.example], challenge: tls-alpn-01 } } }
hosts: [gate.example]
regions: { main: { endpoints: [{ url: "https://api.tax.example" }] } }
`);
    const loaded = loadConfig(file, {});
    assert.ok(loaded.ok, JSON.stringify(loaded));
    return certificateDoubts("taxgate.yaml", loaded.config).map((one) => `${one.file.replace(`${folder}/`, "")}: ${one.path}: ${one.message}`);
  };
  assert.deepEqual(doubts("root"), []);
  assert.deepEqual(doubts("root", "list"), []);
  assert.deepEqual(doubts("leaf"), ["leaf.pem: listeners[0].tls.clientCa: 'O=Test, CN=client' is no authority, and lets no client in: the certificate of whoever signed it belongs here"]);
  assert.deepEqual(doubts("both", "list"), ["list.pem: listeners[0].tls.clientCrl: clientCrl has no revocation list of 'O=Test, CN=Other', and clients whose chain goes through it are refused"]);
  assert.throws(() => doubts("key"), /key\.pem': it holds no certificate/);
  assert.throws(() => doubts("broken"), /broken\.pem': it holds a certificate that is broken or cut off/);
  assert.throws(() => doubts("root", "leaf"), /leaf\.pem': it has no revocation list in PEM/);
});
