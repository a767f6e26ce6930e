import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { toPem } from "../../../src/certs/pem-blocks.ts";
import { makeSerial, signCertificate } from "../../../src/certs/x509/certificate.ts";
import { acmeIdentifier, authorityKeyIdentifier, basicConstraints, extendedKeyUsage, keyIdentifier, keyUsage, nameConstraints, subjectAlternativeName, subjectKeyIdentifier } from "../../../src/certs/x509/extensions.ts";
import { addressText, distinguishedName } from "../../../src/certs/x509/names.ts";
import { readSigner } from "../../../src/certs/x509/signer.ts";
import { parseAddress } from "../../../src/base/cidr.ts";

const NOW = Date.UTC(2026, 10, 21, 8);
const YEAR = 31_557_600_000;

/** What OpenSSL reads in a certificate. */
function opensslText(pem: string): string {
  return execFileSync("openssl", ["x509", "-noout", "-text", "-nameopt", "utf8"], { input: pem, encoding: "utf8" });
}

const keys: Readonly<Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  "ecdsa-with-SHA256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "ecdsa-with-SHA384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  sha256WithRSAEncryption: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

for (const [algorithm, make] of Object.entries(keys)) {
  test(`a certificate signed by ${algorithm} verifies, and OpenSSL reads all that it says`, async () => {
    const authority = make();
    const id = keyIdentifier(authority.publicKey);
    const constraints = nameConstraints({ dns: ["api.tax.example"], networks: ["10.1.2.3", "10.9.8.7/8", "fd00::1/33"] }, { dns: [], networks: ["::/0"] });
    const ca = toPem(await signCertificate({ subject: "Prüfstelle 税务", issuer: "Prüfstelle 税务", publicKey: authority.publicKey, signingKey: authority.privateKey, notBefore: NOW, notAfter: Date.UTC(2050, 0, 1), extensions: [basicConstraints(0), keyUsage(["keyCertSign", "cRLSign"]), constraints, subjectKeyIdentifier(id)] }));
    const text = opensslText(ca);
    for (const part of [`Signature Algorithm: ${algorithm}`, "CN=Prüfstelle 税务", "Not Before: Nov 21 08:00:00 2026 GMT", "Not After : Jan  1 00:00:00 2050 GMT", "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0", "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign", "X509v3 Name Constraints: critical", "DNS:api.tax.example", "IP:10.1.2.3/255.255.255.255", "IP:10.0.0.0/255.0.0.0", "IP:FD00:0:0:0:0:0:0:0/FFFF:FFFF:8000:0:0:0:0:0"]) {
      assert.ok(text.includes(part), `${part} in\n${text}`);
    }
    const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signer = readSigner(ca);
    const der = await signCertificate({ subject: distinguishedName("", "Taxgate"), issuer: signer.subject, publicKey: leaf.publicKey, signingKey: authority.privateKey, notBefore: NOW, notAfter: NOW + YEAR, extensions: [basicConstraints(null), subjectAlternativeName(["api.tax.example", "10.1.2.3", "fd00::1"]), extendedKeyUsage(["serverAuth", "clientAuth"]), keyUsage(["digitalSignature", "keyEncipherment"]), authorityKeyIdentifier(id)] });
    const [own, above] = [new X509Certificate(der), new X509Certificate(ca)];
    assert.ok(own.checkIssued(above) && own.verify(above.publicKey));
    assert.equal(own.subjectAltName, "DNS:api.tax.example, IP Address:10.1.2.3, IP Address:FD00:0:0:0:0:0:0:1");
    assert.deepEqual([own.ca, own.keyUsage, own.checkPrivateKey(leaf.privateKey)], [false, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], true]);
    assert.deepEqual([signer.keyIdentifier, signer.permitted], [new Uint8Array(id), { dns: ["api.tax.example"], networks: ["10.1.2.3/32", "10.0.0.0/8", "fd00::/33"] }]);
  });
}

test("times are UTCTime until 2049 and GeneralizedTime from 2050 on", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const der = Buffer.from(await signCertificate({ subject: "x", issuer: "x", publicKey, signingKey: privateKey, notBefore: Date.UTC(2049, 11, 31, 23, 59, 59), notAfter: Date.UTC(2050, 0, 1), extensions: [basicConstraints(0)] }));
  assert.ok(der.includes("\u0017\u000d491231235959Z", 0, "latin1"));
  assert.ok(der.includes("\u0018\u000f20500101000000Z", 0, "latin1"));
});

test("a serial number is positive, in its shortest form and never the same", () => {
  const serials = Array.from({ length: 200 }, makeSerial);
  for (const serial of serials) assert.ok(serial.length === 16 && (serial[0] ?? 0) >= 0x40 && (serial[0] ?? 0) < 0x80);
  assert.equal(new Set(serials.map((serial) => Buffer.from(serial).toString("hex"))).size, serials.length);
});

test("a certificate for tls-alpn-01 holds its digest in a critical extension", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const digest = new Uint8Array(32).fill(0xab);
  const der = await signCertificate({ subject: "", issuer: "x", publicKey, signingKey: privateKey, notBefore: NOW, notAfter: NOW + 1000, extensions: [subjectAlternativeName(["a.example"], true), acmeIdentifier(digest)] });
  assert.ok(Buffer.from(der).includes(Buffer.from(`06082b0601050507011f0101ff04220420${"ab".repeat(32)}`, "hex")));
  assert.match(opensslText(toPem(der)), /Subject: *\n[\s\S]*Alternative Name: critical\n +DNS:a\.example/);
});

test("a key that nothing here makes does not sign, and a common name has at most 64 characters", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  await assert.rejects(signCertificate({ subject: "x", issuer: "x", publicKey, signingKey: privateKey, notBefore: NOW, notAfter: NOW, extensions: [] }), /keys of kind 'ed25519' do not sign here/);
  assert.throws(() => distinguishedName("x".repeat(65)), /longer than 64 characters/);
  assert.equal(distinguishedName("税".repeat(64)).length, 1);
});

for (const [given, text] of [["10.0.0.1", "10.0.0.1"], ["::ffff:10.0.0.1", "10.0.0.1"], ["fd00::1", "fd00:0:0:0:0:0:0:1"], ["::", "0:0:0:0:0:0:0:0"], ["fd00::10.0.0.1", "fd00:0:0:0:0:0:a00:1"]] as const) {
  test(`the address ${given} is written ${text}`, () => {
    const address = parseAddress(given);
    assert.equal(address === null ? null : addressText(address), text);
  });
}
