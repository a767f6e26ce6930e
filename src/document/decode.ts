import { gunzipSync, inflateSync, type InputType, type ZlibOptions } from "node:zlib";
import { z } from "zod";
import { unread, type Unread } from "./reading.ts";

/*
 * What lies between a value as it is sent and what it means. Each step makes bytes of bytes, within a bound.
 */

const MAX_STEPS = 4;
const STEP_WANTED = "base64, base64url, gzip or deflate";
const STEPS_WANTED = `a list of 1 to ${MAX_STEPS} steps: ${STEP_WANTED}`;

/** Largest result of one step, in bytes. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** An invoice of equal lines shrinks to a hundredth; what goes beyond was made to hurt. */
const MAX_RATIO = 256;
const FREE_OUTPUT = 64 * 1024;

/** Schema of the steps; a step that needs a key will be a mapping beside these words. */
export function decodeSteps() {
  const step = z.enum(["base64", "base64url", "gzip", "deflate"], { error: () => STEP_WANTED });
  return z.array(step, { error: () => STEPS_WANTED }).min(1, { error: () => STEPS_WANTED }).max(MAX_STEPS, { error: () => STEPS_WANTED });
}

/** See {@link decodeSteps}. */
export type DecodeStep = z.output<ReturnType<typeof decodeSteps>>[number];

/** Takes a value through all steps in their order, or says at which one it broke. */
export function decodeBytes(bytes: Uint8Array, steps: readonly DecodeStep[]): Uint8Array | Unread {
  let reached: Uint8Array = bytes;
  for (const step of steps) {
    const next = decodeOnce(reached, step);
    if (!(next instanceof Uint8Array)) return next;
    reached = next;
  }
  return reached;
}

/** A name of a step for messages and for the extractor's name. */
export function stepName(step: DecodeStep): string {
  return step;
}

function decodeOnce(bytes: Uint8Array, step: DecodeStep): Uint8Array | Unread {
  switch (step) {
    case "base64":
    case "base64url":
      return decodeBase64(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"), step) ?? unread("malformed", `a value that is not ${step}`);
    case "gzip":
      return inflate(bytes, step, gunzipSync);
    case "deflate":
      return inflate(bytes, step, inflateSync);
  }
}

/** Base64 of one alphabet (RFC 4648); white space of ASCII is passed over, padding may be missing. Null for all else. */
export function decodeBase64(text: string, alphabet: "base64" | "base64url"): Buffer | null {
  const bare = /[\t\n\f\r ]/.test(text) ? text.replaceAll(/[\t\n\f\r ]+/g, "") : text;
  const padding = bare.endsWith("==") ? 2 : bare.endsWith("=") ? 1 : 0;
  const digits = bare.length - padding;
  const foreign = alphabet === "base64" ? /[^A-Za-z0-9+/]/ : /[^A-Za-z0-9_-]/;
  if (digits % 4 === 1 || (padding > 0 && bare.length % 4 !== 0) || foreign.test(bare.slice(0, digits))) return null;
  return Buffer.from(bare, alphabet);
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Bytes after the end are refused: what they mean differs from reader to reader. */
function inflate(bytes: Uint8Array, step: string, run: (input: InputType, options: ZlibOptions) => Buffer): Uint8Array | Unread {
  const maxOutputLength = Math.min(MAX_OUTPUT, FREE_OUTPUT + bytes.byteLength * MAX_RATIO);
  try {
    // With `info` the call gives more than its type says: how much of the input was read.
    const { buffer, engine } = run(bytes, { maxOutputLength, info: true }) as unknown as Inflated;
    return engine.bytesWritten === bytes.byteLength ? buffer : unread("malformed", `bytes after the end of ${step}`);
  } catch (fault) {
    const code = (fault as NodeJS.ErrnoException).code ?? "";
    if (code === "ERR_BUFFER_TOO_LARGE") return unread("too-large", `more than ${maxOutputLength} bytes after ${step}`);
    if (code.startsWith("Z_")) return unread("malformed", `a value that is not ${step}, or was cut off`);
    throw fault;
  }
}
