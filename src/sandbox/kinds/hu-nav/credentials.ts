import { createCipheriv, createHash } from "node:crypto";

/** What a technical user of NAV's portal holds. */
export interface TechnicalUser {
  readonly login: string;
  readonly password: string;
  /** Goes into every request's signature. */
  readonly signKey: string;
  /** Sixteen characters; exchange tokens are encrypted with it. */
  readonly exchangeKey: string;
}

/**
 * The technical user of a taxpayer (the first eight digits of the tax number). Every taxpayer has one, so that a test needs no
 * registration; whoever knows the number knows the keys, which is why this is no platform.
 */
export function userOf(taxNumber: string): TechnicalUser {
  return { login: `user${taxNumber}`, password: `password-${taxNumber}`, signKey: `${taxNumber}-sign-key-of-the-sandbox`, exchangeKey: `${taxNumber}exchange` };
}

/** SHA-512 in capitals, as passwords are sent. */
export function passwordHash(password: string): string {
  return createHash("sha512").update(password).digest("hex").toUpperCase();
}

/** What a signature is made over. */
export interface Signed {
  readonly requestId: string;
  /** As it stands in the header, in UTC. */
  readonly timestamp: string;
  /** Operation and base64 of each invoice or annulment, in their order; none for queries. */
  readonly items: readonly { readonly operation: string; readonly data: string }[];
}

/** SHA3-512 in capitals over request id, time to the second, sign key and the hash of each item (specification 3.0, section 1.5). */
export function requestSignature({ requestId, timestamp, items }: Signed, signKey: string): string {
  const seconds = timestamp.replaceAll(/\.[0-9]+|[-:TZ]/g, "");
  return sha3([requestId, seconds, signKey, ...items.map(({ operation, data }) => sha3(operation + data))].join(""));
}

/** A token as NAV hands it out: AES-128-ECB, then base64. */
export function encodedToken(token: string, { exchangeKey }: TechnicalUser): string {
  const cipher = createCipheriv("aes-128-ecb", exchangeKey, null);
  return Buffer.concat([cipher.update(token, "utf8"), cipher.final()]).toString("base64");
}

function sha3(text: string): string {
  return createHash("sha3-512").update(text).digest("hex").toUpperCase();
}
