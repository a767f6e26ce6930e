import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { readFromDisk } from "../../src/config/sources.ts";

const FILE = resolve("/taxgate.yaml");
const TEXT = `version: 1
listeners: [{ name: tls, bind: 127.0.0.1:8443, tls: { certificates: [edge], clientCa: ca.crt, clientCrl: ca.crl } }]
certificates: { edge: { files: { cert: edge.crt, key: edge.key } } }
regions: { main: { endpoints: [{ url: https://tax.example }] } }
`;

/** What is wrong where all PEM files hold `bytes`. */
function mistakes(bytes: Uint8Array): string[] {
  const loaded = loadConfig(FILE, {}, (path) => (path === FILE ? { ok: true, bytes: Buffer.from(TEXT) } : path.endsWith(".yaml") ? readFromDisk(path) : { ok: true, bytes }));
  return loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message.replace(/"[^"]*"/, "FILE")}`);
}

test("a file in DER is told from one that is nothing, with the line that converts it", () => {
  const der = (part: string): string => `got FILE, which is DER: 'openssl ${part} -inform DER -in FILE -out NEWFILE' makes PEM of it, want a PEM file`;
  const places = ["listeners[0].tls.clientCa", "listeners[0].tls.clientCrl", "certificates.edge.files.cert", "certificates.edge.files.key"];
  assert.deepEqual(mistakes(Buffer.from([0x30, 0x82, 1, 0])), places.map((place, index) => `${place}: ${der(["x509", "crl", "x509", "pkey"][index] ?? "")}`));
  assert.deepEqual(mistakes(Buffer.from("0 is no DER")), places.map((place) => `${place}: got FILE, which is none, want a PEM file`));
  assert.deepEqual(mistakes(Buffer.from("-----BEGIN X-----")), []);
});
