import { listMembers } from "./headers.ts";
import type { Headers } from "./message.ts";

/** Fields that speak about one connection and never travel on (RFC 9110 section 7.6.1, and Proxy-* of old). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
  "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "expect",
]);

/** Fields that carry meaning end to end: naming them in Connection must not remove them (it would change who asks for what). */
const NEVER_NOMINATED: ReadonlySet<string> = new Set(["host", "content-length", "content-type", "content-encoding", "date", "cache-control", "set-cookie"]);

/** The field names that `Connection` takes along, in lower case. */
export function nominated(headers: Headers): ReadonlySet<string> | null {
  let names: Set<string> | null = null;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    const value = headers[i + 1] as string;
    if (value === "keep-alive" || value === "close") continue;
    for (const member of listMembers(value)) {
      if (!NEVER_NOMINATED.has(member)) (names ??= new Set()).add(member);
    }
  }
  return names;
}

/**
 * Fields that may travel on: hop-by-hop ones and those that Connection names are left out, and so is whatever
 * `drop` names (lower case).
 */
export function endToEnd(headers: Headers, drop: ReadonlySet<string>): string[] {
  const named = nominated(headers);
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || drop.has(lower) || (named !== null && named.has(lower))) continue;
    kept.push(name, headers[i + 1] as string);
  }
  return kept;
}
