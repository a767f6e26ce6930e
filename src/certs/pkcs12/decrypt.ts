import { createDecipheriv } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { bmpForms, MOST_ITERATIONS, pbkdf2Key, pkcs12Key, PURPOSES, type Derivation } from "./kdf.ts";
import { PbeParameters, Pbes2Parameters, Pbkdf2Parameters } from "./structures.ts";

/** Why a file cannot be read, for people. The text is complete. */
export class Pkcs12Fault extends Error {}

/** Which of the two it is nobody can tell. */
export const WRONG_PASSPHRASE = "the passphrase is wrong, or the file is damaged";

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const TRIPLE_DES_PBE = "1.2.840.113549.1.12.1.3";

const CIPHERS: Readonly<Record<string, { readonly name: string; readonly key: number; readonly iv: number }>> = {
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", key: 16, iv: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", key: 24, iv: 16 },
  "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", key: 32, iv: 16 },
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", key: 24, iv: 8 },
};
const PRFS: Readonly<Record<string, Derivation["digest"]>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};
const OLD_NAMES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.12.1.1": "RC4 of 128 bits",
  "1.2.840.113549.1.12.1.2": "RC4 of 40 bits",
  "1.2.840.113549.1.12.1.4": "triple DES with two keys",
  "1.2.840.113549.1.12.1.5": "RC2 of 128 bits",
  "1.2.840.113549.1.12.1.6": "RC2 of 40 bits",
};

/** Says that something is not read here, and how to make a file that is. */
export function unsupported(what: string): Pkcs12Fault {
  return new Pkcs12Fault(`${what} is not read here: write the file anew by 'openssl pkcs12 -legacy -in FILE -nodes -out ALL.pem' and 'openssl pkcs12 -export -in ALL.pem -out NEWFILE', or import ALL.pem as --cert and --key; then remove ALL.pem, which holds the key openly`);
}

/** Refuses numbers that would keep us busy. */
export function boundedIterations(iterations: number): number {
  if (Number.isInteger(iterations) && iterations >= 1 && iterations <= MOST_ITERATIONS) return iterations;
  throw new Pkcs12Fault(`it asks for ${iterations} rounds of key derivation, at most ${MOST_ITERATIONS} are done`);
}

/** Decrypts what stands in the file under this algorithm. Throws a Pkcs12Fault, or whatever the library throws for what is no ASN.1. */
export function decrypt({ algorithm, parameters }: AlgorithmIdentifier, encrypted: Uint8Array, passphrase: string): Buffer {
  const written = parameters ?? new ArrayBuffer(0);
  if (algorithm === PBES2) return pbes2(AsnConvert.parse(written, Pbes2Parameters), encrypted, passphrase);
  if (algorithm === TRIPLE_DES_PBE) return tripleDes(AsnConvert.parse(written, PbeParameters), encrypted, passphrase);
  throw unsupported(`encryption by ${OLD_NAMES[algorithm] ?? `algorithm ${algorithm}`}`);
}

function pbes2({ derivation, scheme }: Pbes2Parameters, encrypted: Uint8Array, passphrase: string): Buffer {
  const cipher = CIPHERS[scheme.algorithm];
  if (cipher === undefined) throw unsupported(`encryption by algorithm ${scheme.algorithm}`);
  if (derivation.algorithm !== PBKDF2) throw unsupported(`key derivation by algorithm ${derivation.algorithm}`);
  const { salt, iterations, prf } = AsnConvert.parse(derivation.parameters ?? new ArrayBuffer(0), Pbkdf2Parameters);
  const digest = PRFS[prf?.algorithm ?? "1.2.840.113549.2.7"];
  if (digest === undefined) throw unsupported(`key derivation by algorithm ${prf?.algorithm ?? ""}`);
  const key = pbkdf2Key(passphrase, { digest, salt: new Uint8Array(salt.buffer), iterations: boundedIterations(iterations) }, cipher.key);
  const iv = new Uint8Array(AsnConvert.parse(scheme.parameters ?? new ArrayBuffer(0), OctetString).buffer);
  if (iv.length !== cipher.iv) throw new Pkcs12Fault("it is damaged: an initial vector has another length than its cipher wants");
  return opened(cipher.name, key, iv, encrypted) ?? wrongPassphrase();
}

function tripleDes({ salt, iterations }: PbeParameters, encrypted: Uint8Array, passphrase: string): Buffer {
  boundedIterations(iterations);
  for (const password of bmpForms(passphrase)) {
    const from: Derivation = { digest: "sha1", password, salt: new Uint8Array(salt.buffer), iterations };
    const plain = opened("des-ede3-cbc", pkcs12Key(from, PURPOSES.key, 24), pkcs12Key(from, PURPOSES.iv, 8), encrypted);
    if (plain !== null) return plain;
  }
  return wrongPassphrase();
}

function opened(cipher: string, key: Uint8Array, iv: Uint8Array, encrypted: Uint8Array): Buffer | null {
  const decipher = createDecipheriv(cipher, key, iv);
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return null; // the padding does not fit: node says so by throwing
  }
}

/** Told where the file has no MAC; with one this means damage behind a MAC that fits. */
function wrongPassphrase(): never {
  throw new Pkcs12Fault(WRONG_PASSPHRASE);
}
