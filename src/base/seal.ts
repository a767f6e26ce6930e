import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from "node:crypto";
import type { CipherGCMTypes } from "node:crypto";

/*
 * Encryption at rest. Sealed form: length of the key's id, the id, salt (16), nonce (12), tag (16), ciphertext. Each value
 * has a key of its own, derived from the salt: random nonces under one key would have to stop after 2^32 values (NIST SP
 * 800-38D, 8.3). About 11 µs for 2 kB.
 */

/** The ciphers: AES, and its Chinese counterpart (GB/T 32907). */
export type SealCipher = "aes-256-gcm" | "sm4-gcm";

/** Secrets as the configuration has them. The first one encrypts, all of them decrypt: a new one comes first. */
export interface SealOptions {
  readonly cipher: SealCipher;
  /** Ids have at most 255 characters of ISO 8859-1. */
  readonly keys: readonly { readonly id: string; readonly key: string; /** Where it is another than that of the others: values may outlive a change of cipher. */ readonly cipher?: SealCipher | undefined }[];
}

/** A key that was derived from a secret. Plain data: it can be handed to a worker thread, which need not derive it again. */
export interface SealKey {
  readonly id: string;
  readonly cipher: SealCipher;
  readonly master: Uint8Array;
}

/** Authenticated encryption under the first of some keys. */
export interface Seal {
  /** Encrypts; opens again only with the same `bound`. */
  close(plain: Uint8Array, bound: string): Buffer;
  /** Decrypts; null where the key is unknown, or content or `bound` is another. Never throws. */
  open(sealed: Uint8Array, bound: string): Buffer | null;
}

const SALT = 16;
const NONCE = 12;
const TAG = 16;
// Node knows both; its types list AES alone.
const CIPHERS = { "aes-256-gcm": { name: "aes-256-gcm", keyBytes: 32 }, "sm4-gcm": { name: "sm4-gcm" as CipherGCMTypes, keyBytes: 16 } } as const;

/** Derives the keys: scrypt, some 40 ms each, so once a process. The same secret gives other keys in another `context`. */
export function deriveSealKeys({ cipher, keys }: SealOptions, context: string): readonly SealKey[] {
  return keys.map((key) => {
    const own = key.cipher ?? cipher;
    return { id: key.id, cipher: own, master: new Uint8Array(scryptSync(key.key, `${context} ${own} ${key.id}`, 32)) };
  });
}

/** Encrypts with the first key and decrypts with all. Of two keys with one id the later is lost. Throws where there is none. */
export function createSeal(keys: readonly SealKey[]): Seal {
  const known = new Map(keys.map((key) => [key.id, key]));
  const first = keys[0];
  if (first === undefined) throw new Error("sealing: no key is given");
  const start = Buffer.concat([Buffer.of(first.id.length), Buffer.from(first.id, "latin1")]);
  return {
    close(plain, bound) {
      const head = Buffer.concat([start, randomBytes(SALT)]);
      const nonce = randomBytes(NONCE);
      const encrypt = createCipheriv(CIPHERS[first.cipher].name, keyOf(first, head), nonce, { authTagLength: TAG });
      encrypt.setAAD(Buffer.concat([head, Buffer.from(bound)]));
      const content = [encrypt.update(plain), encrypt.final()];
      return Buffer.concat([head, nonce, encrypt.getAuthTag(), ...content]);
    },
    open(sealed, bound) {
      const parts = split(Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength));
      const key = parts === null ? undefined : known.get(parts.id);
      return parts === null || key === undefined ? null : decrypted(parts, key, bound);
    },
  };
}

/** The key of one value. */
function keyOf({ cipher, master }: SealKey, head: Buffer): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", master, head.subarray(-SALT), cipher, CIPHERS[cipher].keyBytes));
}

interface Parts {
  readonly head: Buffer;
  readonly id: string;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly content: Buffer;
}

function split(sealed: Buffer): Parts | null {
  const head = 1 + (sealed[0] ?? 0) + SALT;
  if (sealed.length < head + NONCE + TAG) return null;
  return {
    head: sealed.subarray(0, head),
    id: sealed.toString("latin1", 1, head - SALT),
    nonce: sealed.subarray(head, head + NONCE),
    tag: sealed.subarray(head + NONCE, head + NONCE + TAG),
    content: sealed.subarray(head + NONCE + TAG),
  };
}

function decrypted({ head, nonce, tag, content }: Parts, key: SealKey, bound: string): Buffer | null {
  const decrypt = createDecipheriv(CIPHERS[key.cipher].name, keyOf(key, head), nonce, { authTagLength: TAG });
  decrypt.setAAD(Buffer.concat([head, Buffer.from(bound)])).setAuthTag(tag);
  try {
    return Buffer.concat([decrypt.update(content), decrypt.final()]);
  } catch {
    return null; // the tag does not fit: node says so by throwing
  }
}
