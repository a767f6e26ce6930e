import type { BodySource } from "./message.ts";

/** What is done with a piece before it is handed on, null at the end; the piece itself, or what goes in its place. */
export type Tap = (piece: Uint8Array | null) => Uint8Array | null | Promise<Uint8Array | null>;

/** The same body, every piece shown to `tap` on its way. Rejects where `tap` throws. */
export function tapped(source: BodySource, tap: Tap): BodySource {
  return {
    length: source.length,
    read() {
      const piece = source.read();
      return piece instanceof Promise ? piece.then(tap) : tap(piece);
    },
    cancel: () => source.cancel(),
    trailers: () => source.trailers(),
  };
}
