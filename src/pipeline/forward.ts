import type { Clock } from "../base/clock.ts";
import { collect } from "../http/collect.ts";
import { BodyFault, type Answer } from "../http/message.ts";
import type { CallControl, UpstreamCall } from "../upstream/call.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import type { AttemptCause, AttemptResult } from "../upstream/result.ts";
import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { bodyRefusal } from "./identify.ts";
import type { RouteClass } from "./options.ts";
import type { Route, Site } from "./site.ts";
import { downstreamHeaders, upstreamHeaders } from "./upstream-head.ts";
import { refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * forward: when, where to, how often, and what the result means.
 * Reads the region table, breakers, pools. Every call passes the site's gate. Refuses 502 unreachable, 503 open or
 * overloaded, 504 timed out or in doubt. A submission is sent again only where nothing was handed to the socket.
 */

/** An answer to a submission is read whole before it is believed. */
const MAX_SUBMIT_ANSWER = 10_000_000;
/** Statuses after which a read may be tried elsewhere. */
const WORTH_ANOTHER_TRY: ReadonlySet<number> = new Set([502, 503, 504]);
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
/** Classes whose requests are looked up or asked again without harm where the method is safe. */
const REPEATABLE: Readonly<Record<RouteClass, boolean>> = { submit: false, poll: true, read: true, auth: false, control: false, inbound: false, pass: false };

/** See the top of this file. */
export async function forward(x: Exchange, _generation: Generation, around: Surroundings): Promise<Verdict> {
  const site = x.site as Site;
  const route = x.route as Route;
  const control: CallControl = { abort: null };
  const timer = around.clock.after(route.options.timeouts.total ?? site.upstream.totalTimeout(x.region as string), () => control.abort?.("total-timeout"));
  if (route.class !== "submit") x.onGone = () => control.abort?.("cancelled");
  try {
    const result = await tryAll(x, site, route, control, around);
    return result.kind === "answered" ? await accept(x, route, result.answer) : failed(x, result);
  } finally {
    timer.cancel();
  }
}

async function tryAll(x: Exchange, site: Site, route: Route, control: CallControl, around: Surroundings): Promise<AttemptResult> {
  const call = callOf(x, route);
  const home = x.region as string;
  const mayCross = route.options.crossRegion || REPEATABLE[route.class];
  const regions = site.upstream.regions.candidates(home, { mayCross, routeClass: route.class });
  site.upstream.retries.request();
  let avoid: string | null = null;
  for (let i = 0; ; ) {
    const region = regions[i] as RegionUpstream;
    x.attempts++;
    const result = await region.call(call, control, avoid);
    // An open breaker is no attempt: the next region in the row is asked at once.
    if (result.kind === "refused" && result.cause === "breaker-open" && i + 1 < regions.length) {
      x.attempts--;
      i++;
      continue;
    }
    if (!worthRetry(x, route, result) || x.attempts >= region.attempts || !site.upstream.retries.take()) return noted(x, region, result);
    if (result.kind === "answered" && result.answer.body.kind === "source") result.answer.body.source.cancel();
    avoid = result.kind === "refused" ? null : result.endpoint;
    around.metrics.retried();
    if (!(await pause(site.upstream.pauseAfter(region.name, x.attempts), control, around.clock))) return noted(x, region, result);
    if (!region.isUp() && i + 1 < regions.length) i++;
  }
}

/** Waits before another attempt; false where the exchange was given up meanwhile. */
function pause(ms: number, control: CallControl, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(true));
    control.abort = () => {
      timer.cancel();
      resolve(false);
    };
  });
}

function noted(x: Exchange, region: RegionUpstream, result: AttemptResult): AttemptResult {
  x.answeredBy = result.kind === "answered" ? { region: region.name, endpoint: result.endpoint } : null;
  return result;
}

function callOf(x: Exchange, route: Route): UpstreamCall {
  return {
    class: route.class,
    method: x.head.method,
    target: x.path + x.query,
    headers: upstreamHeaders(x, route.options),
    body: x.body,
    host: route.options.forward.host ? x.head.authority : null,
    responseTimeout: route.options.timeouts.response ?? null,
    fresh: route.options.connection === "fresh",
    informed: x.inform,
  };
}

/** May the same request go out once more? What was handed to a socket only where asking twice does no harm. */
function worthRetry(x: Exchange, route: Route, result: AttemptResult): boolean {
  if (x.gone && route.class !== "submit") return false;
  if (result.kind === "refused") return false;
  const bodyKept = x.body.kind !== "source";
  if (result.kind === "not-sent") return bodyKept && result.cause !== "total-timeout" && result.cause !== "cancelled";
  const repeatable = bodyKept && REPEATABLE[route.class] && SAFE.has(x.head.method);
  if (result.kind === "in-doubt") return repeatable && result.cause !== "total-timeout" && result.cause !== "cancelled";
  return repeatable && WORTH_ANOTHER_TRY.has(result.answer.status);
}

async function accept(x: Exchange, route: Route, answer: Answer): Promise<Verdict> {
  let body = answer.body;
  if (route.class === "submit" && body.kind === "source") {
    const { source } = body;
    try {
      body = await collect(source, MAX_SUBMIT_ANSWER);
    } catch (fault) {
      if (!(fault instanceof BodyFault)) throw fault;
      source.cancel();
      x.endedBy = "upstream";
      return refuse("in-doubt", `the answer was cut off: ${fault.reason}`);
    }
  }
  return { kind: "answer", reason: "forwarded", answer: { status: answer.status, headers: downstreamHeaders(x, answer.headers), body } };
}

function failed(x: Exchange, result: Exclude<AttemptResult, { kind: "answered" }>): Verdict {
  x.reason = result.cause;
  if (x.gone) {
    x.endedBy = "client";
    return refuse("client-gone", "the client went away");
  }
  if (result.kind === "in-doubt" && result.bodyFault !== null) {
    x.endedBy = "client";
    return bodyRefusal(new BodyFault(result.bodyFault, result.detail));
  }
  if (result.kind === "refused") {
    const code = result.cause === "breaker-open" ? "open" : "overloaded";
    return refuse(code, result.detail, retryAfter(result.retryAfter));
  }
  x.endedBy = "upstream";
  if (result.kind === "not-sent") return refuse(result.cause === "total-timeout" ? "upstream-timeout" : "unreachable", `nothing was sent: ${result.cause}`);
  return refuse(lostAnswer(x, result.cause), `the answer did not arrive: ${result.cause}`);
}

function lostAnswer(x: Exchange, cause: AttemptCause): "in-doubt" | "malformed-answer" | "upstream-timeout" {
  if (x.routeClass === "submit") return "in-doubt";
  return cause === "response-timeout" || cause === "total-timeout" ? "upstream-timeout" : "malformed-answer";
}
