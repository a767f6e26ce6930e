/** The verified parts of an answer, each as DER but the signature's bits. */
export interface VerifiedAnswer {
  /** What was signed. */
  readonly data: Uint8Array;
  /** How. */
  readonly algorithm: Uint8Array;
  readonly signature: Uint8Array;
  /** Whom the authority has delegated; null: it signed by itself. */
  readonly signer: Uint8Array | null;
}

const SEQUENCE = 0x30;
const FIRST = 0xa0;
const SUCCESSFUL = Buffer.of(0x0a, 1, 0);
/** id-pkix-ocsp-basic. */
const BASIC = Buffer.from("06092b0601050507300101", "hex");

/**
 * The answer (RFC 6960 section 4.2.1) that clients are shown, made of what was verified. The one that came may hold more,
 * unsigned and by plain HTTP: garbage that makes every handshake larger, or that strict clients break a handshake off for.
 */
export function shownAnswer({ data, algorithm, signature, signer }: VerifiedAnswer): Uint8Array {
  const certificates = signer === null ? [] : [der(FIRST, der(SEQUENCE, signer))];
  const basic = der(SEQUENCE, data, algorithm, der(0x03, Buffer.of(0), signature), ...certificates);
  return new Uint8Array(der(SEQUENCE, SUCCESSFUL, der(FIRST, der(SEQUENCE, BASIC, der(0x04, basic)))));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const digits = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...digits), content]);
}
