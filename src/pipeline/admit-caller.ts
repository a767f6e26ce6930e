import type { AdmissionReason } from "../waf/allow/admission.ts";
import type { Exchange } from "./exchange.ts";
import type { Route, Site } from "./site.ts";
import { GO_ON, refuse, type Verdict } from "./verdict.ts";

/*
 * admit, its last step: does who asks, and what is asked for, stand on the allowlists.
 * Reads client, principal, taxpayer, method and path. Refuses 403, 401 where principals are listed and none is known, 405 and
 * 404. A caller does not learn which list it was, because that would help to find out who stands there; the log says it.
 */

/** See the top of this file. */
export function admitCaller(x: Exchange): Verdict {
  const { admission } = x.route as Route;
  if (admission === null) return GO_ON;
  const { principal, taxpayer, path } = x;
  const reason = admission.admit({ client: x.clientAddress, principal, taxpayer, method: x.head.method, path }, x.id);
  if (reason === null) return GO_ON;
  x.reason = `not-allowed-${reason}`;
  return refusal(x, reason, admission.methods);
}

function refusal(x: Exchange, reason: AdmissionReason, methods: string): Verdict {
  if (reason === "path") return refuse("no-route", "no route leads there");
  if (reason === "method") return refuse("method-not-allowed", `this path takes ${methods}`, ["Allow", methods]);
  // A challenge has to stand beside 401 (RFC 9110 section 15.5.2); which credentials are meant is the platform's or the operator's business.
  if (reason === "principal-missing") return refuse("principal-missing", "this route is for known callers", ["WWW-Authenticate", `Taxgate realm="${(x.site as Site).name}"`]);
  return refuse("not-allowed", "this caller is not let in here");
}
