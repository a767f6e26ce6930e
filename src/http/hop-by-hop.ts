import { listMembers } from "./headers.ts";
import type { Headers } from "./message.ts";

/** Fields that speak about one connection and never travel on (RFC 9110 section 7.6.1, and Proxy-* of old). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
  "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "expect",
]);

/** Framing and address are stated anew: naming them in Connection must not remove them. */
const NEVER_NOMINATED: ReadonlySet<string> = new Set(["host", "content-length"]);

/** The field names that `Connection` takes along, in lower case. */
function nominated(headers: Headers): ReadonlySet<string> | null {
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

/** True where Connection names a field that would travel on otherwise: the next one does not see what stands here. */
export function hidesFields(headers: Headers): boolean {
  const names = nominated(headers);
  return names !== null && [...names].some((name) => !HOP_BY_HOP.has(name));
}

/** Decides about field names by their spelling: names come again and again, and lower-casing each one costs more than the rest. */
export type FieldFilter = (name: string) => boolean;

const MOST_SPELLINGS = 2000;
const LONGEST_KNOWN = 64;

/** Makes a filter that lets end-to-end fields pass, but not those in `drop` (lower case). */
export function endToEndFilter(drop: ReadonlySet<string>): FieldFilter {
  const known = new Map<string, boolean>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const lower = name.toLowerCase();
    const passes = !HOP_BY_HOP.has(lower) && !drop.has(lower);
    if (known.size < MOST_SPELLINGS && name.length <= LONGEST_KNOWN) known.set(name, passes);
    return passes;
  };
}

/** The fields that may travel on: what the filter lets pass, less what Connection names. */
export function endToEnd(headers: Headers, passes: FieldFilter): string[] {
  const named = nominated(headers);
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!passes(name) || (named !== null && named.has(name.toLowerCase()))) continue;
    kept.push(name, headers[i + 1] as string);
  }
  return kept;
}
