import { headerValues } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { lookAt } from "../identity/identity.ts";
import type { Fit, Unclear } from "../identity/fit.ts";
import type { Route } from "./site.ts";

/**
 * The route of a request; or the routes among which its body decides, in their order; or none. Then `methods` are those that
 * other routes of the same path know, and `unclear` is set where the request can be read in two ways.
 */
export type RouteMatch = { readonly route: Route } | NoRoute;

/** See {@link RouteMatch}. */
export interface NoRoute {
  readonly route: null;
  readonly candidates: readonly Route[];
  readonly methods: readonly string[];
  readonly unclear: Unclear | null;
}

const NONE: readonly [] = [];

/** Finds the first route that the head fits; where it asks about the body, all up to the first one that does not. */
export function matchRoute(routes: readonly Route[], method: string, path: string, query: string, headers: Headers): RouteMatch {
  let methods: string[] | null = null;
  let candidates: Route[] | null = null;
  for (const route of routes) {
    if (!route.matchesPath(path) || (route.variables.length > 0 && !hasVariables(route, path))) continue;
    if (route.methods.size > 0 && !route.methods.has(method)) {
      (methods ??= []).push(...route.methods);
      continue;
    }
    const fit = fitOf(route, query, headers);
    if (fit === "fails") continue;
    if (fit !== "holds") return { route: null, candidates: NONE, methods: NONE, unclear: fit };
    if (route.bodyTest === null && candidates === null) return { route };
    (candidates ??= []).push(route);
    if (route.bodyTest === null) break;
  }
  return { route: null, candidates: candidates ?? NONE, methods: methods ?? NONE, unclear: null };
}

/** Decides among candidates by the body. The first one that it fits; none where that is unclear before one is found. */
export function matchBody(candidates: readonly Route[], body: Uint8Array | null, headers: Headers): RouteMatch {
  const look = lookAt(body, headers, candidates.flatMap(({ bodyTest }) => (bodyTest === null ? [] : [bodyTest])));
  for (const route of candidates) {
    const fit = route.bodyTest === null ? "holds" : route.bodyTest.fits(look);
    if (fit === "holds") return { route };
    if (fit !== "fails") return { route: null, candidates: NONE, methods: NONE, unclear: fit };
  }
  return { route: null, candidates: NONE, methods: NONE, unclear: null };
}

/** The route of a request whose body is at hand; null where there is none, or it is unclear which. */
export function routeOf(routes: readonly Route[], request: { readonly method: string; readonly path: string; readonly query: string; readonly headers: Headers; readonly body: Uint8Array | null }): Route | null {
  const found = matchRoute(routes, request.method, request.path, request.query, request.headers);
  return found.route ?? matchBody(found.candidates, request.body, request.headers).route;
}

function hasVariables(route: Route, path: string): boolean {
  const values = route.pathVariables(path);
  return route.variables.every(([name, wanted]) => wanted.has(values[name] ?? ""));
}

function fitOf(route: Route, query: string, headers: Headers): Fit {
  const header = route.header.length > 0 ? hasHeaders(route, headers) : "holds";
  if (header === "fails") return header;
  const member = route.query.length > 0 ? hasMembers(route, query) : "holds";
  if (member === "fails") return member;
  const rest = route.headTest === null ? "holds" : route.headTest(headers);
  if (rest === "fails") return rest;
  return header !== "holds" ? header : member !== "holds" ? member : rest;
}

function hasHeaders(route: Route, headers: Headers): Fit {
  let fit: Fit = "holds";
  for (const [name, wanted] of route.header) {
    // Readers take the first of several, the last, or all of them as one.
    const values = headerValues(headers, name);
    if (!values.includes(wanted)) return "fails";
    if (values.some((value) => value !== wanted)) fit = { why: `header ${name}: it stands there with several values` };
  }
  return fit;
}

function hasMembers(route: Route, query: string): Fit {
  const members = new URLSearchParams(query);
  let fit: Fit = "holds";
  for (const [name, wanted] of route.query) {
    const values = members.getAll(name);
    if (!values.includes(wanted)) return "fails";
    if (values.some((value) => value !== wanted)) fit = { why: `query ${name}: it stands there with several values` };
  }
  return fit;
}
