import { splitTarget } from "../http/split-target.ts";
import type { Way } from "../journal/way.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { SitePace } from "../limits/pace/paces.ts";
import { routeOf } from "./match-route.ts";
import type { Route, Site } from "./site.ts";

/*
 * What counts the requests that Taxgate makes by itself: a question, a poll or a probe counts like a caller's request that
 * says the same.
 */

/** A probe waits for nothing: it is left out where it would have to. */
const NOT_WAITING = { patience: () => 0, granted: null } as const;
const NO_HEADERS: readonly string[] = [];

/** What counts the requests of the journal about submissions of a route. */
export function wayPaceOf(site: Site, own: Route): Way["paced"] {
  if (!site.pace.counts) return () => null;
  return (routeClass, request, { region, taxpayer, principal }, waiting) => {
    const { path, query } = splitTarget(request.target);
    const route = routeClass === "submit" ? own : routeOf(site.routes, { method: request.method, path, query, headers: request.headers, body: request.body });
    const source = { headers: request.headers, pathVariables: route?.pathVariables(path) ?? {}, query };
    return site.pace.of(route?.name ?? null)?.call({ routeClass, region, taxpayer, principal, address: null, source }, waiting) ?? null;
  };
}

/** What counts probes that are requests. */
export function probePaceOf(routes: readonly Route[], pace: SitePace): (region: string, target: string) => PacedCall | null {
  if (!pace.counts) return () => null;
  return (region, target) => {
    const { path, query } = splitTarget(target);
    const route = routeOf(routes, { method: "GET", path, query, headers: NO_HEADERS, body: null });
    const source = { headers: NO_HEADERS, pathVariables: route?.pathVariables(path) ?? {}, query };
    return pace.of(route?.name ?? null)?.call({ routeClass: "read", region, taxpayer: null, principal: null, address: null, source }, NOT_WAITING) ?? null;
  };
}
