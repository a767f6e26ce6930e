import { listMembers, headerValue, headerValues } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { varyNames } from "../http/vary.ts";
import { freshnessOf, heuristicLifetime, initialAge, type Freshness, type Journey } from "./freshness.ts";
import type { RouteCacheOptions } from "./options.ts";
import type { NotStored } from "./reasons.ts";

/*
 * May an answer be kept, and for how long? Pure: the request's side has been looked at before, the body comes later.
 * The vetoes stand first, and no option of a route lifts those about other people's data.
 */

/** What a verdict is about. */
export interface Judged {
  readonly status: number;
  readonly headers: Headers;
  readonly journey: Journey;
  /** The request has cookies that are not part of the key. */
  readonly looseCookie: boolean;
  /** The answer came from the home region, or from any where the route's data is national. */
  readonly atHome: boolean;
  /** Fields of the request that the platform got from us: what it chose by them cannot be told from the caller's. */
  readonly rewritten: readonly string[];
}

/** What was decided. `drop`: fields in lower case that the answer forbids to keep. */
export type StoreVerdict =
  | { readonly kind: "store"; readonly terms: Terms; readonly drop: readonly string[] }
  | { readonly kind: "not"; readonly reason: NotStored }
  /** Its body decides whether it never changes (see `immutableWhen`); where it does not, `plain` stands. */
  | { readonly kind: "look"; readonly plain: Exclude<StoreVerdict, { kind: "look" }>; readonly drop: readonly string[] };

/** For how long an answer is kept. Times in ms. */
export interface Terms {
  /** How old it was on arrival. */
  readonly age: number;
  readonly lifetime: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** Status codes whose meaning is known here, which is what must-understand asks for (RFC 9111 section 5.2.2.3). */
const UNDERSTOOD: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 403, 404, 405, 410, 414, 421, 451, 500, 501, 502, 503, 504]);
/** May be kept on a guess (RFC 9110 section 15.1). */
const HEURISTIC: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
/** What a route's `ttl` is about. */
const TTL: ReadonlySet<number> = new Set([200, 203]);

/** Decides about one answer. `personal`: the key has the principal. */
export function judge(judged: Judged, options: RouteCacheOptions, personal: boolean): StoreVerdict {
  const freshness = freshnessOf(judged.headers, judged.journey.receivedAt);
  const veto = vetoOf(judged, freshness, options, personal);
  if (veto !== null) return { kind: "not", reason: veto };
  const drop = [...namesOf(freshness.control.noCache), ...namesOf(freshness.control.isPrivate)];
  const forbidden = freshness.control.noStore && !(freshness.control.mustUnderstand && UNDERSTOOD.has(judged.status));
  // `override` sets a lifetime of the route's against the platform's word; where there is none, that word stands.
  const lifted = options.override && routeLifetime(judged.status, freshness, options) !== null;
  const plain = forbidden && !lifted ? ({ kind: "not", reason: "no-store" } as const) : plainVerdict(judged, freshness, options, drop);
  const unsaid = freshness.explicit === null && !forbidden;
  const mayBeImmutable = options.immutableWhen.length > 0 && judged.status === 200 && (options.override || unsaid) && !judged.looseCookie;
  return mayBeImmutable ? { kind: "look", plain, drop } : plain;
}

function plainVerdict(judged: Judged, freshness: Freshness, options: RouteCacheOptions, drop: readonly string[]): Exclude<StoreVerdict, { kind: "look" }> {
  const terms = termsOf(judged, freshness, options);
  if (terms === null) return { kind: "not", reason: "cookie" };
  const validator = hasValidator(judged.headers);
  const useful = terms.lifetime > terms.age || validator || terms.staleIfError > 0 || terms.staleWhileRevalidate > 0;
  const allowed = terms.stated || (validator && HEURISTIC.has(judged.status));
  if (useful && allowed) return { kind: "store", terms, drop };
  return { kind: "not", reason: TTL.has(judged.status) ? "no-freshness" : "status" };
}

/** What a route keeps an answer for that one of its `immutableWhen` has recognised. */
export function immutableTerms(options: RouteCacheOptions): Terms {
  return { age: 0, lifetime: options.immutableFor, staleWhileRevalidate: options.staleWhileRevalidate, staleIfError: options.staleIfError };
}

function vetoOf({ status, headers, atHome, rewritten }: Judged, { control }: Freshness, options: RouteCacheOptions, personal: boolean): NotStored | null {
  if (status === 304) return "not-modified";
  if (status === 206) return "partial";
  if (status < 200) return "status";
  if (!atHome) return "other-region";
  if (headerValue(headers, "set-cookie") !== undefined) return "set-cookie";
  const names = varyNames(headerValues(headers, "vary"));
  if (names === "*" || names.some((name) => rewritten.includes(name))) return "vary-star";
  // Told scheme and host of a caller, a platform redirects him, and not the next one.
  if (rewritten.length > 0 && status >= 300 && status < 400) return "status";
  if (control.isPrivate === true && !(personal && options.override)) return "private";
  return null;
}

/** Null: only the route's own word would keep it, or only to ask again, and neither is for requests with cookies. */
function termsOf({ status, headers, journey, looseCookie }: Judged, freshness: Freshness, options: RouteCacheOptions): (Terms & { readonly stated: boolean }) | null {
  const ofRoute = routeLifetime(status, freshness, options);
  if (looseCookie && (ofRoute !== null || freshness.explicit === null || freshness.explicit <= 0)) return null;
  const guessed = ofRoute === null && freshness.explicit === null && options.heuristic !== undefined && (HEURISTIC.has(status) || freshness.control.isPublic)
    ? heuristicLifetime(headers, journey.receivedAt, options.heuristic) : null;
  const stated = ofRoute !== null || freshness.explicit !== null || guessed !== null;
  const overridden = ofRoute !== null && options.override;
  const neverStale = freshness.neverStale && !overridden;
  return {
    age: initialAge(headers, journey, ofRoute === null),
    lifetime: ofRoute ?? freshness.explicit ?? guessed ?? 0,
    stated,
    // What nobody gave a life was never fresh: serving it without asking would be a guess.
    staleWhileRevalidate: neverStale || !stated ? 0 : ((overridden ? null : freshness.staleWhileRevalidate) ?? options.staleWhileRevalidate),
    staleIfError: neverStale ? 0 : ((overridden ? null : freshness.staleIfError) ?? options.staleIfError),
  };
}

/** The life that the route gives to what says nothing of its own, or, with `override`, to everything. */
function routeLifetime(status: number, { explicit }: Freshness, options: RouteCacheOptions): number | null {
  if (explicit !== null && !options.override) return null;
  if (TTL.has(status)) return options.ttl ?? null;
  return options.negative !== undefined && options.negative.statuses.includes(status) ? options.negative.ttl : null;
}

/** Can it be asked about again without sending it whole? */
export function hasValidator(headers: Headers): boolean {
  return headerValue(headers, "etag") !== undefined || headerValue(headers, "last-modified") !== undefined;
}

function namesOf(directive: boolean | readonly string[]): readonly string[] {
  return typeof directive === "boolean" ? [] : directive.flatMap((name) => listMembers(name));
}
