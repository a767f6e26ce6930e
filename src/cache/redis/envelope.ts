import { promisify } from "node:util";
import { constants, crc32, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";
import type { ZstdOptions } from "node:zlib";
import type { Seal } from "../../base/seal.ts";

/*
 * What stands under a key of the shared tier: magic, version, flags, then either a checksum and the content or the sealed
 * content; the content may be compressed. `bound` is the key: a value that was moved to another one does not open.
 */

/** Why a value cannot be read. */
export type EnvelopeFault = "corrupt" | "foreign-version" | "undecryptable" | "too-large";

/** The content of a value and whether it was encrypted, or why there is none. */
export type Opened = { readonly ok: true; readonly content: Buffer; readonly sealed: boolean } | { readonly ok: false; readonly fault: EnvelopeFault };

/** How values are wrapped. */
export interface Envelope {
  /** Wraps a content. `compress` tries whether zstd makes it smaller; `encrypt` needs a seal, and throws without one. */
  wrap(content: Uint8Array, bound: string, how: { readonly compress: boolean; readonly encrypt: boolean }): Promise<Buffer>;
  /** Unwraps a value that stood under `bound`. */
  unwrap(value: Buffer, bound: string): Promise<Opened>;
}

/** Raised with every change that an older version would misread. */
const FORMAT_VERSION = 1;

const MAGIC = Buffer.from("TXG", "latin1");
const HEAD = MAGIC.length + 2;
const CRC = 4;
const COMPRESSED = 1;
const ENCRYPTED = 2;
/** Below this a trip to the thread pool costs more than the work; both before and after unpacking. */
const SMALL = 64 * 1024;
/** The largest window of zstd that is accepted (8 MiB): without it, a few bytes could ask for 128 MiB. */
const WINDOW_LOG = 23;

const compressed = promisify(zstdCompress);
const decompressed = promisify(zstdDecompress);

/** Wraps and unwraps contents of at most `maxBytes`; `seal` is null where no encryption is configured. */
export function createEnvelope(maxBytes: number, seal: Seal | null): Envelope {
  return {
    async wrap(content, bound, { compress, encrypt }) {
      const small = compress ? await compressed(content) : content;
      const shrunk = small.length < content.length;
      const flags = (shrunk ? COMPRESSED : 0) | (encrypt ? ENCRYPTED : 0);
      const head = Buffer.concat([MAGIC, Buffer.of(FORMAT_VERSION, flags)]);
      const inner = shrunk ? small : content;
      if (!encrypt) return Buffer.concat([head, checksum(inner, head, bound), inner]);
      if (seal === null) throw new Error("encrypting a cache entry: no key is configured");
      return Buffer.concat([head, seal.close(inner, boundTo(head, bound))]);
    },
    async unwrap(value, bound) {
      const flags = flagsOf(value);
      if (flags === null) return { ok: false, fault: "foreign-version" };
      const head = value.subarray(0, HEAD);
      const sealed = (flags & ENCRYPTED) !== 0;
      const inner = sealed ? (seal?.open(value.subarray(HEAD), boundTo(head, bound)) ?? null) : checked(value, head, bound);
      if (inner === null) return { ok: false, fault: sealed ? "undecryptable" : "corrupt" };
      return (flags & COMPRESSED) === 0 ? { ok: true, content: inner, sealed } : inflate(inner, maxBytes, sealed);
    },
  };
}

/** Null where this version does not know the format. */
function flagsOf(value: Buffer): number | null {
  if (value.length < HEAD || !value.subarray(0, MAGIC.length).equals(MAGIC) || value[MAGIC.length] !== FORMAT_VERSION) return null;
  const flags = value[HEAD - 1] ?? 0;
  return (flags & ~(COMPRESSED | ENCRYPTED)) === 0 ? flags : null;
}

function boundTo(head: Buffer, bound: string): string {
  return `${head.toString("latin1")} ${bound}`;
}

function checksum(inner: Uint8Array, head: Buffer, bound: string): Buffer {
  const sum = Buffer.alloc(CRC);
  sum.writeUInt32BE(crc32(inner, crc32(boundTo(head, bound))));
  return sum;
}

function checked(value: Buffer, head: Buffer, bound: string): Buffer | null {
  const inner = value.subarray(HEAD + CRC);
  return value.length >= HEAD + CRC && value.subarray(HEAD, HEAD + CRC).equals(checksum(inner, head, bound)) ? inner : null;
}

/** A few bytes can claim to be gigabytes: the bounds hold while it unpacks. */
async function inflate(inner: Buffer, maxBytes: number, sealed: boolean): Promise<Opened> {
  const bound = { maxOutputLength: maxBytes, params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } };
  try {
    return { ok: true, sealed, content: inflateSmall(inner, bound) ?? (await decompressed(inner, bound)) };
  } catch (fault) {
    return { ok: false, fault: fault instanceof RangeError ? "too-large" : "corrupt" };
  }
}

/** Unpacks at once what is small; null where the result is not, which is known only by trying. Throws where it is corrupt. */
function inflateSmall(inner: Buffer, bound: ZstdOptions & { readonly maxOutputLength: number }): Buffer | null {
  if (inner.length > SMALL / 4) return null;
  try {
    return zstdDecompressSync(inner, { ...bound, maxOutputLength: Math.min(SMALL, bound.maxOutputLength) });
  } catch (fault) {
    if (fault instanceof RangeError) return null;
    throw fault;
  }
}
