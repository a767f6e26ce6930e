import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from "node:crypto";
import type { CipherGCMTypes } from "node:crypto";
import type { RedisOptions } from "../options.ts";

/*
 * Sealed form: length of the key's id, the id, salt (16), nonce (12), tag (16), ciphertext. Each value has a key of its
 * own, derived from the salt: random nonces under one key would have to stop after 2^32 values (NIST SP 800-38D, 8.3).
 */

/** Authenticated encryption under the first of some keys. */
export interface Seal {
  /** Encrypts; opens again only with the same `bound`. */
  close(plain: Uint8Array, bound: string): Buffer;
  /** Decrypts; null where the key is unknown, or content or `bound` is another. */
  open(sealed: Uint8Array, bound: string): Buffer | null;
}

const SALT = 16;
const NONCE = 12;
const TAG = 16;
// Node knows both; its types list AES alone.
const CIPHERS = { "aes-256-gcm": { name: "aes-256-gcm", keyBytes: 32 }, "sm4-gcm": { name: "sm4-gcm" as CipherGCMTypes, keyBytes: 16 } } as const;

/** Derives the keys (scrypt, some 40 ms each), then encrypts with the first and decrypts with all. */
export function createSeal({ cipher, keys }: NonNullable<RedisOptions["encryption"]>): Seal {
  const { name, keyBytes } = CIPHERS[cipher];
  const masters = new Map(keys.map(({ id, key }) => [id, scryptSync(key, `taxgate cache 1 ${cipher} ${id}`, 32)]));
  const first = keys[0]?.id ?? "";
  const keyOf = (master: Buffer, salt: Uint8Array): Uint8Array => new Uint8Array(hkdfSync("sha256", master, salt, cipher, keyBytes));
  return {
    close(plain, bound) {
      const head = Buffer.concat([Buffer.of(first.length), Buffer.from(first, "latin1"), randomBytes(SALT)]);
      const nonce = randomBytes(NONCE);
      const encrypt = createCipheriv(name, keyOf(masters.get(first) as Buffer, head.subarray(-SALT)), nonce, { authTagLength: TAG });
      encrypt.setAAD(Buffer.concat([head, Buffer.from(bound)]));
      const content = [encrypt.update(plain), encrypt.final()];
      return Buffer.concat([head, nonce, encrypt.getAuthTag(), ...content]);
    },
    open(sealed, bound) {
      const parts = split(Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength));
      const master = parts === null ? undefined : masters.get(parts.id);
      if (parts === null || master === undefined) return null;
      const decrypt = createDecipheriv(name, keyOf(master, parts.head.subarray(-SALT)), parts.nonce, { authTagLength: TAG });
      decrypt.setAAD(Buffer.concat([parts.head, Buffer.from(bound)])).setAuthTag(parts.tag);
      try {
        return Buffer.concat([decrypt.update(parts.content), decrypt.final()]);
      } catch {
        return null; // the tag does not fit: node says so by throwing
      }
    },
  };
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
