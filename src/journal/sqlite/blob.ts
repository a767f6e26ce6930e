import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Seal } from "../../base/seal.ts";
import type { Headers } from "../../http/message.ts";
import type { StoredAnswer, StoredRequest } from "../entry.ts";

/*
 * Requests and answers as bytes in a row. First a byte that names the form, then either a checksum (CRC-32) and the
 * content, or the sealed content. Checksum and seal cover the form, what the blob is, and `bound`: a blob that was moved to
 * another row or column does not open. The content: length of the head (4 bytes, big-endian), the head as JSON, the body;
 * a zstd frame of it where it is compressed.
 *
 * The fields of a request are a blob of their own: they hold credentials, and go long before the rest.
 */

/** A request in two blobs. */
export interface PackedRequest {
  /** Its header fields. To forget them, delete this one; the other stays as it is. */
  readonly fields: Uint8Array;
  /** Method, target and body. */
  readonly content: Uint8Array;
}

/** What a blob is. */
export type BlobKind = "fields" | "content" | "answer";

/** Format 1 in the upper half; the lower half says what was done to the content. */
const FORMAT = 0x10;
const COMPRESSED = 1;
const SEALED = 2;
const CRC = 4;
const LENGTH = 4;
/**
 * A call of zstd costs 30 µs before it sees a byte, which is what writing 30 kB costs. Smaller blobs are compressed when
 * they are archived.
 */
const AT_ONCE = 32 * 1024;
const WHEN_ARCHIVED = 512;
/** A few bytes can claim to be gigabytes. */
const LARGEST = 512 * 1024 * 1024;

/** Packs a request; `bound` names its entry and revision, `seal` is null where nothing is encrypted. */
export function packRequest({ method, target, headers, body }: StoredRequest, seal: Seal | null, bound: string): PackedRequest {
  return {
    fields: wrap(framed(headers, new Uint8Array(0)), "fields", seal, bound, AT_ONCE),
    content: wrap(framed([method, target], body), "content", seal, bound, AT_ONCE),
  };
}

/** The request; without fields where they are null. Null where a blob was altered or belongs elsewhere, or its key is unknown. */
export function unpackRequest(fields: Uint8Array | null, content: Uint8Array, seal: Seal | null, bound: string): StoredRequest | null {
  const main = unframed(unwrap(content, "content", seal, bound));
  const names = fields === null ? { head: [], body: null } : unframed(unwrap(fields, "fields", seal, bound));
  if (main === null || names === null || !isTexts(main.head) || !isTexts(names.head)) return null;
  const [method, target] = main.head;
  return method === undefined || target === undefined ? null : { method, target, headers: names.head, body: main.body };
}

/** Packs an answer; see {@link packRequest}. */
export function packAnswer({ status, headers, body }: StoredAnswer, seal: Seal | null, bound: string): Uint8Array {
  return wrap(framed([status, ...headers], body), "answer", seal, bound, AT_ONCE);
}

/** The answer, or null; see {@link unpackRequest}. */
export function unpackAnswer(packed: Uint8Array, seal: Seal | null, bound: string): StoredAnswer | null {
  const parts = unframed(unwrap(packed, "answer", seal, bound));
  if (parts === null) return null;
  const [status, ...headers] = parts.head;
  return typeof status === "number" && isTexts(headers) ? { status, headers, body: parts.body } : null;
}

/** The same blob as it is archived: compressed where that saves something, sealed with the newest key. Null as {@link unpackRequest}. */
export function repack(packed: Uint8Array, kind: BlobKind, seal: Seal | null, bound: string): Uint8Array | null {
  const content = unwrap(packed, kind, seal, bound);
  return content === null ? null : wrap(content, kind, seal, bound, WHEN_ARCHIVED);
}

/** The same blob under another seal, or under none: neither unpacked nor compressed anew. Null as {@link unpackRequest}. */
export function reseal(packed: Uint8Array, kind: BlobKind, from: Seal | null, to: Seal | null, bound: string): Uint8Array | null {
  const opening = opened(packed, kind, from, bound);
  return opening === null ? null : closed(opening.inner, opening.isCompressed, kind, to, bound);
}

function framed(head: readonly (string | number)[], body: Uint8Array): Buffer {
  const text = JSON.stringify(head);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(LENGTH + length + body.length);
  bytes.writeUInt32BE(length);
  bytes.write(text, LENGTH);
  bytes.set(body, LENGTH + length);
  return bytes;
}

function unframed(content: Buffer | null): { readonly head: readonly unknown[]; readonly body: Uint8Array } | null {
  if (content === null || content.length < LENGTH) return null;
  const end = LENGTH + content.readUInt32BE();
  try {
    const head: unknown = JSON.parse(content.toString("utf8", LENGTH, end));
    return Array.isArray(head) ? { head, body: new Uint8Array(content.buffer, content.byteOffset + end, content.length - end) } : null;
  } catch {
    return null; // no JSON, or a length beyond the end: written by something else
  }
}

function isTexts(head: readonly unknown[]): head is Headers {
  return head.every((value) => typeof value === "string");
}

function wrap(content: Buffer, kind: BlobKind, seal: Seal | null, bound: string, compressFrom: number): Uint8Array {
  const small = content.length < compressFrom ? content : compressed(content);
  return closed(small, small !== content, kind, seal, bound);
}

function unwrap(packed: Uint8Array, kind: BlobKind, seal: Seal | null, bound: string): Buffer | null {
  const opening = opened(packed, kind, seal, bound);
  return opening === null || !opening.isCompressed ? (opening?.inner ?? null) : inflated(opening.inner);
}

/** The result has memory of its own, so that it can be transferred to another thread. */
function closed(inner: Uint8Array, isCompressed: boolean, kind: BlobKind, seal: Seal | null, bound: string): Uint8Array {
  const form = FORMAT | (isCompressed ? COMPRESSED : 0) | (seal === null ? 0 : SEALED);
  const text = coveredText(form, kind, bound);
  const content = seal === null ? inner : seal.close(inner, text);
  const start = seal === null ? 1 + CRC : 1;
  const packed = Buffer.allocUnsafeSlow(start + content.length);
  packed[0] = form;
  if (seal === null) packed.writeUInt32BE(crc32(inner, crc32(text)), 1);
  packed.set(content, start);
  return packed;
}

function opened(packed: Uint8Array, kind: BlobKind, seal: Seal | null, bound: string): { readonly inner: Buffer; readonly isCompressed: boolean } | null {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const form = bytes[0] ?? 0;
  if ((form & ~(COMPRESSED | SEALED)) !== FORMAT) return null;
  const text = coveredText(form, kind, bound);
  const inner = (form & SEALED) === 0 ? checked(bytes, text) : (seal?.open(bytes.subarray(1), text) ?? null);
  return inner === null ? null : { inner, isCompressed: (form & COMPRESSED) !== 0 };
}

/** What checksum and seal cover beside the content (the associated data of AEAD). */
function coveredText(form: number, kind: BlobKind, bound: string): string {
  return `taxgate journal ${form} ${kind} ${bound}`;
}

function checked(bytes: Buffer, text: string): Buffer | null {
  if (bytes.length < 1 + CRC) return null;
  const content = bytes.subarray(1 + CRC);
  return bytes.readUInt32BE(1) === crc32(content, crc32(text)) ? content : null;
}

/** The content itself where compression saves nothing. */
function compressed(content: Buffer): Buffer {
  const frame = zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  return frame.length < content.length ? frame : content;
}

function inflated(frame: Buffer): Buffer | null {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: LARGEST });
  } catch {
    return null; // no frame, or larger than anything that we write
  }
}
