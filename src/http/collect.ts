import { BodyFault, NO_BODY, type Body, type BodySource } from "./message.ts";

/** Reads a body to its end, up to `maxBytes`; throws a BodyFault of reason "too-large" beyond that. */
export async function collect(source: BodySource, maxBytes: number): Promise<Body> {
  if (source.length !== null && source.length > maxBytes) throw new BodyFault("too-large", `the body has ${source.length} bytes`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await source.read(); chunk !== null; chunk = await source.read()) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyFault("too-large", `the body has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return NO_BODY;
  return { kind: "bytes", bytes: chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size) };
}
