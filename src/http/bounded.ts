import { BodyFault, type BodySource } from "./message.ts";
import { tapped } from "./tapped.ts";

/** The same body, broken off where it grows beyond `maxBytes`: a bound for bodies that are streamed. */
export function bounded(source: BodySource, maxBytes: number): BodySource {
  let size = 0;
  const count = (chunk: Uint8Array | null): Uint8Array | null => {
    size += chunk?.byteLength ?? 0;
    if (size > maxBytes) throw new BodyFault("too-large", `the body has more than ${maxBytes} bytes`);
    return chunk;
  };
  return tapped(source, count);
}
