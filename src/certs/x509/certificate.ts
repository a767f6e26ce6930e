import { randomBytes, sign, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import { distinguishedName } from "./names.ts";

/** A certificate to be signed. */
export interface ToBeSigned {
  /** Common name; empty: none, and the alternative names have to be critical. */
  readonly subject: string | x509.Name;
  /** Whoever signs: as `readSigner` (signer.ts) reads it from its certificate, so that both are equal byte by byte; a common name for one that has none yet. */
  readonly issuer: string | x509.Name;
  readonly publicKey: KeyObject;
  /** Private key of whoever signs: ECDSA with P-256, P-384 or P-521, or RSA. */
  readonly signingKey: KeyObject;
  /** Positive, at most 20 bytes; {@link makeSerial} unless given. */
  readonly serial?: Uint8Array;
  /** Ms since 1970; certificates know whole seconds. */
  readonly notBefore: number;
  /** Ms since 1970. */
  readonly notAfter: number;
  readonly extensions: readonly x509.Extension[];
}

/** How a key signs: the digest for node, the identifiers for the certificate. */
interface Algorithm {
  readonly digest: "sha256" | "sha384" | "sha512";
  readonly oid: string;
  /** RSA's identifiers have a NULL behind them, those of ECDSA nothing (RFC 4055, RFC 5758). */
  readonly parameters: ArrayBuffer | null | undefined;
}

const NULL = Uint8Array.of(5, 0).buffer;
const CURVES: Readonly<Record<string, Algorithm>> = {
  prime256v1: { digest: "sha256", oid: "1.2.840.10045.4.3.2", parameters: undefined },
  secp384r1: { digest: "sha384", oid: "1.2.840.10045.4.3.3", parameters: undefined },
  secp521r1: { digest: "sha512", oid: "1.2.840.10045.4.3.4", parameters: undefined },
};
const RSA: Algorithm = { digest: "sha256", oid: "1.2.840.113549.1.1.11", parameters: NULL };

/** How a private key signs. Throws for a kind of key that nothing here makes. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm {
  const found = asymmetricKeyType === "rsa" ? RSA : CURVES[asymmetricKeyDetails?.namedCurve ?? ""];
  if (found === undefined) throw new Error(`signing a certificate: keys of kind '${asymmetricKeyType ?? "secret"}' do not sign here`);
  return found;
}

/** A signature with what certificates and requests say of it. */
export interface Signed {
  readonly algorithm: x509.AlgorithmIdentifier;
  readonly signature: ArrayBuffer;
}

/** The identifier of a key's way to sign, for what is about to be signed with it. */
function signatureAlgorithm(key: KeyObject): x509.AlgorithmIdentifier {
  const { oid, parameters } = algorithmOf(key);
  return new x509.AlgorithmIdentifier(parameters === undefined ? { algorithm: oid } : { algorithm: oid, parameters });
}

/** Signs bytes, off the event loop. */
export function signBytes(bytes: Uint8Array, key: KeyObject): Promise<Signed> {
  return new Promise((resolve, reject) => {
    sign(algorithmOf(key).digest, bytes, key, (fault, signature) => {
      if (fault !== null) reject(fault);
      else resolve({ algorithm: signatureAlgorithm(key), signature: new Uint8Array(signature).buffer });
    });
  });
}

/** A serial number: 16 random bytes, positive and in its shortest form. */
export function makeSerial(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return new Uint8Array(bytes);
}

/** Makes a certificate of version 3 (RFC 5280) and signs it; DER. */
export async function signCertificate(wanted: ToBeSigned): Promise<Uint8Array> {
  const validity = new x509.Validity();
  validity.notBefore = new x509.Time(wanted.notBefore); // UTCTime until 2049, GeneralizedTime from 2050
  validity.notAfter = new x509.Time(wanted.notAfter);
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: new Uint8Array(wanted.serial ?? makeSerial()).buffer,
    signature: signatureAlgorithm(wanted.signingKey),
    issuer: nameOf(wanted.issuer),
    validity,
    subject: nameOf(wanted.subject),
    subjectPublicKeyInfo: publicKeyInfo(wanted.publicKey),
    extensions: new x509.Extensions([...wanted.extensions]),
  });
  const { algorithm, signature } = await signBytes(new Uint8Array(AsnConvert.serialize(tbsCertificate)), wanted.signingKey);
  return new Uint8Array(AsnConvert.serialize(new x509.Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: signature })));
}

function nameOf(name: string | x509.Name): x509.Name {
  return typeof name === "string" ? distinguishedName(name) : name;
}

/** A public key as certificates and requests hold it. */
export function publicKeyInfo(key: KeyObject): x509.SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: "spki", format: "der" }), x509.SubjectPublicKeyInfo);
}
