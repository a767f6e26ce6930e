import { parseAge } from "../http/age.ts";
import { parseCacheControl, parseTargetedControl, type CacheControl } from "../http/cache-control.ts";
import { headerValue, headerValues } from "../http/headers.ts";
import { parseHttpDate } from "../http/http-date.ts";
import type { Headers } from "../http/message.ts";

/** What a platform says about how its answer may be kept. Times in ms. */
export interface Freshness {
  readonly control: CacheControl;
  /** The lifetime it states; null where it states none. */
  readonly explicit: number | null;
  /** Must not be served stale, whatever happens (must-revalidate, proxy-revalidate, s-maxage, no-cache). */
  readonly neverStale: boolean;
  /** RFC 5861; null where it says nothing. */
  readonly staleWhileRevalidate: number | null;
  readonly staleIfError: number | null;
}

/** When a message was sent for and came; wall time in ms. */
export interface Journey {
  readonly askedAt: number;
  readonly receivedAt: number;
}

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);

/**
 * Reads what an answer says about its freshness (RFC 9111 section 4.2.1). A CDN-Cache-Control that can be read speaks
 * alone (RFC 9213 section 2.2): it is meant for caches like this one.
 */
export function freshnessOf(headers: Headers, receivedAt: number): Freshness {
  const targeted = parseTargetedControl(headerValues(headers, "cdn-cache-control"));
  const control = targeted !== null && targeted.any ? targeted : parseCacheControl(headerValues(headers, "cache-control"));
  const stated = control.sMaxage ?? control.maxAge;
  const alwaysRevalidate = control.noCache === true;
  return {
    control,
    explicit: alwaysRevalidate ? 0 : (inMs(stated) ?? (control === targeted ? null : untilExpires(headers, receivedAt))),
    neverStale: alwaysRevalidate || control.mustRevalidate || control.proxyRevalidate || control.sMaxage !== null,
    staleWhileRevalidate: inMs(control.staleWhileRevalidate),
    staleIfError: inMs(control.staleIfError),
  };
}

/** Expires less Date; what cannot be read as one date has expired (RFC 9111 section 5.3). */
function untilExpires(headers: Headers, receivedAt: number): number | null {
  const values = headerValues(headers, "expires");
  if (values.length === 0) return null;
  const expires = values.length === 1 ? parseHttpDate(values[0] as string, receivedAt) : null;
  return expires === null ? 0 : expires - (dateOf(headers, receivedAt) ?? receivedAt);
}

/** The answer's Date in ms; null where it has none that can be read. */
export function dateOf(headers: Headers, receivedAt: number): number | null {
  const value = headerValue(headers, "date");
  return value === undefined ? null : parseHttpDate(value, receivedAt);
}

/**
 * How old an answer already was when it came, in ms (corrected_initial_age of RFC 9111 section 4.2.3). With `trustsDate`
 * off the platform's clock has no say: a lifetime that a route states counts from the moment of receipt.
 */
export function initialAge(headers: Headers, { askedAt, receivedAt }: Journey, trustsDate: boolean): number {
  const date = trustsDate ? dateOf(headers, receivedAt) : null;
  const apparent = date === null ? 0 : Math.max(0, receivedAt - date);
  const corrected = parseAge(headerValues(headers, "age")) * 1000 + Math.max(0, receivedAt - askedAt);
  return Math.max(apparent, corrected);
}

/** A lifetime guessed from Last-Modified (RFC 9111 section 4.2.2); null where there is nothing to guess from. */
export function heuristicLifetime(headers: Headers, receivedAt: number, { share, max }: { readonly share: number; readonly max: number }): number | null {
  const value = headerValue(headers, "last-modified");
  const modified = value === undefined ? null : parseHttpDate(value, receivedAt);
  const date = dateOf(headers, receivedAt) ?? receivedAt;
  return modified === null || modified > date ? null : Math.min(max, (date - modified) * share);
}
