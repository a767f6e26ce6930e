import { createSecretKey, type KeyObject } from "node:crypto";
import { z } from "zod";

/*
 * Keys that an administrator hands over by name, so that what an application encrypts for the platform can be read on the way.
 */

const BYTES = 16;
const KEY_WANTED = `a key of ${BYTES} bytes: 32 hexadecimal digits, or base64`;
const NAME_WANTED = "a name of letters, digits, '-' and '_' that begins with a letter, at most 64 long";

/** Finds a key by its name; null where nobody gave one. */
export type KeyLookUp = (name: string) => KeyObject | null;

/** The look-up of whoever has no keys. */
export const NO_KEYS: KeyLookUp = () => null;

/** Schema of a key's name. It holds no dot, so that the place where a key stands is known for a secret's. */
export function keyName() {
  return z.string({ error: () => NAME_WANTED }).regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, { error: () => NAME_WANTED });
}

/** Schema of a key as text; see {@link keyBytes}. No message of it holds the text. */
export function secretKey() {
  return z.string({ error: () => KEY_WANTED }).refine((text) => keyBytes(text) !== null, { error: () => KEY_WANTED });
}

/** The 16 bytes in 32 hexadecimal digits, or in base64 with its padding; white space at both ends is passed over. Null for all else. */
export function keyBytes(text: string): Buffer | null {
  const bare = text.trim();
  if (/^[0-9A-Fa-f]{32}$/.test(bare)) return Buffer.from(bare, "hex");
  if (!/^[0-9A-Za-z+/]{22}==$/.test(bare)) return null;
  const bytes = Buffer.from(bare, "base64");
  // Digits that say more than 16 bytes were mistyped.
  return bytes.toString("base64") === bare ? bytes : null;
}

/** Makes a look-up of keys as text, which have passed {@link secretKey}. */
export function keysOf(texts: Readonly<Record<string, string>>): KeyLookUp {
  const known = new Map<string, KeyObject>();
  for (const [name, text] of Object.entries(texts)) {
    const bytes = keyBytes(text);
    if (bytes !== null) known.set(name, createSecretKey(bytes));
  }
  return (name) => known.get(name) ?? null;
}
