import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants, gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib";
import type { Coding } from "../http/accept-encoding.ts";

/** What shrinks, beside text/*, +json and +xml. The rest (PDF, OFD, archives, pictures) is compressed already, or unknown. */
const SHRINKING: ReadonlySet<string> = new Set([
  "application/json", "application/x-ndjson", "application/jsonl", "application/json-seq",
  "application/xml", "application/xml-dtd",
  "application/javascript", "application/x-javascript", "application/ecmascript",
  "application/yaml", "application/x-yaml", "application/x-www-form-urlencoded", "application/graphql", "application/sql",
]);

/** Whether answers of a type get smaller by encoding them. Event streams do, but must not wait for an encoder. */
export function compressible(contentType: string): boolean {
  const end = contentType.indexOf(";");
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  if (type === "text/event-stream") return false;
  return type.startsWith("text/") || type.endsWith("+json") || type.endsWith("+xml") || SHRINKING.has(type);
}

/** An encoder waits for the body's end anyway, so that it can size its tables by it. */
const ENCODERS: Readonly<Record<Coding, (body: Uint8Array) => Promise<Uint8Array>>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength } }),
  zstd: (body) => promisify(zstdCompress)(body, { params: { [constants.ZSTD_c_compressionLevel]: 3 }, pledgedSrcSize: body.byteLength }),
  gzip: (body) => promisify(gzip)(body, { level: 6 }),
};

/** Encodes a whole body, off the main thread. The levels are those that a busy edge can afford. */
export function encode(coding: Coding, body: Uint8Array): Promise<Uint8Array> {
  return ENCODERS[coding](body);
}

/** The largest window that RFC 9659 lets a sender use: 8 MiB. Without it, a few bytes could ask for 128 MiB. */
const ZSTD_WINDOW_LOG = 23;

const DECODERS: Readonly<Record<Coding, (body: Uint8Array, maxOutputLength: number) => Promise<Uint8Array>>> = {
  br: (body, maxOutputLength) => promisify(brotliDecompress)(body, { maxOutputLength, rejectGarbageAfterEnd: true }),
  zstd: (body, maxOutputLength) =>
    promisify(zstdDecompress)(body, { maxOutputLength, rejectGarbageAfterEnd: true, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
  // It may consist of several members (RFC 1952 section 2.2), which that option takes for garbage; real garbage is refused without it.
  gzip: (body, maxOutputLength) => promisify(gunzip)(body, { maxOutputLength }),
};

/** Decodes a body by its Content-Encoding as it stands in the head; null where that is none of ours, else see {@link decode}. `x-gzip` is gzip (RFC 9110 section 8.4.1.3). */
export function decodeAs(field: string, body: Uint8Array, maxBytes: number): Promise<Uint8Array | null> {
  const stated = field.trim().toLowerCase();
  if (stated === "" || stated === "identity") return Promise.resolve(body.byteLength > maxBytes ? null : body);
  const name = stated === "x-gzip" ? "gzip" : stated;
  return name === "gzip" || name === "br" || name === "zstd" ? decode(name, body, maxBytes) : Promise.resolve(null);
}

/** Decodes a whole body; null where it is broken, cut off, followed by something else, or longer than `maxBytes`. Throws where that is no whole number from 1 up. */
export async function decode(coding: Coding, body: Uint8Array, maxBytes: number): Promise<Uint8Array | null> {
  try {
    return await DECODERS[coding](body, maxBytes);
  } catch (error) {
    // A bound that is none is the caller's fault; all else is the body's.
    if (error instanceof RangeError && "code" in error && error.code === "ERR_OUT_OF_RANGE") throw error;
    return null;
  }
}
