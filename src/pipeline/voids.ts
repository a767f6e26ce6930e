import { headerValue } from "../http/headers.ts";
import type { Answer, BodySource } from "../http/message.ts";
import { SAFE_METHODS } from "../http/safe-methods.ts";
import { tapped } from "../http/tapped.ts";
import { canonicalTarget } from "../http/target.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import type { Route, Site } from "./site.ts";

/*
 * What an answer tells about stored ones: a request that changes something voids its own URL (RFC 9111 section 4.4), and
 * a code in an answer may void what another route has stored (`invalidateOn`).
 */

/** Bodies are looked into up to this size. */
const MOST_LOOKED_INTO = 1024 * 1024;

/** Voids what an answer has made untrue; the answer itself, read along where its body has to be looked into. */
export function voidedBy(x: Exchange, answer: Answer, around: Surroundings): Answer | Promise<Answer> {
  const route = x.route as Route;
  const site = x.site as Site;
  if (site.caches && !SAFE_METHODS.has(x.head.method) && !isRead(x, route) && answer.status >= 200 && answer.status < 400) voidUrls(x, site, answer, around);
  return route.voids.length === 0 ? answer : lookedInto(route, site, answer, around);
}

/** A read that is made by POST changes nothing. */
function isRead(x: Exchange, route: Route): boolean {
  return x.head.method === "POST" && route.cache?.readsBody === true;
}

function voidUrls(x: Exchange, site: Site, answer: Answer, around: Surroundings): void {
  voidUrl(site, x.path, x.query, around);
  for (const name of ["location", "content-location"]) {
    const value = headerValue(answer.headers, name);
    const base = `http://${x.host === "" ? "localhost" : x.host}${x.path}`;
    if (value === undefined || !URL.canParse(value, base)) continue;
    const url = new URL(value, base);
    const target = canonicalTarget(url.pathname + url.search);
    // Only of its own origin, by the caller's name for it or its own: nobody else's word counts about a URL.
    const isOwn = url.host === new URL(base).host || x.lastTried?.endpoint.endsWith(`/${url.host}`) === true;
    if (isOwn && target.ok) voidUrl(site, target.target.path, target.target.query, around);
  }
}

/** Other instances are told about every one: a path of which nothing can be stored is no news. */
function voidUrl(site: Site, path: string, query: string, around: Surroundings): void {
  if (site.routes.some((route) => route.cache !== null && route.matchesPath(path))) around.cache.invalidate({ kind: "url", site: site.name, path, query, soft: false });
}

function lookedInto(route: Route, site: Site, answer: Answer, around: Surroundings): Answer | Promise<Answer> {
  const contentType = headerValue(answer.headers, "content-type");
  const coding = headerValue(answer.headers, "content-encoding");
  const lookAt = (body: Uint8Array | null): void => {
    for (const { route: voided, when } of route.voids) {
      // A body that cannot be looked into may hold the code: voiding too much is the safe side.
      if (when.some((condition) => (condition.needsBody && body === null) || condition.matches({ status: answer.status, contentType, body }))) around.cache.invalidate({ kind: "route", site: site.name, route: voided, soft: false });
    }
  };
  // Whoever has the whole answer finds what it says already done.
  const look = (body: Uint8Array | null): void | Promise<void> => (body === null || coding === undefined ? lookAt(body) : around.cache.decode(coding, body, MOST_LOOKED_INTO).then(lookAt));
  const { body } = answer;
  if (body.kind === "source" && route.voids.some(({ when }) => when.some((condition) => condition.needsBody))) {
    return { ...answer, body: { kind: "source", source: readAlong(body.source, look) } };
  }
  const looking = look(body.kind === "bytes" ? body.bytes : null);
  return looking instanceof Promise ? looking.then(() => answer) : answer;
}

/** The same body; what has passed is shown once it is all there, before its end is, or null where it was too large. */
export function readAlong(source: BodySource, show: (body: Uint8Array | null) => void | Promise<void>): BodySource {
  let pieces: Uint8Array[] | null = [];
  let size = 0;
  const note = (piece: Uint8Array | null): Uint8Array | null | Promise<null> => {
    if (piece === null) {
      const shown = show(pieces === null ? null : Buffer.concat(pieces));
      return shown instanceof Promise ? shown.then(() => null) : null;
    }
    if (pieces !== null) {
      size += piece.byteLength;
      if (size > MOST_LOOKED_INTO) pieces = null;
      else pieces.push(piece);
    }
    return piece;
  };
  return tapped(source, note);
}
