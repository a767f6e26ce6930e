import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { Extensions, id_ce_subjectAltName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import { makeKey } from "../../../src/certs/make-key.ts";
import { toPem } from "../../../src/certs/pem-blocks.ts";
import { signCertificate } from "../../../src/certs/x509/certificate.ts";
import { authorityKeyIdentifier, basicConstraints, extendedKeyUsage, keyIdentifier, keyUsage, subjectAlternativeName, subjectKeyIdentifier } from "../../../src/certs/x509/extensions.ts";

/** What signs certificates: a root, an intermediate, and the same intermediate signed by another root. */
export interface StubAuthority {
  /** PEM. */
  readonly root: string;
  /** Signs for the key and the names of a request (PKCS#10); PEM chains. Throws where the request is not signed by its key. */
  sign(csr: Buffer, from: number, until: number): Promise<{ readonly names: readonly string[]; readonly chain: string; readonly alternate: string }>;
}

const YEARS = 10 * 365 * 24 * 3_600_000;

/** Makes one that is valid from 2020 on for as long as tests will run. */
export async function makeStubAuthority(): Promise<StubAuthority> {
  const [rootKey, otherKey, key] = await Promise.all([makeKey("ecdsa-p256"), makeKey("ecdsa-p256"), makeKey("ecdsa-p256")]);
  const start = Date.UTC(2020, 0, 1);
  const id = keyIdentifier(key.publicKey);
  const base = { notBefore: start, notAfter: start + 5 * YEARS };
  const rootUses = [basicConstraints(1), keyUsage(["keyCertSign", "cRLSign"])];
  const own = { ...base, subject: "Stub Root", issuer: "Stub Root", publicKey: rootKey.publicKey, signingKey: rootKey.privateKey, extensions: [...rootUses, subjectKeyIdentifier(keyIdentifier(rootKey.publicKey))] };
  const middle = { ...base, subject: "Stub Intermediate", publicKey: key.publicKey, extensions: [basicConstraints(0), keyUsage(["keyCertSign", "cRLSign"]), subjectKeyIdentifier(id)] };
  const [root, intermediate, cross] = await Promise.all([
    signCertificate(own),
    signCertificate({ ...middle, issuer: "Stub Root", signingKey: rootKey.privateKey, extensions: [...middle.extensions, authorityKeyIdentifier(keyIdentifier(rootKey.publicKey))] }),
    signCertificate({ ...middle, issuer: "Stub Other Root", signingKey: otherKey.privateKey, extensions: [...middle.extensions, authorityKeyIdentifier(keyIdentifier(otherKey.publicKey))] }),
  ]);
  return {
    root: toPem(root),
    async sign(csr, from, until) {
      const { publicKey, names } = readRequest(csr);
      const extensions = [basicConstraints(null), keyUsage(["digitalSignature"]), extendedKeyUsage(["serverAuth"]), subjectAlternativeName(names, true), authorityKeyIdentifier(id)];
      const leaf = toPem(await signCertificate({ subject: "", issuer: "Stub Intermediate", publicKey, signingKey: key.privateKey, notBefore: from, notAfter: until, extensions }));
      return { names, chain: leaf + toPem(intermediate), alternate: leaf + toPem(cross) };
    },
  };
}

function readRequest(der: Buffer): { publicKey: KeyObject; names: string[] } {
  const request = AsnConvert.parse(der, CertificationRequest);
  const { certificationRequestInfo: info } = request;
  const publicKey = createPublicKey({ key: Buffer.from(AsnConvert.serialize(info.subjectPKInfo)), format: "der", type: "spki" });
  const signed = Buffer.from(AsnConvert.serialize(new CertificationRequestInfo(info)));
  if (!verify(info.subjectPKInfo.algorithm.algorithm === "1.2.840.10045.2.1" && publicKey.asymmetricKeyDetails?.namedCurve === "secp384r1" ? "sha384" : "sha256", signed, publicKey, Buffer.from(request.signature))) throw new Error("the request is not signed by its key");
  const [value] = info.attributes.find(({ type }) => type === "1.2.840.113549.1.9.14")?.values ?? [];
  if (value === undefined) throw new Error("the request asks for no extensions");
  const names = AsnConvert.parse(value, Extensions).find(({ extnID }) => extnID === id_ce_subjectAltName);
  if (names === undefined) throw new Error("the request has no alternative names");
  return { publicKey, names: AsnConvert.parse(names.extnValue.buffer, SubjectAlternativeName).map(({ dNSName, iPAddress }) => dNSName ?? iPAddress ?? "") };
}
