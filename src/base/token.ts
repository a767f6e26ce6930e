import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { randomHex } from "./random.ts";

/** Parameters and result of scrypt (RFC 7914), as they stand in the configuration. */
export interface TokenHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallel: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

const SHAPE = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9_-]+):([A-Za-z0-9_-]+)$/;
const TOKEN = /^tg_([A-Za-z0-9][A-Za-z0-9._-]{0,63})_([0-9a-f]{40})$/;
const COST = 16_384;
const BLOCK_SIZE = 8;
const PARALLEL = 1;
/** A hash must not make one check cost more memory than this. */
const MOST_MEMORY = 128 * 1024 * 1024;

/** Reads `scrypt:N:r:p:salt:key`; null where the parameters are no scrypt's, or would cost more than 128 MiB. */
export function parseTokenHash(text: string): TokenHash | null {
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [cost, blockSize, parallel] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const salt = Buffer.from(match[4] ?? "", "base64url");
  const key = Buffer.from(match[5] ?? "", "base64url");
  const isPower = cost > 1 && Number.isInteger(Math.log2(cost));
  if (!isPower || blockSize < 1 || parallel < 1 || parallel > 4 || 128 * cost * blockSize > MOST_MEMORY) return null;
  return salt.length < 8 || key.length < 16 || key.length > 64 ? null : { cost, blockSize, parallel, salt, key };
}

function derive(token: string, hash: Omit<TokenHash, "key">, length: number): Promise<Buffer> {
  const options = { N: hash.cost, r: hash.blockSize, p: hash.parallel, maxmem: 2 * MOST_MEMORY };
  return new Promise((resolve, reject) => {
    scrypt(token, hash.salt, length, options, (fault, key) => (fault === null ? resolve(key) : reject(fault)));
  });
}

/** Does this token belong to this hash? Works beside the event loop, and compares in constant time. */
export async function matchesHash(token: string, hash: TokenHash): Promise<boolean> {
  return timingSafeEqual(await derive(token, hash, hash.key.length), hash.key);
}

/** A hash that no token matches: it is checked where a name is unknown, so that both take the same time. */
export function unmatchableHash(): TokenHash {
  return { cost: COST, blockSize: BLOCK_SIZE, parallel: PARALLEL, salt: randomBytes(16), key: randomBytes(32) };
}

/** The name inside `tg_NAME_secret`, or null where this is no token of ours. */
export function nameInToken(token: string): string | null {
  return TOKEN.exec(token)?.[1] ?? null;
}

/** Makes a token with 160 bits of chance, and the hash to put into the configuration. The token is kept nowhere. */
export async function makeToken(name: string): Promise<{ readonly token: string; readonly hash: string }> {
  const token = `tg_${name}_${randomHex(20)}`;
  const salt = randomBytes(16);
  const key = await derive(token, { cost: COST, blockSize: BLOCK_SIZE, parallel: PARALLEL, salt }, 32);
  return { token, hash: `scrypt:${COST}:${BLOCK_SIZE}:${PARALLEL}:${salt.toString("base64url")}:${key.toString("base64url")}` };
}
