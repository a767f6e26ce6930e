import { parseCacheControl } from "../http/cache-control.ts";
import { hidesFields } from "../http/hop-by-hop.ts";
import { headerValues } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import type { CacheRequest } from "./key.ts";
import type { CachePolicy } from "./policy.ts";
import type { NotStored } from "./reasons.ts";

/** What a request allows. */
export interface RequestSide {
  /** Why it has nothing to do with the cache; null where it has. */
  readonly bypass: NotStored | null;
  /** Wants an answer that the platform has just confirmed (no-cache, Pragma). */
  readonly revalidate: boolean;
  /** Bounds on the age and on the remaining life of an answer, in ms. */
  readonly maxAge: number;
  readonly minFresh: number;
  readonly onlyIfCached: boolean;
  /** Asks for a part or under a condition: where nothing is stored its answer helps nobody else. */
  readonly special: boolean;
  /** Has cookies that the key does not see. */
  readonly looseCookie: boolean;
}

const PLAIN: RequestSide = { bypass: null, revalidate: false, maxAge: Infinity, minFresh: 0, onlyIfCached: false, special: false, looseCookie: false };
const bypasses = new Map<NotStored, RequestSide>();

function bypass(reason: NotStored): RequestSide {
  let side = bypasses.get(reason);
  if (side === undefined) bypasses.set(reason, (side = { ...PLAIN, bypass: reason }));
  return side;
}

/** Reads what a request says. Directives that would loosen freshness (max-stale) are not read at all. */
export function requestSide(request: CacheRequest, policy: CachePolicy): RequestSide {
  const { method, headers } = request.head;
  if (method !== "GET" && method !== "HEAD" && !(policy.readsBody && method === "POST")) return bypass("method");
  if (request.body.kind !== "none" && !policy.readsBody) return bypass("request-body");
  const seen = fieldsSeen(headers, policy.marks);
  if (seen === 0) return PLAIN;
  if ((seen & AUTHORIZATION) !== 0 && !policy.options.authorized) return bypass("authorization");
  if ((seen & PRECONDITION) !== 0) return bypass("precondition");
  // Key and Vary would go by a field that the platform never saw, and another caller get the answer made without it.
  if ((seen & CONNECTION) !== 0 && hidesFields(headers)) return bypass("hidden-field");
  const obeyed = (seen & DIRECTIVES) !== 0 && policy.options.requestDirectives === "obey" ? directives(headers) : PLAIN;
  if (obeyed.bypass !== null) return obeyed;
  return {
    ...obeyed,
    special: (seen & SPECIAL) !== 0,
    looseCookie: (seen & COOKIE) !== 0 && !policy.seesCookies,
  };
}

const [AUTHORIZATION, COOKIE, DIRECTIVES, SPECIAL, PRECONDITION, CONNECTION] = [1, 2, 4, 8, 16, 32];
const MARKS: readonly (readonly [string, number])[] = [
  ["authorization", AUTHORIZATION], ["cookie", COOKIE], ["cache-control", DIRECTIVES], ["pragma", DIRECTIVES], ["range", SPECIAL],
  ["connection", CONNECTION], ["if-none-match", SPECIAL], ["if-modified-since", SPECIAL], ["if-range", SPECIAL],
  // Whether those hold only the platform can say (RFC 9111 section 4.3.2).
  ["if-match", PRECONDITION], ["if-unmodified-since", PRECONDITION],
];

/** Which fields of a request matter to the cache. */
export interface FieldMarks {
  readonly byName: ReadonlyMap<string, number>;
  /** Most names are told apart by their length alone. */
  readonly lengths: ReadonlySet<number>;
}

/** The fields that matter; `credentials` say who asks, as Authorization does, and count like it. */
export function fieldMarks(credentials: readonly string[]): FieldMarks {
  const byName = new Map([...MARKS, ...credentials.map((name) => [name, AUTHORIZATION] as const)]);
  return { byName, lengths: new Set([...byName.keys()].map((name) => name.length)) };
}

/** One pass over the names; most requests have none of them. */
function fieldsSeen(headers: Headers, { byName, lengths }: FieldMarks): number {
  let seen = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (lengths.has(name.length)) seen |= byName.get(name.toLowerCase()) ?? 0;
  }
  return seen;
}

function directives(headers: Headers): RequestSide {
  const control = parseCacheControl(headerValues(headers, "cache-control"));
  if (control.noStore) return bypass("request-no-store");
  const pragma = !control.any && headerValues(headers, "pragma").some((value) => /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(value));
  return {
    ...PLAIN,
    revalidate: control.noCache !== false || pragma,
    maxAge: control.maxAge === null ? Infinity : control.maxAge * 1000,
    minFresh: (control.minFresh ?? 0) * 1000,
    onlyIfCached: control.onlyIfCached,
  };
}
