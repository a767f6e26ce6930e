import { endToEnd } from "../http/hop-by-hop.ts";
import { headerValues } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { traceStateOf } from "../observe/trace-state.ts";
import type { Exchange } from "./exchange.ts";
import type { RouteOptions } from "./options.ts";

/** The name in Via instead of a host: it says that somebody forwarded, not who or where. */
const PSEUDONYM = "taxgate";

/**
 * Fields that are stated anew, or that tell about the network behind us. A platform gets Via with a pseudonym and
 * nothing else of ours unless the route asks.
 */
const NOT_COPIED: ReadonlySet<string> = new Set([
  "host", "content-length", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server",
  "x-real-ip", "traceparent", "tracestate",
]);

/** The fields of a request toward the platform, without Host, which the endpoint decides. */
export function upstreamHeaders(x: Exchange, route: RouteOptions): string[] {
  const headers = endToEnd(x.head.headers, NOT_COPIED);
  headers.push("via", viaWith(headerValues(x.head.headers, "via"), x.head.version));
  if (x.body.kind === "source" && x.body.source.length !== null) headers.push("content-length", String(x.body.source.length));
  if (route.forward.trace && x.traceparent !== null) headers.push(...traceHeaders(x.traceparent, headerValues(x.head.headers, "tracestate")));
  if (route.forward.client) headers.push(...callerHeaders(x));
  return headers;
}

/** The fields of a platform's answer toward the caller. */
export function downstreamHeaders(x: Exchange, answer: Headers): string[] {
  const headers = endToEnd(answer, NOT_COPIED_BACK);
  headers.push("Via", viaWith(headerValues(answer, "via"), "1.1"), "X-Request-Id", x.id);
  return headers;
}

/** X-Request-Id is ours: the one in our log. */
const NOT_COPIED_BACK: ReadonlySet<string> = new Set(["via", "x-request-id", "taxgate-error"]);

function viaWith(before: readonly string[], version: string): string {
  const own = `${version === "2" ? "2.0" : version} ${PSEUDONYM}`;
  return before.length === 0 ? own : `${before.join(", ")}, ${own}`;
}

function callerHeaders(x: Exchange): string[] {
  const proto = x.caller.secure ? "https" : "http";
  const address = x.clientAddress.includes(":") ? `"[${x.clientAddress}]"` : x.clientAddress;
  return [
    "x-forwarded-for", x.clientAddress,
    "x-forwarded-proto", proto,
    ...(x.head.authority === "" ? [] : ["x-forwarded-host", x.head.authority]),
    "forwarded", `for=${address};proto=${proto}`,
  ];
}

function traceHeaders(traceparent: string, states: readonly string[]): string[] {
  const state = traceStateOf(states);
  return state === "" ? ["traceparent", traceparent] : ["traceparent", traceparent, "tracestate", state];
}
