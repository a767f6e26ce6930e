import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeKey } from "../../../src/certs/make-key.ts";
import { certificateId } from "../../../src/certs/acme/certificate-id.ts";
import { toPem } from "../../../src/certs/pem-blocks.ts";
import { signCertificate } from "../../../src/certs/x509/certificate.ts";
import { authorityKeyIdentifier, subjectAlternativeName } from "../../../src/certs/x509/extensions.ts";
import { TEST_CA } from "../../support/tls-material.ts";

// RFC 9773 appendix A.
const EXAMPLE = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;

async function made(names: number, keyId: Uint8Array | null): Promise<string> {
  const { publicKey, privateKey } = await makeKey("ecdsa-p256");
  const list = Array.from({ length: names }, (_, index) => `name-${index}.example`);
  const extensions = [subjectAlternativeName(list), ...(keyId === null ? [] : [authorityKeyIdentifier(keyId)])];
  return toPem(await signCertificate({ subject: "a", issuer: "b", publicKey, signingKey: privateKey, serial: Uint8Array.of(1, 2), notBefore: 1000, notAfter: 2000, extensions }));
}

describe("the id of a certificate", () => {
  it("is the one of RFC 9773 for its example, with the leading zero of the serial number", () => {
    assert.equal(certificateId(EXAMPLE), "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  });

  it("is found behind extensions of any length", async () => {
    for (const names of [1, 5, 10, 100]) assert.equal(certificateId(await made(names, Uint8Array.of(251, 255))), "-_8.AQI", `${names} names`);
  });

  it("is that of the first certificate of a chain", async () => {
    assert.equal(certificateId(EXAMPLE + TEST_CA), certificateId(EXAMPLE));
  });

  it("is none without the authority's key identifier, and where there is no certificate", async () => {
    assert.equal(certificateId(await made(1, null)), null);
    for (const text of ["", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "no certificate"]) assert.equal(certificateId(text), null);
  });
});
