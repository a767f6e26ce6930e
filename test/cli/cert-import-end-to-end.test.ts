import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "node:tls";
import { runCli } from "../../src/cli/cli.ts";
import { readLeaf } from "../../src/certs/leaf.ts";
import { DAY, madeAuthority, madeLeaf, type Made } from "../certs/made-pair.ts";
import { startTaxgate } from "../support/taxgate.ts";
import { until } from "../support/until.ts";

const now = Date.now();
const validity = { notBefore: now - DAY, notAfter: now + DAY };
const root = await madeAuthority("Root", validity);
const [first, second, third] = (await Promise.all([1, 2, 3].map((days) => madeLeaf("gate.example", { by: root, ...validity, notAfter: now + days * DAY })))) as [Made, Made, Made];

/** One handshake: the fingerprint of what was shown, or why it failed. */
function handshake(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "gate.example", ca: root.pem }, () => {
      resolve(readLeaf(socket.getPeerCertificate().raw)?.fingerprint ?? "none");
      socket.end();
    });
    socket.once("error", (fault) => resolve(`failed: ${fault.message}`));
  });
}

const fingerprint = ({ pem }: Made): string => readLeaf(pem)?.fingerprint ?? "";

test("a certificate is taken in under a stream of handshakes, none of which fails, and half of a pair changes nothing", async (t) => {
  const folder = fs.mkdtempSync(join(tmpdir(), "taxgate-import-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  fs.writeFileSync(at("edge.pem"), first.pem + root.pem);
  fs.writeFileSync(at("edge.key"), first.keyPem, { mode: 0o600 });
  const yaml = `version: 1
state: { dir: ${at("state")} }
listeners: [{ name: plain, bind: 127.0.0.1:0 }, { name: tls, bind: 127.0.0.1:0, tls: { certificates: [edge] } }]
admin: { bind: 127.0.0.1:0 }
drain: { grace: 0ms, max: 2s }
certificates: { edge: { files: { cert: ${at("edge.pem")}, key: ${at("edge.key")} } } }
regions: { main: { endpoints: [{ url: http://127.0.0.1:9 }] } }
`;
  fs.writeFileSync(at("taxgate.yaml"), yaml);
  const taxgate = await startTaxgate(yaml, { listeners: ["plain", "tls", "admin"] });
  t.after(() => taxgate.kill());
  const port = taxgate.port("tls");
  const shown: string[] = [];
  const ended = new AbortController();
  const stream = Array.from({ length: 2 }, async () => {
    while (!ended.signal.aborted) shown.push(await handshake(port));
  });
  const shows = (made: Made): Promise<boolean> => until(() => shown.at(-1) === fingerprint(made), 5000);
  assert.ok(await shows(first));

  // By hand, as slowly as a person: the key comes much later than its certificate.
  fs.writeFileSync(at("edge.pem"), second.pem + root.pem);
  assert.ok(await until(() => taxgate.output().includes("the key does not belong to the certificate"), 5000), taxgate.output());
  assert.equal(shown.includes(fingerprint(second)), false);
  assert.ok(await shows(first));
  fs.writeFileSync(at("edge.key"), second.keyPem);
  assert.ok(await shows(second), taxgate.output());

  fs.writeFileSync(at("new.pem"), third.pem + root.pem);
  fs.writeFileSync(at("new.key"), third.keyPem);
  let said = "";
  const code = await runCli(["cert", "import", "edge", at("taxgate.yaml"), "--cert", at("new.pem"), "--key", at("new.key")], { out: (text) => (said += text), err: (text) => (said += text), env: {}, tty: false });
  assert.equal(code, 0, said);
  assert.ok(await shows(third), taxgate.output());
  const taken = shown.length;
  assert.ok(await until(() => shown.length > taken + 20, 5000));
  ended.abort();
  await Promise.all(stream);

  const known = [first, second, third].map(fingerprint);
  assert.deepEqual([...new Set(shown)], known);
  assert.deepEqual(shown.slice(taken).filter((one) => one !== known[2]), []);
  assert.equal(taxgate.output().match(/the key does not belong/g)?.length, 1, "the import itself is never seen half done");
  t.diagnostic(`${shown.length} handshakes`);
  await taxgate.stop();
});
