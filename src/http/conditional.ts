import { matchesAny } from "./entity-tag.ts";
import { headerValue, headerValues } from "./headers.ts";
import { parseHttpDate } from "./http-date.ts";
import type { Headers } from "./message.ts";

/** What a stored answer can be compared by. Times in ms since 1970; null where the answer does not say. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: number | null;
  /** When the answer was made: its Date, or when it was received. */
  readonly date: number | null;
}

/** Fields that make a request conditional (RFC 9110 section 13.1), in lower case. */
export const CONDITIONALS: ReadonlySet<string> = new Set(["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range"]);

/**
 * Fields of a 200 that its 304 leaves out. A 304 says which stored answer is meant, and the receiver overwrites that one's
 * fields with these (RFC 9111 section 3.2): what describes our bytes (length, coding, type, language, digest) may be wrong for
 * the variant that the receiver holds. All the rest may be news to it, Cache-Control above all.
 */
const ABOUT_THE_BYTES: ReadonlySet<string> = new Set([
  "content-length", "content-encoding", "content-type", "content-language", "content-range", "content-digest", "repr-digest", "digest", "content-md5",
]);

/** Whether a request has any of {@link CONDITIONALS}. */
export function isConditional(request: Headers): boolean {
  for (let i = 0; i < request.length; i += 2) if (CONDITIONALS.has((request[i] as string).toLowerCase())) return true;
  return false;
}

/**
 * Whether a GET or HEAD is answered by 304 from a stored 200 (RFC 9110 section 13.2.2, RFC 9111 section 4.3.2).
 * If-Modified-Since counts only without If-None-Match, and not at all where it stands twice or is no date; a stored answer
 * without Last-Modified is as old as its Date. If-Match and If-Unmodified-Since are for the platform to judge.
 * `now` in ms since 1970.
 */
export function isNotModified(request: Headers, stored: Validators, now: number): boolean {
  const tags = headerValues(request, "if-none-match");
  if (tags.length > 0) return matchesAny(tags.join(","), stored.etag);
  const [since, another] = headerValues(request, "if-modified-since");
  const modified = stored.lastModified ?? stored.date;
  if (since === undefined || another !== undefined || modified === null) return false;
  const limit = parseHttpDate(since, now);
  return limit !== null && modified <= limit;
}

/**
 * The fields of a stored 200 that its 304 carries (RFC 9110 section 15.4.5): all but what describes the bytes, and
 * Last-Modified only where there is no ETag to tell the answer by.
 */
export function fieldsOf304(headers: Headers): string[] {
  const tagged = headerValue(headers, "etag") !== undefined;
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const lower = name.toLowerCase();
    if (ABOUT_THE_BYTES.has(lower) || (tagged && lower === "last-modified")) continue;
    kept.push(name, headers[i + 1] as string);
  }
  return kept;
}
