import type { BodySource } from "../http/message.ts";

const SLICE = 64 * 1024;

/** Bytes in pieces, so that a slow reader is told from one that has stopped reading. */
export function sliced(bytes: Uint8Array): BodySource {
  let at = 0;
  return {
    length: bytes.byteLength,
    read() {
      if (at >= bytes.byteLength) return null;
      const piece = bytes.subarray(at, at + SLICE);
      at += piece.byteLength;
      return piece;
    },
    cancel() {
      at = bytes.byteLength;
    },
    trailers: () => [],
  };
}
