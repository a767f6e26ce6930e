import type { ErrorCode } from "../base/errors.ts";
import { isAuthority } from "./authority.ts";

/**
 * The one canonical form of a request target. What is judged here is exactly what is forwarded, so that no reader
 * behind us can see another path than the rules saw.
 */
export interface CanonicalTarget {
  /** Percent-encoding of unreserved characters undone, triplets in capitals, dot segments resolved (RFC 3986 section 6.2.2). */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** The authority of an absolute-form target, which outranks Host (RFC 9112 section 3.2.2); else null. */
  readonly authority: string | null;
  /** Spellings that only a route that opted in accepts. */
  readonly unusual: readonly UnusualSpelling[];
}

/** Spellings that are refused unless a route asks for them, because two readers may understand them differently. */
export const UNUSUAL_SPELLINGS = ["encoded-slash", "encoded-percent", "path-parameters"] as const;

/** See {@link UNUSUAL_SPELLINGS}. */
export type UnusualSpelling = (typeof UNUSUAL_SPELLINGS)[number];

/** What a target is, or why it is none. */
export type TargetResult = { readonly ok: true; readonly target: CanonicalTarget } | { readonly ok: false; readonly code: ErrorCode };

const NOTHING_UNUSUAL: readonly UnusualSpelling[] = [];
const PLAIN_PATH = /^[A-Za-z0-9._~!$&'()*+,=:@/-]+$/;
const PLAIN_QUERY = /^[A-Za-z0-9._~!$&'()*+,;=:@/?-]*$/;
const PATH_CHARACTERS = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;
const QUERY_CHARACTERS = /^(?:[\x21-\x24\x26-\x7e]|%[0-9A-Fa-f]{2})*$/;
/** Printable characters that RFC 3986 wants encoded, but that clients in the field send as they are. */
const TO_ENCODE_IN_QUERY = /["<>[\\\]^`{|}]/g;
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^]*)$/i;
const UNRESERVED = /[A-Za-z0-9._~-]/;
/** `.` or `..` that only shows after decoding, or before path parameters, between any spelling of a separator. */
const HIDDEN_DOTS = /(?:^|\/|%2F|%5C)(?:\.|%2E){1,2}(?=$|\/|;|%2F|%5C)/gi;

const refused = (code: ErrorCode): TargetResult => ({ ok: false, code });

/** Canonicalises a target in origin-form or absolute-form. Asterisk-form and authority-form are the listener's business. */
export function canonicalTarget(target: string): TargetResult {
  if (target.charCodeAt(0) === 0x2f) return canonicalOrigin(target, null);
  const absolute = ABSOLUTE.exec(target);
  if (absolute === null || !isAuthority(absolute[1] as string)) return refused("malformed-target");
  const rest = absolute[2] as string;
  return canonicalOrigin(rest.startsWith("/") ? rest : `/${rest}`, absolute[1] as string);
}

function canonicalOrigin(target: string, authority: string | null): TargetResult {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark);
  if (target.includes("#")) return refused("fragment");
  const canonicalQuery = PLAIN_QUERY.test(query) ? query : encodeQuery(query);
  if (canonicalQuery === null) return refused("malformed-target");
  if (PLAIN_PATH.test(path) && !path.includes("/.")) {
    return { ok: true, target: { path, query: canonicalQuery, authority, unusual: NOTHING_UNUSUAL } };
  }
  return canonicalPath(path, canonicalQuery, authority);
}

function encodeQuery(query: string): string | null {
  if (!QUERY_CHARACTERS.test(query)) return null;
  return query.replace(TO_ENCODE_IN_QUERY, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalPath(path: string, query: string, authority: string | null): TargetResult {
  if (!PATH_CHARACTERS.test(path)) return refused("malformed-target");
  if (/%00/.test(path)) return refused("encoded-nul");
  if (hidesDots(path)) return refused("encoded-dot-segment");
  const unusual: UnusualSpelling[] = [];
  if (/%2f|%5c/i.test(path)) unusual.push("encoded-slash");
  if (path.includes("%25")) unusual.push("encoded-percent");
  if (path.includes(";")) unusual.push("path-parameters");
  return { ok: true, target: { path: resolveDots(decodeUnreserved(path)), query, authority, unusual } };
}

function hidesDots(path: string): boolean {
  for (const match of path.matchAll(HIDDEN_DOTS)) {
    const next = path[match.index + match[0].length];
    const plain = /^\/?\.{1,2}$/.test(match[0]) && (next === undefined || next === "/");
    if (!plain) return true;
  }
  return false;
}

function decodeUnreserved(path: string): string {
  return path.replace(/%[0-9A-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return UNRESERVED.test(character) ? character : triplet.toUpperCase();
  });
}

/** RFC 3986 section 5.2.4, on a path that starts with a slash. */
function resolveDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment !== "." && segment !== "..") kept.push(segment);
    else if (last) kept.push("");
  });
  return `/${kept.join("/")}`;
}
