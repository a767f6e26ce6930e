import { createHash, timingSafeEqual } from "node:crypto";
import NodeCache from "node-cache";
import type { Clock } from "../base/clock.ts";
import { headerValues } from "../http/headers.ts";
import { createFailedTries } from "../base/failed-tries.ts";
import type { AdminOptions, Role } from "./options.ts";
import { matchesHash, nameInToken, parseTokenHash, unmatchableHash, type TokenHash } from "../base/token.ts";
import type { OwnRequest } from "../http/own-message.ts";

/** Who speaks. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
}

/** What the Authorization field says about the caller. */
export type Authentication =
  | { readonly kind: "operator"; readonly operator: Operator }
  | { readonly kind: "anonymous" }
  /** A token that is not known. */
  | { readonly kind: "wrong" }
  /** Not looked at: too many wrong tokens from there, or too many checks at once. */
  | { readonly kind: "wait"; readonly seconds: number };

/** Recognizes operators by their tokens. */
export type Authenticator = (request: OwnRequest) => Promise<Authentication>;

/** What it needs from outside. */
export interface AuthenticatorEnv {
  readonly clock: Clock;
  /** The machine's own token, which counts as admin; null where there is none. */
  readonly localToken: string | null;
  /** Replaces scrypt in tests that count or delay checks. */
  readonly matches?: typeof matchesHash;
}

/** A token is not hashed again for so long. */
const REMEMBERED_SECONDS = 60;
/** Checks at a time: each holds a thread of the pool and 16 MiB. */
const MOST_CHECKS = 2;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The token of the request; null where none is shown, empty where the field is no Bearer. */
function bearer(request: OwnRequest): string | null {
  const fields = headerValues(request.headers, "authorization");
  if (fields.length === 0) return null;
  return fields.length === 1 ? (/^bearer +(\S{1,200}) *$/i.exec(fields[0] as string)?.[1] ?? "") : "";
}

/** Remembers tokens that were right, by their SHA-256, so that a console does not pay for scrypt at each click. */
function createMemory(clock: Clock) {
  // Only right tokens get in, at most a hundred, so it cannot fill up. Its own time is the machine's; ours is the clock's.
  const cache = new NodeCache({ stdTTL: REMEMBERED_SECONDS, checkperiod: 0, useClones: false, maxKeys: 1000 });
  return {
    recall(key: string): Operator | null {
      const entry = cache.get<{ operator: Operator; at: number }>(key);
      return entry === undefined || clock.now() - entry.at >= REMEMBERED_SECONDS * 1000 ? null : entry.operator;
    },
    remember(key: string, operator: Operator): void {
      cache.set(key, { operator, at: clock.now() });
    },
  };
}

/**
 * Makes the check of tokens. A token carries its name, so one scrypt is due (more only where a name is given twice, for
 * rotation); all of them are tried whatever the first says, and an unknown name costs as much as a known one. The
 * machine's own token and remembered ones are not subject to the bound on wrong tries: nobody can lock an operator out.
 */
export function createAuthenticator(options: Pick<AdminOptions, "tokens">, env: AuthenticatorEnv): Authenticator {
  const memory = createMemory(env.clock);
  const tries = createFailedTries(env.clock);
  const matches = env.matches ?? matchesHash;
  const local = env.localToken === null ? null : digest(env.localToken);
  const nobody = unmatchableHash();
  const tokens = options.tokens.map((token) => ({ name: token.name, role: token.role, hash: parseTokenHash(token.hash) }));
  let checks = 0;

  const search = async (token: string): Promise<Operator | null> => {
    const name = nameInToken(token);
    const named = tokens.filter((one): one is typeof one & { hash: TokenHash } => one.name === name && one.hash !== null);
    if (named.length === 0) await matches(token, nobody);
    let found: Operator | null = null;
    for (const one of named) {
      if (await matches(token, one.hash)) found = { name: one.name, role: one.role };
    }
    return found;
  };
  const check = async (token: string, address: string): Promise<Operator | null> => {
    checks += 1;
    try {
      const operator = await search(token);
      if (operator === null) tries.note(address);
      return operator;
    } finally {
      checks -= 1;
    }
  };
  return async (request) => {
    const token = bearer(request);
    if (token === null) return { kind: "anonymous" };
    const key = digest(token);
    if (local !== null && timingSafeEqual(key, local)) return { kind: "operator", operator: { name: "local", role: "admin" } };
    const remembered = memory.recall(key.toString("base64"));
    if (remembered !== null) return { kind: "operator", operator: remembered };
    const wait = tries.waitFor(request.peer.address);
    if (wait > 0) return { kind: "wait", seconds: Math.ceil(wait / 1000) };
    if (checks >= MOST_CHECKS) return { kind: "wait", seconds: 1 };
    const operator = await check(token, request.peer.address);
    if (operator === null) return { kind: "wrong" };
    memory.remember(key.toString("base64"), operator);
    return { kind: "operator", operator };
  };
}
