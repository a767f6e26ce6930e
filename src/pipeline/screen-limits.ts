import { headerValue } from "../http/headers.ts";
import { NO_BODY } from "../http/message.ts";
import type { CallerFacts } from "../limits/caller/key.ts";
import type { RouteLimits } from "../limits/caller/limits.ts";
import type { Refusal, Passage } from "../limits/caller/passage.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import type { Route, Site } from "./site.ts";
import { limited } from "./told.ts";
import { GO_ON, refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * The caller's limits: is a request within them, or in how long.
 * Refuses 429 limited, with Retry-After; where a limit queues, it waits its turn here instead. What was claimed for a
 * submission that is refused is withdrawn when the exchange ends: nothing of it was sent.
 */

/** With these codes nothing of a request was executed by the platform. */
const NOTHING_SENT: ReadonlySet<ErrorCode> = new Set(["open", "overloaded", "unreachable", "limited-by-platform"]);

/** See the top of this file. */
export function screenLimits(x: Exchange, _generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  const { limits } = x.route as Route;
  if (limits === null) return GO_ON;
  const passage = limits.passage(factsOf(x, limits));
  const entered = passage.enter(deadlineOf(x, around));
  return entered instanceof Promise ? wait(x, passage, entered) : decide(x, passage, entered);
}

/**
 * What counts by the calendar is given back where nothing went to the platform: an outage must not use up a day's invoices.
 * Windows keep what they counted, because they are there for what callers send, and its retries are a part of that.
 */
export function giveBackUnused(x: Exchange, why = x.error): void {
  if (x.passage !== null && why !== null && NOTHING_SENT.has(why)) x.passage.unused();
}

async function wait(x: Exchange, passage: Passage, entered: Promise<Refusal | null>): Promise<Verdict> {
  // A submission goes on without its caller; and others may wait for the same answer.
  const stop = (): void => {
    if (x.routeClass !== "submit" && x.fetch?.wanted() !== true) passage.giveUp();
  };
  x.onGone = stop;
  if (x.gone) stop();
  const refusal = await entered;
  x.onGone = null;
  return decide(x, passage, refusal);
}

function decide(x: Exchange, passage: Passage, refusal: Refusal | null): Verdict {
  if (refusal === null) {
    x.passage = passage;
    x.limit = passage.waitedFor;
    return GO_ON;
  }
  if (refusal.kind === "gone") {
    x.endedBy = "client";
    return refuse("client-gone", "the client went away");
  }
  const { limit, retryAfter: seconds, headers } = refusal;
  x.limit = limit;
  const refused = refuse("limited", `${whyOf(refusal)}; nothing was sent`, [...(seconds === null ? [] : retryAfter(seconds)), ...headers]);
  if (x.submitted !== null) x.submitted = "refused";
  return x.flight === null ? refused : limited(x, refused, x.flight.policy, x.flight.facts);
}

function whyOf({ limit, units, retryAfter: seconds, until }: Extract<Refusal, { kind: "limited" }>): string {
  if (seconds === null) return `limit '${limit}' never has room for ${units} at once`;
  return until === null ? `limit '${limit}' has no room for now` : `limit '${limit}' is used up until ${until}`;
}

/** Monotonic ms at which the time of a request is over. */
function deadlineOf(x: Exchange, around: Surroundings): number {
  const { timeouts } = (x.route as Route).options;
  const total = timeouts.total ?? (x.site as Site).upstream.regions.get(x.region as string)?.totalTimeout;
  return total === undefined ? around.clock.now() : x.startedAt + total;
}

function factsOf(x: Exchange, limits: RouteLimits): CallerFacts {
  const route = x.route as Route;
  // What is sent, where a batch is taken apart.
  const isPass = route.class === "pass";
  const bytes = x.flight?.request?.body ?? (x.body.kind === "bytes" && !isPass ? x.body.bytes : null);
  return {
    site: (x.site as Site).name,
    route: route.name,
    routeClass: route.class,
    region: x.region,
    taxpayer: x.taxpayer,
    principal: x.principal,
    client: x.clientAddress,
    bodyBytes: bytes?.byteLength ?? statedLength(x, route),
    source: limits.needsSource ? sourceOf(x, route, bytes) : null,
  };
}

/** Of a body that is not at hand, or of class `pass`, what its head says, so that nothing hangs on how its packets came; null: nobody knows. */
function statedLength({ body, head }: Exchange, route: Route): number | null {
  if (body === NO_BODY) return 0;
  const said = headerValue(head.headers, "content-length");
  return said === undefined ? (route.options.body.maxBytes ?? null) : Number(said);
}

function sourceOf(x: Exchange, route: Route, body: Uint8Array | null): CallerFacts["source"] {
  const { headers } = x.head;
  return { headers, pathVariables: route.pathVariables(x.path), query: x.query, body, contentType: headerValue(headers, "content-type") };
}
