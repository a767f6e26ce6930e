import { hash as digestOf, pbkdf2Sync } from "node:crypto";

/** What a derived key is for; the numbers are those of RFC 7292 appendix B.3. */
export const PURPOSES = { key: 1, iv: 2, mac: 3 } as const;

/** What a key is derived from. */
export interface Derivation {
  readonly digest: "sha1" | "sha224" | "sha256" | "sha384" | "sha512";
  /** See {@link bmpForms}. */
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** Somebody who wants us to be busy may write any number; what is in use stays below a tenth of this. */
export const MOST_ITERATIONS = 2_000_000;

/**
 * A passphrase as the older derivation takes it: UTF-16, big end first, with two zero bytes behind. Tools disagree about the
 * empty one, of which there are two forms.
 */
export function bmpForms(passphrase: string): readonly Uint8Array[] {
  const bytes = Buffer.from(`${passphrase}\0`, "utf16le").swap16();
  return passphrase === "" ? [bytes, new Uint8Array(0)] : [bytes];
}

/** Derives `length` bytes (RFC 7292 appendix B.2). */
export function pkcs12Key({ digest, password, salt, iterations }: Derivation, purpose: number, length: number): Buffer {
  const block = digest === "sha384" || digest === "sha512" ? 128 : 64;
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([stretched(salt, block), stretched(password, block)]);
  const parts: Buffer[] = [];
  for (let had = 0; had < length; ) {
    let hash = digestOf(digest, Buffer.concat([diversifier, input]), "buffer");
    for (let round = 1; round < iterations; round++) hash = digestOf(digest, hash, "buffer");
    parts.push(hash);
    had += hash.length;
    const addend = repeated(hash, block);
    for (let at = 0; at < input.length; at += block) addInto(input.subarray(at, at + block), addend);
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Derives `length` bytes (RFC 8018 section 5.2). The passphrase is UTF-8 here. */
export function pbkdf2Key(passphrase: string, { digest, salt, iterations }: Omit<Derivation, "password">, length: number): Buffer {
  return pbkdf2Sync(passphrase, salt, iterations, length, digest);
}

/** Repeated up to a multiple of `block`; nothing stays nothing. */
function stretched(bytes: Uint8Array, block: number): Buffer {
  return repeated(bytes, Math.ceil(bytes.length / block) * block);
}

function repeated(bytes: Uint8Array, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => bytes[index % bytes.length] ?? 0));
}

/** target = target + addend + 1, as big numbers of that many bytes. */
function addInto(target: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let at = target.length - 1; at >= 0; at--) {
    carry += (target[at] ?? 0) + (addend[at] ?? 0);
    target[at] = carry & 0xff;
    carry >>>= 8;
  }
}
