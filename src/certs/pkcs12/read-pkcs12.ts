import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { ContentInfo } from "@peculiar/asn1-cms";
import { AuthenticatedSafe, CertBag, id_certBag, id_keyBag, id_pkcs8ShroudedKeyBag, id_x509Certificate, PFX, PKCS8ShroudedKeyBag, SafeContents } from "@peculiar/asn1-pfx";
import type { KeyPair } from "../key-pair.ts";
import { MOST_CERTIFICATES } from "../parsed-pair.ts";
import { decrypt, Pkcs12Fault, unsupported, WRONG_PASSPHRASE } from "./decrypt.ts";
import { verifyMac } from "./mac.ts";
import { EncryptedData } from "./structures.ts";

/*
 * PKCS#12 (RFC 7292): one file with a key and its certificates, as Windows, Java and most portals of authorities give them
 * out. This room costs some 20 MB as soon as it is loaded: import it when there is a file to read.
 */

/** The pair that a file holds, or why it cannot be had, for people. */
export type Pkcs12Reading = { readonly ok: true; readonly pair: KeyPair } | { readonly ok: false; readonly why: string };

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const MOST_BYTES = 1024 * 1024;
/** Each costs a derivation of its key. */
const MOST_PARTS = 20;

interface Found {
  readonly keys: KeyObject[];
  readonly certificates: X509Certificate[];
}

/** Reads a file: the MAC is verified, the key must be the only one, and its certificate is followed by its issuers. Never throws. */
export function readPkcs12(bytes: Uint8Array, passphrase: string): Pkcs12Reading {
  if (bytes.length > MOST_BYTES) return { ok: false, why: `it is larger than ${MOST_BYTES} bytes` };
  const pfx = parsed(bytes);
  if (pfx === null) return { ok: false, why: "it is not a PKCS#12 file, or cut off" };
  try {
    return { ok: true, pair: pairIn(contentsOf(pfx, passphrase)) };
  } catch (fault) {
    // Without a MAC a wrong passphrase may give bytes that fit their padding by chance, and are nothing.
    return { ok: false, why: fault instanceof Pkcs12Fault ? fault.message : WRONG_PASSPHRASE };
  }
}

function parsed(bytes: Uint8Array): PFX | null {
  try {
    return AsnConvert.parse(bytes, PFX);
  } catch {
    return null;
  }
}

function contentsOf({ authSafe, macData }: PFX, passphrase: string): Found {
  if (authSafe.contentType !== DATA) throw unsupported("a file that is signed instead of protected by a passphrase");
  const content = octets(authSafe.content);
  // Java and OpenSSL can be told to leave it out; a wrong passphrase is noticed later then. The library gives an empty one.
  if (macData.mac.digestAlgorithm.algorithm !== "") verifyMac(macData, content, passphrase);
  const parts = AsnConvert.parse(content, AuthenticatedSafe);
  if (parts.length > MOST_PARTS) throw new Pkcs12Fault(`it has ${parts.length} parts, at most ${MOST_PARTS} are read`);
  const found: Found = { keys: [], certificates: [] };
  let derivations = parts.length;
  for (const part of parts) {
    for (const { bagId, bagValue } of AsnConvert.parse(plainPart(part, passphrase), SafeContents)) {
      if (bagId === id_pkcs8ShroudedKeyBag && ++derivations > MOST_PARTS) throw new Pkcs12Fault(`it has more than ${MOST_PARTS} encrypted parts`);
      takeBag(bagId, bagValue, passphrase, found);
    }
  }
  return found;
}

function octets(der: ArrayBuffer): Uint8Array {
  return new Uint8Array(AsnConvert.parse(der, OctetString).buffer);
}

function plainPart({ contentType, content }: ContentInfo, passphrase: string): Uint8Array {
  if (contentType === DATA) return octets(content);
  if (contentType !== ENCRYPTED_DATA) throw unsupported("a part that is encrypted with a certificate");
  const { contentEncryptionAlgorithm, encryptedContent } = AsnConvert.parse(content, EncryptedData).encryptedContentInfo;
  const pieces = encryptedContent?.value === undefined ? (encryptedContent?.constructedValue ?? []) : [encryptedContent.value];
  return decrypt(contentEncryptionAlgorithm, Buffer.concat(pieces.map(({ buffer }) => new Uint8Array(buffer))), passphrase);
}

function takeBag(id: string, value: ArrayBuffer, passphrase: string, { keys, certificates }: Found): void {
  if (id === id_keyBag) keys.push(keyOf(Buffer.from(value)));
  if (id === id_pkcs8ShroudedKeyBag) {
    const { encryptionAlgorithm, encryptedData } = AsnConvert.parse(value, PKCS8ShroudedKeyBag);
    keys.push(keyOf(decrypt(encryptionAlgorithm, new Uint8Array(encryptedData.buffer), passphrase)));
  }
  if (id === id_certBag) {
    const { certId, certValue } = AsnConvert.parse(value, CertBag);
    if (certId === id_x509Certificate) certificates.push(new X509Certificate(octets(certValue)));
  }
}

function keyOf(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

function pairIn({ keys, certificates }: Found): KeyPair {
  const [key, ...more] = keys;
  if (key === undefined) throw new Pkcs12Fault("there is no private key in it: export the certificate together with its key");
  if (more.length > 0) throw new Pkcs12Fault(`there are ${keys.length} private keys in it: export one alone`);
  const leaf = certificates.find((one) => one.checkPrivateKey(key));
  if (leaf === undefined) throw new Pkcs12Fault(certificates.length === 0 ? "there is no certificate in it" : "none of its certificates belongs to the key in it");
  return { cert: chainFrom(leaf, certificates).map(String).map(closed).join(""), key: closed(key.export({ type: "pkcs8", format: "pem" })) };
}

/** The certificate and its issuers, each behind what it issued; without a root, which clients have or do not trust. */
function chainFrom(leaf: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] {
  const chain = [leaf];
  for (let last = leaf; chain.length < MOST_CERTIFICATES; ) {
    const issuer = all.find((one) => !chain.includes(one) && last.checkIssued(one) && last.verify(one.publicKey));
    if (issuer === undefined || issuer.checkIssued(issuer)) return chain;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

function closed(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
