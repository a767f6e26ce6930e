import { headerValue } from "../http/headers.ts";
import type { Judgement } from "../waf/judgement.ts";
import type { Exchange } from "./exchange.ts";
import type { Route } from "./site.ts";
import { GO_ON, refuse, type Verdict } from "./verdict.ts";

/*
 * screen, its first step: is this content allowed.
 * Reads path, query, header and body; of what is streamed, and of a request to switch protocols, the head alone. Refuses 403
 * where the firewall stops it. The caller learns nothing but the request's id: what was found is for the operator.
 */

/** See the top of this file. A large request is judged by turns with others. */
export function screenContent(x: Exchange): Verdict | Promise<Verdict> {
  const { firewall, class: routeClass } = x.route as Route;
  if (firewall === null) return GO_ON;
  const { headers } = x.head;
  const body = x.body.kind === "bytes" && routeClass !== "pass" ? x.body.bytes : null;
  const judgement = firewall.judgeInTurns({ path: x.path, query: x.query, headers, body, contentType: headerValue(headers, "content-type") }, x.id);
  return judgement instanceof Promise ? judgement.then((made) => decided(x, made)) : decided(x, judgement);
}

function decided(x: Exchange, judgement: Judgement | null): Verdict {
  if (judgement === null) return GO_ON;
  x.judgement = judgement;
  if (!judgement.stops) return GO_ON;
  if (x.submitted !== null) x.submitted = "refused";
  return refuse("content-refused", "the request was stopped by the firewall");
}
