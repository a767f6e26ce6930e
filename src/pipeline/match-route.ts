import { headerValue } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import type { Route } from "./site.ts";

/** The route of a request, or the methods that other routes of the same path know. */
export type RouteMatch = { readonly route: Route } | { readonly route: null; readonly methods: readonly string[] };

/** Finds the first route that matches method, path, header and query. */
export function matchRoute(routes: readonly Route[], method: string, path: string, query: string, headers: Headers): RouteMatch {
  let methods: string[] | null = null;
  for (const route of routes) {
    if (!route.matchesPath(path)) continue;
    if (route.methods.size > 0 && !route.methods.has(method)) {
      (methods ??= []).push(...route.methods);
      continue;
    }
    if (route.header.length > 0 && !hasHeaders(route, headers)) continue;
    if (route.query.length > 0 && !hasMembers(route, query)) continue;
    return { route };
  }
  return { route: null, methods: methods ?? [] };
}

function hasHeaders(route: Route, headers: Headers): boolean {
  return route.header.every(([name, value]) => headerValue(headers, name) === value);
}

function hasMembers(route: Route, query: string): boolean {
  const members = new URLSearchParams(query);
  return route.query.every(([name, value]) => members.get(name) === value);
}
