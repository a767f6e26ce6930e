import { createDecipheriv, hash } from "node:crypto";
import { gunzipSync, inflateSync, type InputType, type ZlibOptions } from "node:zlib";
import { z } from "zod";
import { keyName, NO_KEYS, type KeyLookUp } from "../base/secret-keys.ts";
import { unread, type Unread } from "./reading.ts";

/*
 * What lies between a value as it is sent and what it means. Each step makes bytes of bytes, within a bound.
 */

const MAX_STEPS = 4;
const STEP_WANTED = "base64, base64url, gzip, deflate, sha256 or { sm4-ecb: NAME } with a key under the site's 'keys'";
const STEPS_WANTED = `a list of 1 to ${MAX_STEPS} steps: ${STEP_WANTED}`;

/** Largest result of one step, in bytes. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** An invoice of equal lines shrinks to a hundredth; what goes beyond was made to hurt. */
const MAX_RATIO = 256;
const FREE_OUTPUT = 64 * 1024;

const SM4_BLOCK = 16;
/** What OpenSSL calls padding that is not there. */
const BAD_PADDING = "ERR_OSSL_BAD_DECRYPT";

/** Schema of the steps; one that needs a key names it. */
export function decodeSteps() {
  const word = z.enum(["base64", "base64url", "gzip", "deflate", "sha256"], { error: () => STEP_WANTED });
  const step = z.union([word, z.strictObject({ "sm4-ecb": keyName() })], { error: () => STEP_WANTED });
  return z.array(step, { error: () => STEPS_WANTED }).min(1, { error: () => STEPS_WANTED }).max(MAX_STEPS, { error: () => STEPS_WANTED });
}

/** See {@link decodeSteps}. */
export type DecodeStep = z.output<ReturnType<typeof decodeSteps>>[number];

/** Takes a value through all steps in their order, or says at which one it broke. */
export function decodeBytes(bytes: Uint8Array, steps: readonly DecodeStep[], keys: KeyLookUp = NO_KEYS): Uint8Array | Unread {
  let reached: Uint8Array = bytes;
  for (const step of steps) {
    const next = decodeOnce(reached, step, keys);
    if (!(next instanceof Uint8Array)) return next;
    reached = next;
  }
  return reached;
}

/** A name of a step for messages and for the extractor's name. */
export function stepName(step: DecodeStep): string {
  return typeof step === "string" ? step : "sm4-ecb";
}

function decodeOnce(bytes: Uint8Array, step: DecodeStep, keys: KeyLookUp): Uint8Array | Unread {
  if (typeof step !== "string") return decrypt(bytes, step["sm4-ecb"], keys);
  switch (step) {
    case "base64":
    case "base64url":
      return decodeBase64(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"), step) ?? unread("malformed", `a value that is not ${step}`);
    case "gzip":
      return inflate(bytes, step, gunzipSync);
    case "deflate":
      return inflate(bytes, step, inflateSync);
    // For a key where nothing in a message can be read: the same bytes are the same submission.
    case "sha256":
      return Buffer.from(hash("sha256", bytes, "hex"));
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

/** Blocks of 16 bytes with PKCS #7 padding. The result is never larger than the input. Where the key is wrong, the padding is. */
function decrypt(bytes: Uint8Array, name: string, keys: KeyLookUp): Uint8Array | Unread {
  const key = keys(name);
  if (key === null) return unread("malformed", `a value under the key '${name}', which is not at hand`);
  if (bytes.byteLength > MAX_OUTPUT) return unread("too-large", `more than ${MAX_OUTPUT} bytes before sm4-ecb`);
  if (bytes.byteLength === 0 || bytes.byteLength % SM4_BLOCK !== 0) return unread("malformed", "a value that is not sm4-ecb");
  const decipher = createDecipheriv("sm4-ecb", key, null);
  const plain = decipher.update(bytes);
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === BAD_PADDING) return unread("malformed", "a value that is not sm4-ecb under this key");
    throw fault;
  }
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
