import { createHash, createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";

/** Public half of an account's key (RFC 7517), members in the order that the thumbprint wants. */
export interface Jwk {
  readonly crv: "P-256";
  readonly kty: "EC";
  readonly x: string;
  readonly y: string;
}

/** An account's key: ECDSA with P-256. */
export interface AccountKey {
  readonly privateKey: KeyObject;
  readonly jwk: Jwk;
  /** SHA-256 of the public half, base64url (RFC 7638). */
  readonly thumbprint: string;
}

/** A signed object in the one form that the protocol knows (RFC 8555 section 6.2). */
export interface FlattenedJws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

/** Reads a private key, PEM; null where it is none, or not of P-256. */
export function readAccountKey(pem: string): AccountKey | null {
  try {
    const privateKey = createPrivateKey(pem);
    const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
    if (kty !== "EC" || crv !== "P-256" || x === undefined || y === undefined) return null;
    const jwk: Jwk = { crv, kty, x, y };
    return { privateKey, jwk, thumbprint: thumbprintOf({ ...jwk }) };
  } catch {
    return null;
  }
}

/** Thumbprint of a key's required members (RFC 7638): names in order, no white space, SHA-256, base64url. */
export function thumbprintOf(members: Readonly<Record<string, string>>): string {
  const ordered = Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHash("sha256").update(JSON.stringify(ordered)).digest("base64url");
}

/** Signs by ES256 (RFC 7518 section 3.4). `payload` null is the empty one of POST-as-GET, which is not `{}`. */
export function signEs256(key: KeyObject, header: Readonly<Record<string, unknown>>, payload: unknown): FlattenedJws {
  return flattened({ alg: "ES256", ...header }, payload, (input) => sign("sha256", input, { key, dsaEncoding: "ieee-p1363" }));
}

/** Signs by HS256 (RFC 7518 section 3.2): external account bindings. `secret` is base64url. */
export function signHs256(secret: string, header: Readonly<Record<string, unknown>>, payload: unknown): FlattenedJws {
  return flattened({ alg: "HS256", ...header }, payload, (input) => createHmac("sha256", Buffer.from(secret, "base64url")).update(input).digest());
}

function flattened(header: Readonly<Record<string, unknown>>, payload: unknown, signed: (input: Buffer) => Buffer): FlattenedJws {
  const head = Buffer.from(JSON.stringify(header)).toString("base64url");
  const body = payload === null ? "" : Buffer.from(JSON.stringify(payload)).toString("base64url");
  return { protected: head, payload: body, signature: signed(Buffer.from(`${head}.${body}`)).toString("base64url") };
}
