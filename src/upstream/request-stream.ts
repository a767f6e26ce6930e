import { noteStreamed } from "../base/stream-garbage.ts";
import { Readable } from "node:stream";
import type { Body, BodySource } from "../http/message.ts";

/** A request's body as undici takes it. */
export function dispatchBody(body: Body): Buffer | Readable | null {
  if (body.kind === "none") return null;
  if (body.kind === "bytes") return Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.byteLength);
  return asReadable(body.source);
}

function asReadable(source: BodySource): Readable {
  // A stream asks for more as soon as it was given something; a source has one reader at a time.
  let pulling = false;
  const pull = async (stream: Readable): Promise<void> => {
    pulling = true;
    try {
      let more = true;
      while (more) {
        const chunk = await source.read();
        if (chunk !== null) noteStreamed(chunk.byteLength);
        more = stream.push(chunk) && chunk !== null;
      }
    } catch (fault) {
      stream.destroy(fault as Error);
    } finally {
      pulling = false;
    }
  };
  return new Readable({
    read() {
      if (!pulling) void pull(this);
    },
    destroy(error, done) {
      source.cancel();
      done(error);
    },
  });
}
