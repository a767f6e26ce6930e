import { X509Certificate } from "node:crypto";

/** What a certificate says of itself. Times in ms since 1970. */
export interface Leaf {
  /** DNS names and IP addresses of its subject alternative names, lower case. */
  readonly names: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** SHA-256, hexadecimal without colons. */
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Address of the OCSP responder that it names; null: none. */
  readonly responder: string | null;
}

/** Reads the first certificate of a PEM text, or DER bytes; null where it is none. */
export function readLeaf(certificate: string | Uint8Array): Leaf | null {
  try {
    return leafOf(new X509Certificate(certificate));
  } catch {
    return null;
  }
}

/** What a parsed certificate says. */
export function leafOf(certificate: X509Certificate): Leaf {
  return {
    names: namesOf(certificate.subjectAltName ?? ""),
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    responder: /^OCSP - URI:(\S+)$/m.exec(certificate.infoAccess ?? "")?.[1] ?? null,
  };
}

/** The form is `DNS:a.example, IP Address:10.0.0.1`; names that need quoting are no host names. */
function namesOf(text: string): string[] {
  return text.split(", ").flatMap((part) => /^(?:DNS|IP Address):([^"]+)$/.exec(part)?.[1]?.toLowerCase() ?? []);
}

/** A distinguished name comes as a line an attribute. */
function oneLine(name: string | undefined): string {
  return (name ?? "").split("\n").join(", ");
}
