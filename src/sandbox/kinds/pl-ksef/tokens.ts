import { createHmac } from "node:crypto";
import { randomHex } from "../../../base/random.ts";
import type { RequestHeaders } from "../../kind.ts";

/** What a token is for: one authentication, calls, or a new token for calls. */
export type TokenUse = "OperationToken" | "ContextToken" | "RefreshToken";

/** What a token says. The short names are the platform's: type, kind and value of the context, reference of the authentication. */
export interface Claims {
  readonly typ: TokenUse;
  readonly cit: string;
  readonly civ: string;
  readonly arn: string;
}

/** Makes and reads tokens; times in ms since 1970. */
export interface Tokens {
  readonly make: (claims: Claims, wall: number, lifeMs: number) => { readonly token: string; readonly validUntil: number };
  /** The claims of a bearer token of ours for this use that has not expired; else null. */
  readonly read: (headers: RequestHeaders, use: TokenUse, wall: number) => Claims | null;
}

/** Makes tokens (RFC 7519, HS256) that no other platform's process recognises. */
export function createTokens(): Tokens {
  const secret = randomHex(32);
  const signature = (text: string): string => createHmac("sha256", secret).update(text).digest("base64url");
  return {
    make(claims, wall, lifeMs) {
      const validUntil = wall + lifeMs;
      const payload = { ...claims, aum: "Token", iat: Math.floor(wall / 1000), exp: Math.floor(validUntil / 1000), iss: "ksef-api-sandbox", aud: "ksef-api-sandbox" };
      const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}`;
      return { token: `${text}.${signature(text)}`, validUntil };
    },
    read(headers, use, wall) {
      const token = bearer(headers);
      const end = token.lastIndexOf(".");
      if (end < 0 || signature(token.slice(0, end)) !== token.slice(end + 1)) return null;
      const claims = payloadOf(token);
      return claims !== null && claims.typ === use && claims.exp * 1000 > wall ? claims : null;
    },
  };
}

/** The value of the context that a request speaks for, unverified; empty without a token. For counters. */
export function contextOf(headers: RequestHeaders): string {
  return payloadOf(bearer(headers))?.civ ?? "";
}

function bearer(headers: RequestHeaders): string {
  const value = headers["authorization"];
  return typeof value === "string" && /^bearer /i.test(value) ? value.slice(7).trim() : "";
}

function payloadOf(token: string): (Claims & { readonly exp: number }) | null {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims & { readonly exp: number };
  } catch {
    return null;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
