import { X509Certificate } from "node:crypto";
import { DER, derParts } from "../der.ts";
import { certificateNames } from "../distinguished-name.ts";

/** Context-specific tags: the extensions of a certificate, and the identifier in the extension that is looked for. */
const EXTENSIONS = 0xa3;
const KEY_IDENTIFIER = 0x80;
/** 2.5.29.35, authorityKeyIdentifier. */
const AUTHORITY_KEY_IDENTIFIER = "551d23";

/**
 * What renewal information is asked by (RFC 9773 section 4.1): the authority's key identifier and the serial number, both
 * base64url. Takes PEM, leaf first; null where it is no certificate or names no such identifier.
 */
export function certificateId(certPem: string): string | null {
  const der = rawOf(certPem);
  const serial = der === null ? undefined : certificateNames(der)?.serial;
  const keyIdentifier = der === null ? undefined : keyIdentifierOf(der);
  return serial === undefined || keyIdentifier === undefined || keyIdentifier.byteLength === 0 ? null : `${base64url(keyIdentifier)}.${base64url(serial)}`;
}

function rawOf(certPem: string): Uint8Array | null {
  try {
    return new X509Certificate(certPem).raw;
  } catch {
    return null;
  }
}

function keyIdentifierOf(der: Uint8Array): Uint8Array | undefined {
  const extensions = derParts(derParts(der)[0]?.bytes).find(({ tag }) => tag === EXTENSIONS);
  const own = derParts(derParts(extensions?.bytes)[0]?.bytes).map(({ bytes }) => derParts(bytes)).find(([id]) => id !== undefined && hex(id.content) === AUTHORITY_KEY_IDENTIFIER);
  const value = own?.find(({ tag }) => tag === DER.octets)?.content;
  return derParts(value).find(({ tag }) => tag === KEY_IDENTIFIER)?.content;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
