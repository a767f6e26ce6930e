import { headerValue } from "../http/headers.ts";
import type { Exchange } from "./exchange.ts";
import type { Route } from "./site.ts";
import { GO_ON, refuse, type Verdict } from "./verdict.ts";

/*
 * screen, its first step: is a request as requests of its route must be.
 * Reads headers, query and body; of what is streamed, and of a request to switch protocols, the head alone. Refuses 422 with the
 * place and the rule, never with a value: that is what the caller's people need to mend it.
 */

/** See the top of this file. */
export function screenRequire(x: Exchange): Verdict {
  const { requirements, class: routeClass } = x.route as Route;
  if (requirements === null) return GO_ON;
  const { headers, method } = x.head;
  const body = x.body.kind === "bytes" && routeClass !== "pass" ? x.body.bytes : null;
  const breach = requirements.check({ method, headers, query: x.query, body, contentType: headerValue(headers, "content-type") }, x.id);
  if (breach === null) return GO_ON;
  x.reason = `require-${breach.reason}`;
  if (x.submitted !== null) x.submitted = "refused";
  return refuse("content-invalid", `the request breaks a rule of this route (${breach.rule}) at ${breach.where}; nothing was sent`);
}
