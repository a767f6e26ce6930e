import { createHmac } from "node:crypto";

/** Distinct identifiers whose pseudonyms are remembered. */
const REMEMBERED = 10_000;

/**
 * Makes a function that gives the same identifier the same 16 characters, which only the holder of `key` can link back:
 * tax numbers are so regular that a plain hash could be undone by trying them all. Keyed by HMAC-SHA-256.
 */
export function createPseudonyms(key: string): (identifier: string) => string {
  const known = new Map<string, string>();
  return (identifier) => {
    const before = known.get(identifier);
    if (before !== undefined) return before;
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value as string);
    const made = createHmac("sha256", key).update(identifier).digest("base64url").slice(0, 16);
    known.set(identifier, made);
    return made;
  };
}
