import type { ByteBudget } from "../base/byte-budget.ts";
import { bounded } from "../http/bounded.ts";
import { collect } from "../http/collect.ts";
import { hostName } from "../http/authority.ts";
import { headerValue } from "../http/headers.ts";
import { BodyFault, NO_BODY } from "../http/message.ts";
import { canonicalTarget, type CanonicalTarget } from "../http/target.ts";
import { traceOf } from "../observe/trace.ts";
import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { matchBody, matchRoute, type NoRoute } from "./match-route.ts";
import type { RouteClass } from "./options.ts";
import type { Route, Site } from "./site.ts";
import { bodyRefusal, GO_ON, refuse, type Verdict } from "./verdict.ts";
import { isLoop } from "./via.ts";

/*
 * identify: who asks for what.
 * Reads the head, and the body where the route's class is buffered or a route that may be meant looks at it. Decides site,
 * canonical path, route, client address, principal, taxpayer and home region. Refuses 400 malformed or unclear, 404 no route,
 * 405, 413 too large, 415, 421, 503 where too many bodies are held at once.
 */

/** Buffered bodies are bounded even where the route names no bound. */
const DEFAULT_MAX_BYTES = 10_000_000;
const NO_VARIABLES: Readonly<Record<string, string>> = {};
/** Bodies of these classes are needed whole before the first byte goes on. */
const BUFFERED: Readonly<Record<RouteClass, boolean>> = { submit: true, poll: true, read: true, auth: true, control: true, inbound: true, pass: false };

/** See the top of this file. */
export function identify(x: Exchange, generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  const canonical = canonicalTarget(x.head.target);
  if (!canonical.ok) {
    // For the form of the answer: whose client it is, Host says.
    x.site = generation.hosts.find(hostName(x.host));
    return refuse(canonical.code, "the request's address breaks a rule");
  }
  const target = canonical.target;
  x.path = target.path;
  x.query = target.query;
  if (target.authority !== null) x.host = target.authority;
  const site = generation.hosts.find(hostName(x.host));
  if (site === null) return refuse("misdirected", "no site answers to this host name");
  x.site = site;
  // Whoever calls itself would do so until its connections or its time are used up.
  if (isLoop(x.head.headers)) return refuse("loop", "the request names this proxy too often in Via");
  const found = matchRoute(site.routes, x.head.method, x.path, x.query, x.head.headers);
  if (found.route !== null) return checkRoute(x, site, found.route, target, around);
  return found.candidates.length === 0 ? unmatched(target, found) : lookInside(x, site, found.candidates, target, around);
}

/** The body decides: it is read before the route is known, within the largest of their bounds. */
async function lookInside(x: Exchange, site: Site, candidates: readonly Route[], target: CanonicalTarget, around: Surroundings): Promise<Verdict> {
  const spelling = target.unusual.find((unusual) => candidates.every((route) => !route.allow.has(unusual)));
  if (spelling !== undefined) return refuse(spelling, "no route accepts this spelling");
  if (x.body !== NO_BODY && !candidates.some((route) => takesType(x, route))) return refuse("unsupported-type", "no route of this path takes this content type");
  const limit = Math.max(...candidates.map((route) => route.options.body.maxBytes ?? DEFAULT_MAX_BYTES));
  if (lengthOf(x) > limit) return refuse("body-too-large", `the body is larger than ${limit} bytes`);
  const refusal = await hold(x, limit, around.bodies);
  if (refusal !== null) return refusal;
  const found = matchBody(candidates, x.body.kind === "bytes" ? x.body.bytes : null, x.head.headers);
  return found.route === null ? unmatched(target, found, "no route of this path is for such a body") : checkRoute(x, site, found.route, target, around);
}

function unmatched(target: CanonicalTarget, { methods, unclear }: NoRoute, why = "no route leads there"): Verdict {
  if (unclear !== null) return refuse("match-unclear", unclear.why);
  const spelling = target.unusual[0];
  if (spelling !== undefined) return refuse(spelling, "no route accepts this spelling");
  if (methods.length > 0) return methodRefusal([...new Set(methods)].join(", "));
  return refuse("no-route", why);
}

function methodRefusal(allowed: string): Verdict {
  return refuse("method-not-allowed", `this path takes ${allowed}`, ["Allow", allowed]);
}

function checkRoute(x: Exchange, site: Site, route: Route, target: CanonicalTarget, around: Surroundings): Verdict | Promise<Verdict> {
  x.route = route;
  x.routeClass = route.class;
  const spelling = target.unusual.find((unusual) => !route.allow.has(unusual));
  if (spelling !== undefined) return refuse(spelling, `route '${route.name}' does not accept this spelling`);
  if (x.body !== NO_BODY && !takesType(x, route)) return refuse("unsupported-type", `route '${route.name}' does not take this content type`);
  const buffered = BUFFERED[route.class];
  const limit = route.options.body.maxBytes ?? (buffered ? DEFAULT_MAX_BYTES : Infinity);
  if (lengthOf(x) > limit) return refuse("body-too-large", `the body is larger than ${limit} bytes`);
  x.traceparent = trace(x, route);
  if (buffered && x.body.kind === "source") return buffer(x, site, route, limit, around.bodies);
  if (x.body.kind === "source" && limit !== Infinity) x.body = { kind: "source", source: bounded(x.body.source, limit) };
  who(x, site, route);
  return GO_ON;
}

async function buffer(x: Exchange, site: Site, route: Route, limit: number, room: ByteBudget): Promise<Verdict> {
  const refusal = await hold(x, limit, room);
  if (refusal !== null) return refusal;
  who(x, site, route);
  return GO_ON;
}

/** Reads the body whole; null once it is there. */
async function hold(x: Exchange, limit: number, room: ByteBudget): Promise<Verdict | null> {
  if (x.body.kind !== "source") return null;
  const take = (bytes: number): boolean => {
    const taken = room.take(bytes);
    if (taken) x.heldBytes += bytes;
    return taken;
  };
  try {
    x.body = await collect(x.body.source, limit, take);
    return null;
  } catch (fault) {
    if (fault instanceof BodyFault) return bodyRefusal(fault);
    throw fault;
  }
}

function who(x: Exchange, site: Site, route: Route): void {
  const identity = site.identity;
  const headers = x.head.headers;
  // Whether a body of this class is at hand is an accident of packets: nothing may hang on it.
  const body = route.class !== "pass" && x.body.kind === "bytes" ? x.body.bytes : null;
  x.clientAddress = identity.clientAddress(x.caller.address, headers);
  x.principal = identity.principal(x.caller.certificate, headers, x.clientAddress);
  if (identity.taxpayer !== null) {
    const pathVariables = identity.needsPath ? route.pathVariables(x.path) : NO_VARIABLES;
    x.taxpayer = identity.taxpayer(x.caller.address, { headers, pathVariables, query: x.query, body, contentType: headerValue(headers, "content-type") });
  }
  x.region = identity.region(headers, x.taxpayer, x.clientAddress);
}

/** A trace is continued where the caller has one, and begun where the route sends one on. */
function trace(x: Exchange, route: Route): string | null {
  const received = headerValue(x.head.headers, "traceparent");
  return received === undefined && !route.options.forward.trace ? null : traceOf(received);
}

function lengthOf(x: Exchange): number {
  if (x.body.kind === "bytes") return x.body.bytes.byteLength;
  return x.body.kind === "source" ? (x.body.source.length ?? 0) : 0;
}

function takesType(x: Exchange, route: Route): boolean {
  const types = route.options.body.types;
  if (types.length === 0) return true;
  const type = (headerValue(x.head.headers, "content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return types.includes(type);
}
