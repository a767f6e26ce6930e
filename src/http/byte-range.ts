import type { Validators } from "./conditional.ts";
import { stronglyEqual } from "./entity-tag.ts";
import { headerValues } from "./headers.ts";
import { parseHttpDate } from "./http-date.ts";
import type { Headers } from "./message.ts";

/** What a GET gets of a representation: 200, 206 or 416. `start` and `end` count bytes from 0; both belong to the part. */
export type ByteRange =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

const WHOLE: ByteRange = { kind: "whole" };
const UNSATISFIABLE: ByteRange = { kind: "unsatisfiable" };
const ONE_RANGE = /^bytes=(\d*)-(\d*)$/i;
/** A Last-Modified says which bytes are meant only where no second change can have come within its second (RFC 9110 section 8.8.2.2). */
const SETTLED_AFTER = 1000;

/**
 * Which part of a representation of `length` bytes a GET asks for (RFC 9110 section 14.2). Everything that is not exactly one
 * byte range gets the whole, which is always right; so does an If-Range that does not match strongly (section 13.1.5).
 * `now` in ms since 1970.
 */
export function rangeOf(request: Headers, length: number, stored: Validators, now: number): ByteRange {
  const [range, another] = headerValues(request, "range");
  const match = range === undefined || another !== undefined ? null : ONE_RANGE.exec(range);
  if (match === null || !isSame(headerValues(request, "if-range"), stored, now)) return WHOLE;
  const [, first = "", last = ""] = match;
  return first === "" ? suffix(last, length) : between(Number(first), last === "" ? Infinity : Number(last), length);
}

/** Numbers too long for a double become larger ones or Infinity: still beyond any length. */
function between(first: number, last: number, length: number): ByteRange {
  if (first > last) return WHOLE;
  return first >= length ? UNSATISFIABLE : { kind: "part", start: first, end: Math.min(last, length - 1) };
}

function suffix(digits: string, length: number): ByteRange {
  if (digits === "") return WHOLE;
  const wanted = Number(digits);
  if (wanted === 0) return UNSATISFIABLE;
  // The last bytes of nothing can be had, but no Content-Range can say so.
  return length === 0 ? WHOLE : { kind: "part", start: Math.max(0, length - wanted), end: length - 1 };
}

/** Whether the caller's copy, named by If-Range, has the same bytes as the stored answer. */
function isSame(conditions: readonly string[], { etag, lastModified, date }: Validators, now: number): boolean {
  const [condition, another] = conditions;
  if (condition === undefined) return true;
  if (another !== undefined) return false;
  if (condition.includes('"')) return etag !== null && stronglyEqual(condition, etag);
  return lastModified !== null && date !== null && date - lastModified >= SETTLED_AFTER && parseHttpDate(condition, now) === lastModified;
}
