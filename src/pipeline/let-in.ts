import type { Journal } from "../journal/journal.ts";
import type { Exchange } from "./exchange.ts";
import type { Route, Site } from "./site.ts";
import { upstreamHeaders } from "./upstream-head.ts";

/** Below it the platform has taken the request as one that may be made. */
const LET_IN_BELOW = 400;

/** Tells the journal that the platform let a request in: its credentials are good for questions about doubts. A log-in has others. */
export function letIn(x: Exchange, status: number, region: string, journal: Journal | null): void {
  const route = x.route as Route;
  if (journal === null || status >= LET_IN_BELOW || route.class === "auth") return;
  const { name, identity } = x.site as Site;
  const { taxpayer, principal } = x;
  if (identity.entitled?.(principal, taxpayer) === false) return;
  journal.letIn({ site: name, region, taxpayer, principal, isProven: identity.provesTaxpayer }, () => upstreamHeaders(x, route.options, region));
}
