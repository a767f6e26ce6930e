import { constants, createHash, generateKeyPairSync, type KeyObject, privateDecrypt, sign } from "node:crypto";
import { instantText } from "../../../base/instant.ts";
import { bits, der, integer, objectId, sequence, time, utf8 } from "./der.ts";
import { isoTime } from "./dates.ts";

/** The platform's key pair, made when it is first needed. */
export interface Keys {
  /** What `GET /security/public-key-certificates` answers. */
  readonly published: () => readonly object[];
  /** Whether callers may name this key; those that name none are taken to mean it. */
  readonly knows: (publicKeyId: unknown) => boolean;
  /** What was encrypted with RSA-OAEP and SHA-256, in base64; null where it was not for this key. */
  readonly decrypt: (base64: string) => Buffer | null;
}

const RSA_WITH_SHA256 = sequence(objectId("1.2.840.113549.1.1.11"), der(0x05));
const DAY_MS = 86_400_000;
const LIFE_MS = 730 * DAY_MS;

/** Makes keys whose certificate is valid from the day before `wall` (ms since 1970) for two years. */
export function createKeys(wall: () => number): Keys {
  let made: Made | undefined;
  const keys = (): Made => (made ??= makeKeys(wall() - DAY_MS));
  return {
    published: () => [keys().published],
    knows: (id) => id === undefined || id === null || id === keys().published.publicKeyId,
    decrypt(base64) {
      try {
        return privateDecrypt({ key: keys().privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, Buffer.from(base64, "base64"));
      } catch {
        return null;
      }
    },
  };
}

interface Made {
  readonly privateKey: KeyObject;
  readonly published: { readonly publicKeyId: string; readonly [name: string]: unknown };
}

function makeKeys(from: number): Made {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const certificate = selfSigned(spki, privateKey, from, from + LIFE_MS);
  const published = {
    certificate: certificate.toString("base64"), certificateId: sha256(certificate), publicKeyId: sha256(spki),
    validFrom: isoTime(from), validTo: isoTime(from + LIFE_MS), usage: ["KsefTokenEncryption", "SymmetricKeyEncryption"],
  };
  return { privateKey, published };
}

/** A certificate of X.509 version 3 without extensions (RFC 5280, section 4.1). */
function selfSigned(spki: Uint8Array, key: KeyObject, from: number, to: number): Buffer {
  const name = sequence(der(0x31, sequence(objectId("2.5.4.3"), utf8("Taxgate sandbox, no ministry"))));
  const validity = sequence(time(instantText(from)), time(instantText(to)));
  const signed = sequence(der(0xa0, integer(2)), integer(1), RSA_WITH_SHA256, name, validity, name, spki);
  return sequence(signed, RSA_WITH_SHA256, bits(sign("sha256", signed, key)));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
