import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { createFailedTries } from "../../base/failed-tries.ts";
import { matchesHash, parseTokenHash, unmatchableHash, type TokenHash } from "../../base/token.ts";
import { headerValues } from "../../http/headers.ts";
import type { Headers } from "../../http/message.ts";
import type { ListenerOptions } from "../options.ts";

/** Who wants to use a forward proxy. */
export type ProxyUser =
  | { readonly kind: "known"; readonly name: string | null }
  | { readonly kind: "missing" }
  | { readonly kind: "wrong" }
  /** Not looked at: too many wrong tries from there, or too many that have to be looked at. */
  | { readonly kind: "wait"; readonly seconds: number };

/** Recognizes users by Proxy-Authorization (Basic, RFC 7617). At once where the same was right a while ago. */
export type ProxyUsers = (headers: Headers, address: string) => ProxyUser | Promise<ProxyUser>;

/** What it needs from outside. */
export interface ProxyUsersEnv {
  readonly clock: Clock;
  /** Replaces scrypt in tests that count or delay checks. */
  readonly matches?: typeof matchesHash;
}

/** Credentials that were right are not hashed again for so long: scrypt takes tens of milliseconds and 16 MiB. */
const REMEMBERED_MS = 5 * 60_000;
const MOST_REMEMBERED = 1000;
/** Different credentials that are checked, or wait to be, at a time: one application starts with many connections at once, but with one password. */
const MOST_CHECKS = 32;
const AT_ONCE = 2;
const BASIC = /^basic +([A-Za-z0-9+/_=-]{1,1000}) *$/i;
const ANYONE: ProxyUser = { kind: "known", name: null };
const MISSING: ProxyUser = { kind: "missing" };
const WRONG: ProxyUser = { kind: "wrong" };

/** Makes the check for a listener's users; without any everyone is let through. An unknown name costs as much as a known one. */
export function proxyUsers(users: NonNullable<ListenerOptions["proxy"]>["users"], { clock, matches = matchesHash }: ProxyUsersEnv): ProxyUsers {
  if (users.length === 0) return () => ANYONE;
  const hashes = users.map(({ name, hash }) => ({ name, hash: parseTokenHash(hash) })).filter((one): one is { name: string; hash: TokenHash } => one.hash !== null);
  const nobody = { name: "", hash: unmatchableHash() };
  const tries = createFailedTries(clock);
  const turns = atMost(AT_ONCE);
  // Under a key of this process: what is kept says nothing about a password, not even to whoever reads the memory elsewhere.
  const key = randomBytes(32);
  const remembered = new Map<string, { readonly user: ProxyUser; readonly until: number }>();
  const checking = new Map<string, Promise<ProxyUser>>();

  const search = async (name: string, password: string): Promise<ProxyUser> => {
    const named = hashes.filter((one) => one.name === name);
    let found = WRONG;
    // A name may be given twice, for rotation.
    for (const one of named.length === 0 ? [nobody] : named) if (await matches(password, one.hash)) found = { kind: "known", name: one.name };
    return found;
  };
  const check = async (digest: string, [name, password]: readonly [string, string], address: string): Promise<ProxyUser> => {
    try {
      const user = await turns(() => search(name, password));
      if (user.kind === "wrong") tries.note(address);
      else remember(digest, user);
      return user;
    } finally {
      checking.delete(digest);
    }
  };
  const remember = (digest: string, user: ProxyUser): void => {
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    remembered.set(digest, { user, until: clock.now() + REMEMBERED_MS });
  };
  return (headers, address) => {
    const shown = shownIn(headers);
    if (shown === null) return MISSING;
    if (shown === "malformed") return WRONG;
    const digest = createHmac("sha256", key).update(`${shown[0]}:${shown[1]}`).digest("base64");
    const known = remembered.get(digest);
    if (known !== undefined && clock.now() < known.until) return known.user;
    const under = checking.get(digest);
    if (under !== undefined) return under;
    const wait = tries.waitFor(address);
    if (wait > 0) return { kind: "wait", seconds: Math.ceil(wait / 1000) };
    if (checking.size >= MOST_CHECKS) return { kind: "wait", seconds: 1 };
    const begun = check(digest, shown, address);
    checking.set(digest, begun);
    return begun;
  };
}

/** Name and password; null where nothing is shown. */
function shownIn(headers: Headers): readonly [string, string] | "malformed" | null {
  const fields = headerValues(headers, "proxy-authorization");
  if (fields.length === 0) return null;
  const encoded = fields.length === 1 ? BASIC.exec(fields[0] as string)?.[1] : undefined;
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon <= 0 ? "malformed" : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Runs so many at a time, the others in order behind them. */
function atMost(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= most) await new Promise<void>((go) => void waiting.push(go));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
