/** What OpenSSL calls what stands in a file. */
export type DerPart = "x509" | "pkey" | "crl";

/** Are these the bytes of a certificate, key or revocation list in DER, or of PKCS#12? A sequence of more than 127 bytes; no text begins so. */
export function isDer(bytes: Uint8Array): boolean {
  const length = bytes[1] ?? 0;
  return bytes[0] === 0x30 && length >= 0x81 && length <= 0x84;
}

/** The line that makes PEM of DER, for people. */
export function converting(part: DerPart): string {
  return `'openssl ${part} -inform DER -in FILE -out NEWFILE' makes PEM of it`;
}
