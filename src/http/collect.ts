import { BodyFault, NO_BODY, type Body, type BodySource } from "./message.ts";

/**
 * Reads a body to its end, up to `maxBytes`. Throws a BodyFault of reason "too-large" beyond that, and "no-room" where
 * `hold`, which is asked before each piece is kept, says no.
 */
export async function collect(source: BodySource, maxBytes: number, hold: (bytes: number) => boolean = () => true): Promise<Body> {
  if (source.length !== null && source.length > maxBytes) throw new BodyFault("too-large", `the body has ${source.length} bytes`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await source.read(); chunk !== null; chunk = await source.read()) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyFault("too-large", `the body has more than ${maxBytes} bytes`);
    if (!hold(chunk.byteLength)) throw new BodyFault("no-room", "too many bodies are held at once");
    chunks.push(chunk);
  }
  if (size === 0) return NO_BODY;
  return { kind: "bytes", bytes: chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size) };
}
