/** The first bytes of what is a document and no text: archives (OFD too), PDF, images, office files, DER (signatures, certificates). */
const MAGIC: readonly Buffer[] = ["%PDF-", "PK\x03\x04", "PK\x05\x06", "\x1f\x8b\x08", "\x89PNG\r\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "II*\0", "MM\0*", "\xd0\xcf\x11\xe0", "7z\xbc\xaf", "Rar!\x1a", "BZh9", "\xfd7zXZ", "\x28\xb5\x2f\xfd", "\x30\x80", "\x30\x82", "\x30\x83", "%!PS"].map((text) => Buffer.from(text, "latin1"));

/** Bytes of a document that `isDocument` has to see. */
export const MAGIC_BYTES = 12;

/** Whether bytes begin as those of a document do that is no text. */
export function isDocument(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAGIC_BYTES));
  if (start.toString("latin1", 0, 4) === "RIFF") return start.toString("latin1", 8, 12) === "WEBP";
  return MAGIC.some((magic) => start.length >= magic.length && start.compare(magic, 0, magic.length, 0, magic.length) === 0);
}
