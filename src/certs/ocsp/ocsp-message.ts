import { createHash, verify, X509Certificate } from "node:crypto";
import { BasicOCSPResponse, CertID, id_kp_OCSPSigning, id_pkix_ocsp_basic, OCSPRequest, OCSPResponse, OCSPResponseStatus, Request, TBSRequest, type SingleResponse } from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate } from "@peculiar/asn1-x509";
import { shownAnswer, type VerifiedAnswer } from "./shown-answer.ts";

/*
 * OCSP (RFC 6960, in the profile of RFC 5019): the question about one certificate, and whether an answer is one. To be
 * loaded only where a certificate names a responder: the library costs memory.
 */

/** A certificate and the one that signed it. */
export interface Asked {
  readonly leaf: X509Certificate;
  readonly issuer: X509Certificate;
}

/** What an answer says, or why it is none. Times in ms since 1970; `bytes` are what clients may be shown of it. */
export type OcspReading =
  | { readonly ok: true; readonly status: "good" | "revoked"; readonly thisUpdate: number; readonly nextUpdate: number; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string };

const SHA1 = "1.3.14.3.2.26";
const NULL = Uint8Array.of(5, 0).buffer;
/** Begins the identifiers of its signatures, behind which a NULL stands (RFC 4055). */
const RSA = "1.2.840.113549.1.1.";
/** How far the responder's clock may be ahead of ours. */
const SKEW_MS = 5 * 60 * 1000;
/** Certificates in an answer that are tried as its signer's. */
const MOST_SIGNERS = 5;
const DIGESTS: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/** The question, DER. No nonce: authorities answer from what they have signed ahead. */
export function ocspRequest(asked: Asked): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(new OCSPRequest({ tbsRequest: new TBSRequest({ requestList: [new Request({ reqCert: certId(asked) })] }) })));
}

/** SHA-1 names the certificate here and protects nothing: responders know no other (RFC 5019 section 2.1.1). */
function certId({ leaf, issuer }: Asked): CertID {
  const authority = AsnConvert.parse(issuer.raw, Certificate).tbsCertificate;
  const { serialNumber } = AsnConvert.parse(leaf.raw, Certificate).tbsCertificate;
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA1, parameters: NULL }),
    issuerNameHash: new OctetString(sha1(AsnConvert.serialize(authority.subject))),
    issuerKeyHash: new OctetString(sha1(authority.subjectPublicKeyInfo.subjectPublicKey)),
    serialNumber,
  });
}

function sha1(bytes: ArrayBuffer): Buffer {
  return createHash("sha1").update(new Uint8Array(bytes)).digest();
}

/** Reads an answer and checks all of it: that it is about this certificate, who signed it, and that it holds at `now` (wall time). */
export function readOcspResponse(bytes: Uint8Array, asked: Asked, now: number): OcspReading {
  try {
    const response = AsnConvert.parse(bytes, OCSPResponse);
    if (response.responseStatus !== OCSPResponseStatus.successful) return no(`the responder answered with status ${response.responseStatus}`);
    if (response.responseBytes?.responseType !== id_pkix_ocsp_basic) return no("the answer has no form that is known here");
    const basic = AsnConvert.parse(response.responseBytes.response.buffer, BasicOCSPResponse);
    const single = basic.tbsResponseData.responses.find(({ certID }) => isSame(certID, certId(asked)));
    if (single === undefined) return no("the answer is about another certificate");
    const verified = verifiedBy(basic, asked.issuer, now);
    if (verified === null) return no("the answer is not signed by the authority, nor by a responder that it authorised");
    return within(single, verified, now);
  } catch {
    return no("the answer is not OCSP");
  }
}

function isSame(one: CertID, other: CertID): boolean {
  const equal = (a: ArrayBuffer, b: ArrayBuffer): boolean => Buffer.from(a).equals(Buffer.from(b));
  return (
    one.hashAlgorithm.algorithm === other.hashAlgorithm.algorithm &&
    equal(one.issuerNameHash.buffer, other.issuerNameHash.buffer) &&
    equal(one.issuerKeyHash.buffer, other.issuerKeyHash.buffer) &&
    equal(one.serialNumber, other.serialNumber)
  );
}

/** What of it is signed by the authority, or by whom it has authorised; null: nothing. */
function verifiedBy(basic: BasicOCSPResponse, issuer: X509Certificate, now: number): VerifiedAnswer | null {
  const { algorithm } = basic.signatureAlgorithm;
  const digest = DIGESTS[algorithm];
  const signed = (basic as BasicOCSPResponse & { readonly tbsResponseDataRaw?: ArrayBuffer }).tbsResponseDataRaw;
  if (digest === undefined || signed === undefined) return null;
  const by = ({ publicKey }: X509Certificate): boolean => {
    try {
      return verify(digest, new Uint8Array(signed), publicKey, new Uint8Array(basic.signature));
    } catch {
      return false;
    }
  };
  const parts = { data: new Uint8Array(signed), algorithm: new Uint8Array(AsnConvert.serialize(new AlgorithmIdentifier({ algorithm, ...(algorithm.startsWith(RSA) ? { parameters: NULL } : {}) }))), signature: new Uint8Array(basic.signature) };
  if (by(issuer)) return { ...parts, signer: null };
  const signers = (basic.certs ?? []).slice(0, MOST_SIGNERS).map((one) => new X509Certificate(Buffer.from(AsnConvert.serialize(one))));
  const signer = signers.find((one) => isAuthorised(one, issuer, now) && by(one));
  return signer === undefined ? null : { ...parts, signer: signer.raw };
}

/** Delegated by the authority itself (RFC 6960 section 4.2.2.2), and valid now. */
function isAuthorised(signer: X509Certificate, issuer: X509Certificate, now: number): boolean {
  const purposes: readonly string[] = signer.keyUsage ?? [];
  return purposes.includes(id_kp_OCSPSigning) && signer.checkIssued(issuer) && signer.verify(issuer.publicKey) && signer.validFromDate.getTime() <= now + SKEW_MS && signer.validToDate.getTime() > now;
}

function within({ certStatus, thisUpdate, nextUpdate }: SingleResponse, verified: VerifiedAnswer, now: number): OcspReading {
  const since = thisUpdate.getTime();
  const until = nextUpdate?.getTime();
  if (until === undefined) return no("the answer does not say until when it holds");
  if (!(since <= now + SKEW_MS)) return no("the answer is of the future: check this machine's clock");
  if (!(until > now)) return no("the answer has run out");
  const status = certStatus.revoked !== undefined ? "revoked" : certStatus.good !== undefined ? "good" : null;
  return status === null ? no("the responder does not know the certificate") : { ok: true, status, thisUpdate: since, nextUpdate: until, bytes: shownAnswer(verified) };
}

function no(why: string): OcspReading {
  return { ok: false, why };
}
