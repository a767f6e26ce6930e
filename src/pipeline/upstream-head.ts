import { CONDITIONALS } from "../http/conditional.ts";
import { endToEnd, endToEndFilter } from "../http/hop-by-hop.ts";
import { headerValues, withoutFields } from "../http/headers.ts";
import type { Answer } from "../http/message.ts";
import { traceStateOf } from "../observe/trace-state.ts";
import type { Exchange } from "./exchange.ts";
import type { RouteOptions } from "./options.ts";
import { via } from "./via.ts";

/**
 * Fields that are stated anew, or that tell about the network behind us. A platform gets Via with a pseudonym and
 * nothing else of ours unless the route asks.
 */
const toPlatform = endToEndFilter(new Set([
  "host", "content-length", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server",
  "x-real-ip", "traceparent", "tracestate",
]));

/** X-Request-Id is ours: the one in our log. The length is stated anew from what really goes out. */
const toCaller = endToEndFilter(new Set(["via", "x-request-id", "taxgate-error", "taxgate-region", "content-length"]));
/** Where there is no body to measure, the platform's word about the length stands (RFC 9110 section 8.6). */
const toCallerBodiless = endToEndFilter(new Set(["via", "x-request-id", "taxgate-error", "taxgate-region"]));

/** The fields of a request toward the platform, without Host, which the endpoint decides. */
export function upstreamHeaders(x: Exchange, route: RouteOptions, region: string): string[] {
  let headers = endToEnd(x.head.headers, toPlatform);
  const question = x.fetch === null ? null : x.fetch.question(region);
  if (question !== null) headers = [...withoutFields(headers, ASKED_BY_CALLER), ...question];
  headers.push("via", via(x.head.headers, x.head.version));
  if (x.body.kind === "source" && x.body.source.length !== null) headers.push("content-length", String(x.body.source.length));
  if (route.forward.trace && x.traceparent !== null) headers.push(...traceHeaders(x.traceparent, headerValues(x.head.headers, "tracestate")));
  if (route.forward.client) headers.push(...callerHeaders(x));
  return headers;
}

/** The cache's own question stands in place of the caller's: whether what is stored has changed. */
const ASKED_BY_CALLER: ReadonlySet<string> = new Set([...CONDITIONALS, "range"]);

/** The fields of a platform's answer toward the caller. */
export function downstreamHeaders(x: Exchange, answer: Answer): string[] {
  const bodiless = x.head.method === "HEAD" || answer.status === 304;
  const headers = endToEnd(answer.headers, bodiless ? toCallerBodiless : toCaller);
  headers.push("Via", via(answer.headers, "1.1"), "X-Request-Id", x.id);
  // Whoever asks one region and is answered by another has to be able to see it.
  if (x.lastTried !== null && x.lastTried.region !== x.region) headers.push("Taxgate-Region", x.lastTried.region);
  return headers;
}

function callerHeaders(x: Exchange): string[] {
  const proto = x.caller.secure ? "https" : "http";
  const address = x.clientAddress.includes(":") ? `"[${x.clientAddress}]"` : x.clientAddress;
  return [
    "x-forwarded-for", x.clientAddress,
    "x-forwarded-proto", proto,
    ...(x.host === "" ? [] : ["x-forwarded-host", x.host]),
    "forwarded", `for=${address};proto=${proto}`,
  ];
}

function traceHeaders(traceparent: string, states: readonly string[]): string[] {
  const state = traceStateOf(states);
  return state === "" ? ["traceparent", traceparent] : ["traceparent", traceparent, "tracestate", state];
}
