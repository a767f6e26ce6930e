import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** An invoice of equal lines shrinks to a hundredth; what goes beyond was made to hurt. */
const MAX_RATIO = 256;
const FREE_OUTPUT = 64 * 1024;
const MOST_CODINGS = 3;

type Undo = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const CODINGS: ReadonlyMap<string, Undo> = new Map<string, Undo>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  // By the standard with zlib's head; some leave it out.
  ["deflate", (bytes, options) => ((bytes[0] ?? 0) % 16 === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options))],
  ["br", brotliDecompressSync],
  ["zstd", zstdDecompressSync],
]);

/** What became of a body: its bytes, `unknown` coding or broken bytes, or a `bomb` that grows beyond its bound. */
export type Inflated = Uint8Array | "unknown" | "bomb";

/** Undoes the content codings of a body (RFC 9110 section 8.4), the last one first. A step's result is at most `most` bytes. */
export function inflateBody(bytes: Uint8Array, codings: readonly string[], most: number): Inflated {
  if (codings.length > MOST_CODINGS) return "bomb";
  let reached = bytes;
  for (const coding of codings.toReversed()) {
    if (coding === "identity") continue;
    const undo = CODINGS.get(coding);
    const next = undo === undefined ? "unknown" : inflateOnce(reached, undo, most);
    if (typeof next === "string") return next;
    reached = next;
  }
  return reached;
}

function inflateOnce(bytes: Uint8Array, undo: Undo, most: number): Inflated {
  const maxOutputLength = Math.max(1, Math.min(most, FREE_OUTPUT + bytes.byteLength * MAX_RATIO));
  try {
    return undo(bytes, { maxOutputLength });
  } catch (fault) {
    const code = (fault as NodeJS.ErrnoException).code ?? "";
    if (code === "ERR_BUFFER_TOO_LARGE") return "bomb";
    if (/^(?:Z_|ZSTD_|ERR_|ERR__ERROR)/.test(code)) return "unknown";
    throw fault;
  }
}
