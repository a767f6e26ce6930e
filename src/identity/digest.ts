import { hash } from "node:crypto";
import NodeCache from "node-cache";

/** 128 bits are plenty against accidents, and short enough for a log line. */
const DIGEST_CHARS = 22;
const REMEMBERED = 4096;
const REMEMBERED_SECONDS = 300;
/** Longer values (tokens with everything in them) are hashed each time rather than kept. */
const LONGEST_KEPT = 4096;

/** The first 128 bits of SHA-256 in base64url: the same for the same text, in every instance and after a restart. */
export function digestOf(text: string): string {
  return hash("sha256", text, "base64url").slice(0, DIGEST_CHARS);
}

/** {@link digestOf} with a memory, so that a caller's hundredth request does not pay for hashing its token again. */
export function digester(): (text: string) => string {
  const table = new NodeCache({ stdTTL: REMEMBERED_SECONDS, checkperiod: 0, useClones: false, maxKeys: REMEMBERED });
  return (text) => {
    if (text.length > LONGEST_KEPT) return digestOf(text);
    // node-cache keeps its keys in a plain object, where `__proto__` is not a key like others.
    const key = `=${text}`;
    const known = table.get<string>(key);
    if (known !== undefined) return known;
    const digest = digestOf(text);
    // It throws when full, and drops what has run out only when asked for it: starting afresh is cheaper than searching.
    if (table.getStats().keys >= REMEMBERED) table.flushAll();
    table.set(key, digest);
    return digest;
  };
}
