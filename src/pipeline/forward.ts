import type { Clock } from "../base/clock.ts";
import { fairLane } from "../base/fair-lane.ts";
import { collect } from "../http/collect.ts";
import { BodyFault, type Answer, type BodySource } from "../http/message.ts";
import { SAFE_METHODS } from "../http/safe-methods.ts";
import type { Flight } from "../journal/flight.ts";
import type { Journal } from "../journal/journal.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { CallControl, UpstreamCall } from "../upstream/call.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import type { AttemptCause, AttemptResult } from "../upstream/result.ts";
import { callInTurn, relayPace } from "./call-in-turn.ts";
import { submitRest } from "./await-batch.ts";
import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { letIn } from "./let-in.ts";
import type { RouteClass } from "./options.ts";
import type { Route, Site } from "./site.ts";
import { submit } from "./submit.ts";
import { fallBack, take } from "./take.ts";
import { upstreamHeaders } from "./upstream-head.ts";
import { bodyRefusal, gateRefusal, refuse, type Verdict } from "./verdict.ts";

/*
 * forward: when, where to, how often, and what the result means.
 * Reads the region table, breakers, pools. Every call passes the site's gate. Refuses 502 unreachable, 503 open or
 * overloaded, 504 timed out or in doubt. A journalled submission is sent by the journal; one without a journal is sent
 * again only where nothing was handed to the socket.
 */

/** An answer to a submission is read whole before it is believed. */
const MAX_SUBMIT_ANSWER = 10_000_000;
/** Statuses after which a read may be tried elsewhere. */
const WORTH_ANOTHER_TRY: ReadonlySet<number> = new Set([502, 503, 504]);
/** Classes whose requests are looked up or asked again without harm where the method is safe. */
const REPEATABLE: Readonly<Record<RouteClass, boolean>> = { submit: false, poll: true, read: true, auth: false, control: false, inbound: false, pass: false };

/** See the top of this file. */
export function forward(x: Exchange, generation: Generation, around: Surroundings): Promise<Verdict> {
  const { journal } = generation;
  if (x.flight === null || journal === null) return relay(x, journal, around);
  return journalled(x, x.flight, journal, around);
}

async function journalled(x: Exchange, flight: Flight, journal: Journal, around: Surroundings): Promise<Verdict> {
  const verdict = await (x.batch === null ? submit(x, flight, journal, around) : submitRest(x, x.batch, flight, journal, around));
  if (verdict.kind === "answer" && x.submitted === "fresh" && x.lastTried !== null) letIn(x, verdict.answer.status, x.lastTried.region, journal);
  return verdict;
}

async function relay(x: Exchange, journal: Journal | null, around: Surroundings): Promise<Verdict> {
  const site = x.site as Site;
  const route = x.route as Route;
  if (isGivenUp(x)) return clientGone(x);
  const control: CallControl = { abort: null };
  const home = site.upstream.regions.get(x.region as string);
  const total = route.options.timeouts.total ?? home?.totalTimeout ?? 0;
  const deadline = around.clock.now() + total;
  let tries = firstTry(x, site, route, relayPace(x, deadline, around.clock), deadline);
  const timer = around.clock.after(total, () => control.abort?.("total-timeout"));
  // Others may wait for the same answer: then it is fetched for them.
  const cancel = (): void => void (x.fetch?.wanted() === true || control.abort?.("cancelled"));
  if (route.class !== "submit") x.onGone = cancel;
  try {
    let result = await callInTurn(x, tries, control, around);
    for (let next = nextTry(x, tries, result); next !== null; next = nextTry(x, tries, result)) {
      if (next.retry) {
        // Only afterwards: where the wait is broken off, this answer is the one that counts.
        if (!(await pause(next.region.pauseAfter(x.attempts), control, around.clock))) break;
        x.attempts++;
        around.metrics.retried();
        discard(result);
      }
      tries = next;
      result = await callInTurn(x, tries, control, around);
    }
    if (result.kind === "refused") x.attempts--;
    else x.lastTried = { region: tries.region.name, endpoint: result.endpoint };
    if (result.kind !== "answered") {
      const refusal = failed(x, result);
      return x.fetch === null || isGivenUp(x) ? refusal : await fallBack(x, x.fetch, refusal, around);
    }
    const { answer, region } = result;
    letIn(x, answer.status, region, journal);
    if (route.class !== "submit" || answer.body.kind !== "source") return await take(x, answer, region, around);
    return await acceptWhole(x, answer, answer.body.source, region, around);
  } finally {
    timer.cancel();
  }
}

/** Where a request stands in its row of regions. */
interface Try {
  readonly call: UpstreamCall;
  readonly route: Route;
  /** Monotonic ms at which its time is over. */
  readonly deadline: number;
  /** What counts a call to a region. */
  readonly pace: (region: string) => PacedCall | null;
  readonly regions: readonly RegionUpstream[];
  readonly index: number;
  readonly region: RegionUpstream;
  /** Endpoint that has just failed. */
  readonly avoid: string | null;
  /** True where the platform may have seen it before; false where the region before refused without an attempt. */
  readonly retry: boolean;
}

