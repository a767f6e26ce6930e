import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { KeyKind } from "./options.ts";

/** A key with its public half. */
export interface MadeKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The private key, PKCS#8 PEM, not encrypted. */
  readonly pem: string;
}

const generate = promisify(generateKeyPair);

/** Makes a key by the system's own randomness, off the main thread: an RSA key takes a second. */
export async function makeKey(kind: KeyKind): Promise<MadeKey> {
  const { privateKey, publicKey } = await generated(kind);
  return { privateKey, publicKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }) };
}

function generated(kind: KeyKind): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  switch (kind) {
    case "ecdsa-p256":
      return generate("ec", { namedCurve: "prime256v1" });
    case "ecdsa-p384":
      return generate("ec", { namedCurve: "secp384r1" });
    case "rsa-2048":
      return generate("rsa", { modulusLength: 2048 });
    case "rsa-3072":
      return generate("rsa", { modulusLength: 3072 });
    case "rsa-4096":
      return generate("rsa", { modulusLength: 4096 });
  }
}
