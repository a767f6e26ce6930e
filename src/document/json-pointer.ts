import { isUtf8 } from "node:buffer";
import { JsonScan, type JsonFound } from "./json-scan.ts";

const MAX_DEPTH = 128;

/** What stands at a pointer, or why nothing can be said about it. */
export type PointerReading = JsonFound | { readonly kind: "missing" | "duplicate" | "malformed" | "too-deep" };

/**
 * Finds the value at a JSON pointer (RFC 6901) in a JSON text (RFC 8259, UTF-8) without building the document. `text` is
 * the value of a string, and the source text of everything else, so that `1.10` stays `1.10`.
 *
 * `duplicate`: a member on the way stands there twice, and two readers may take different ones. `malformed`: the text is not
 * JSON, or the value is a string that is no Unicode. `too-deep`: nested deeper than `maxDepth`. One pass, linear time.
 * Throws on a malformed pointer, which is a fault of the caller.
 */
export function readPointer(body: Uint8Array, pointer: string, maxDepth = MAX_DEPTH): PointerReading {
  const steps = pointerSteps(pointer);
  if (steps === null) throw new Error(`read json: malformed pointer ${JSON.stringify(pointer)}`);
  if (!isUtf8(body)) return { kind: "malformed" };
  return new JsonScan(body, steps, maxDepth).read();
}

/** Splits a JSON pointer into its unescaped steps; null when it is not one. */
export function pointerSteps(pointer: string): string[] | null {
  if (pointer === "") return [];
  if (!/^(\/([^~/]|~[01])*)+$/.test(pointer)) return null;
  return pointer.slice(1).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