function firstTry(x: Exchange, site: Site, route: Route, pace: Try["pace"], deadline: number): Try {
  // A stale answer of its own region comes before a fresh one of another.
  const mayCross = (route.options.crossRegion ?? route.class === "read") && (x.fetch === null || x.fetch.fallback === null);
  const regions = site.upstream.regions.candidates(x.region as string, { mayCross });
  regions[0]?.retries.request();
  x.attempts = 1;
  const { name } = regions[0] as RegionUpstream;
  return { call: callOf(x, route, name, pace(name), deadline), deadline, route, pace, regions, index: 0, region: regions[0] as RegionUpstream, avoid: null, retry: false };
}

/** The next attempt, or null where the result stands. */
function nextTry(x: Exchange, last: Try, result: AttemptResult): Try | null {
  if (result.kind === "answered" && !WORTH_ANOTHER_TRY.has(result.answer.status)) return null;
  const following = last.regions[last.index + 1];
  if (result.kind === "refused") {
    // An open breaker or a full queue is no attempt: the next region in the row is asked at once.
    // A platform that allows no more is not down, and its other regions are no way round that.
    return following === undefined || result.cause === "paced" ? null : { ...last, call: callOf(x, last.route, following.name, last.pace(following.name), last.deadline), index: last.index + 1, region: following, avoid: null, retry: false };
  }
  if (!worthRetry(x, last.route, result) || x.attempts >= last.region.attempts) return null;
  const moves = following !== undefined && !last.region.hasOther(result.endpoint);
  // A region that was not even reached is spared by turning to another one: that costs no budget.
  if (!(moves && result.kind === "not-sent") && !last.region.retries.take()) return null;
  if (!moves) return { ...last, avoid: result.endpoint, retry: true };
  return { ...last, call: callOf(x, last.route, following.name, last.pace(following.name), last.deadline), index: last.index + 1, region: following, avoid: null, retry: true };
}

function discard(result: AttemptResult): void {
  if (result.kind === "answered" && result.answer.body.kind === "source") result.answer.body.source.cancel();
}

/** Waits before another attempt; false where the exchange was given up meanwhile. */
function pause(ms: number, control: CallControl, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(true));
    const abort = (): void => {
      timer.cancel();
      resolve(false);
    };
    control.abort = abort;
  });
}

function callOf(x: Exchange, route: Route, region: string, pace: PacedCall | null, deadline: number): UpstreamCall {
  return {
    class: route.class,
    method: x.head.method,
    target: x.path + x.query,
    headers: upstreamHeaders(x, route.options, region),
    body: x.body,
    host: route.options.forward.host && x.host !== "" ? x.host : null,
    responseTimeout: route.options.timeouts.response ?? null,
    kind: route.name,
    lane: fairLane(x.taxpayer, x.principal, x.clientAddress),
    deadline,
    fresh: route.options.connection === "fresh",
    informed: x.inform,
    pace,
  };
}

/** May the same request go out once more? What was handed to a socket only where asking twice does no harm. */
function worthRetry(x: Exchange, route: Route, result: Exclude<AttemptResult, { kind: "refused" }>): boolean {
  // A stored answer will do: a platform that fails is asked once, and then left alone for a while.
  if (x.fetch !== null && x.fetch.fallback !== null) return false;
  if (isGivenUp(x)) return false;
  if (x.body.kind === "source" || result.cause === "total-timeout" || result.cause === "cancelled") return false;
  return result.kind === "not-sent" || (REPEATABLE[route.class] && SAFE_METHODS.has(x.head.method));
}

async function acceptWhole(x: Exchange, answer: Answer, source: BodySource, region: string, around: Surroundings): Promise<Verdict> {
  try {
    return await take(x, { ...answer, body: await collect(source, MAX_SUBMIT_ANSWER) }, region, around);
  } catch (fault) {
    if (!(fault instanceof BodyFault)) throw fault;
    source.cancel();
    x.endedBy = "upstream";
    x.reason = `answer-${fault.reason}`;
    return refuse("in-doubt", `the answer was cut off: ${fault.reason}`);
  }
}

function failed(x: Exchange, result: Exclude<AttemptResult, { kind: "answered" }>): Verdict {
  x.reason = result.cause;
  // What became of a submission is told for the record, though nobody listens any more.
  if (isGivenUp(x)) return clientGone(x);
  if (result.kind === "in-doubt" && result.bodyFault !== null) {
    x.endedBy = "client";
    return bodyRefusal(new BodyFault(result.bodyFault, result.detail));
  }
  if (result.kind === "refused") return gateRefusal(result);
  x.endedBy = "upstream";
  if (result.kind === "not-sent") return refuse(result.cause === "total-timeout" ? "upstream-timeout" : "unreachable", `nothing was sent: ${result.cause}`);
  return refuse(lostAnswer(x, result.cause), `the answer did not arrive: ${result.cause}`);
}

/** Nobody waits for it any more. What became of a submission counts although its caller has gone. */
function isGivenUp(x: Exchange): boolean {
  return x.gone && x.routeClass !== "submit" && x.fetch?.wanted() !== true;
}

function clientGone(x: Exchange): Verdict {
  x.endedBy = "client";
  return refuse("client-gone", "the client went away");
}

function lostAnswer(x: Exchange, cause: AttemptCause): "in-doubt" | "malformed-answer" | "upstream-timeout" {
  if (x.routeClass === "submit") return "in-doubt";
  return cause === "response-timeout" || cause === "total-timeout" ? "upstream-timeout" : "malformed-answer";
}
