import type { KeyKind } from "../options.ts";
import { makeKey } from "../make-key.ts";
import { identifiersOf } from "./identifiers.ts";

/** A certification request (PKCS#10, RFC 2986) with the key that was made for it. */
export interface MadeCsr {
  readonly der: Uint8Array;
  /** PKCS#8 PEM. */
  readonly key: string;
}

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

/** Longest common name (RFC 5280 appendix A.1, ub-common-name). */
const LONGEST_COMMON_NAME = 64;

/**
 * Makes a key and a request for these names and addresses. All of them are alternative names; the first name that fits is
 * the common name as well, for authorities that want one, and none where there are only addresses.
 */
export async function makeCsr(names: readonly string[], kind: KeyKind): Promise<MadeCsr> {
  const identifiers = identifiersOf(names);
  const { privateKey, publicKey, pem } = await makeKey(kind);
  const [{ AsnConvert }, csr, { Attribute, Extensions }, { signBytes, publicKeyInfo }, { subjectAlternativeName }, { distinguishedName }] = await derModules();
  const commonName = identifiers.find(({ type, value }) => type === "dns" && value.length <= LONGEST_COMMON_NAME)?.value ?? "";
  const extensions = new Extensions([subjectAlternativeName(identifiers.map(({ value }) => value))]);
  const certificationRequestInfo = new csr.CertificationRequestInfo({
    subject: distinguishedName(commonName),
    subjectPKInfo: publicKeyInfo(publicKey),
    attributes: new csr.Attributes([new Attribute({ type: EXTENSION_REQUEST, values: [AsnConvert.serialize(extensions)] })]),
  });
  const { algorithm, signature } = await signBytes(new Uint8Array(AsnConvert.serialize(certificationRequestInfo)), privateKey);
  const request = new csr.CertificationRequest({ certificationRequestInfo, signatureAlgorithm: algorithm, signature });
  return { der: new Uint8Array(AsnConvert.serialize(request)), key: pem };
}

/** Loaded when a request is made, because they cost memory for good. */
function derModules() {
  return Promise.all([
    import("@peculiar/asn1-schema"),
    import("@peculiar/asn1-csr"),
    import("@peculiar/asn1-x509"),
    import("../x509/certificate.ts"),
    import("../x509/extensions.ts"),
    import("../x509/names.ts"),
  ]);
}
