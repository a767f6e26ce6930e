import type { Clock, Timer } from "../base/clock.ts";
import { fairLane } from "../base/fair-lane.ts";
import type { CallControl } from "../upstream/call.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import { attempt, type Attempted, type Decode } from "./attempt.ts";
import type { StoredRequest } from "./entry.ts";
import type { Flight } from "./flight.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Way, Ways } from "./way.ts";

/*
 * Sends a submission that is claimed: as often as it is certain that nothing was executed, and never again after a doubt.
 * An answer that comes after our own deadline is still waited for, and counts.
 */

/** What sending needs from outside. */
export interface DeliveryEnv {
  readonly clock: Clock;
  readonly ways: Ways;
  readonly decode: Decode;
  readonly outcomes: Outcomes;
  /** Puts a submission that cannot be sent now into the queue of its route; false where there is no room. */
  readonly defer: (flight: Flight) => boolean;
  readonly retried: () => void;
  readonly fault: (where: string, fault: unknown) => void;
}

/** A refusal without an attempt is asked about again at least so often, in ms. */
const LOOK_MS = 500;
/** An attempt wants at least so much time, in ms, or a quarter of the wait for an answer: less makes doubts, not invoices. */
const SHORTEST_MS = 1000;
/** So much of the time for an attempt it waits for a place at the platform: what has none by then is not sent, and nothing is in doubt. */
const WAIT_SHARE = 0.5;

/** Where the row of attempts stands. */
interface Row {
  readonly startedAt: number;
  /** Attempts that got past the gate: a connection was tried, whether or not a byte left. */
  made: number;
  /** Whether the budget of retries knows of it: an attempt that was not let through is no request of its own. */
  counted: boolean;
  avoid: string | null;
  /** The platform did nothing with the last one, because of a limit, and wants to hear nothing for so many ms; else null. */
  told: number | null;
}

/** A way that leads there. */
interface Route extends Way {
  readonly to: RegionUpstream;
}

/** Sends a claimed submission until something is known, or nobody knows. Settles what it learns; never rejects for what a platform does. */
export async function deliver(flight: Flight, env: DeliveryEnv): Promise<void> {
  const row: Row = { startedAt: env.clock.now(), made: 0, counted: false, avoid: null, told: null };
  while (!flight.isOver) {
    if (flight.until !== null && env.clock.wall() >= flight.until) return env.outcomes.unsent(flight, { result: null, why: "its time in the queue ran out" });
    const past = flight.delayed || row.counted ? flight.past() : null;
    if (past !== null) return env.outcomes.unsent(flight, { result: null, why: past });
    const route = routeOf(flight, env);
    if (route === null) return env.outcomes.unsent(flight, { result: null, why: `no way leads to region '${flight.facts.region}'` });
    if (!row.counted) route.to.retries.request();
    row.counted = true;
    const attempted = await timely(flight, route, row, env);
    // From here on the answer is waited for apart from this row.
    if (attempted === null) return;
    if (attempted.kind !== "unsent" && !isNotExecuted(attempted)) return env.outcomes.learn(flight, attempted);
    const pause = pauseBefore(flight, attempted, route, row, env);
    if (pause === null) return giveUp(flight, attempted, row, env);
    await flight.pause(pause);
    env.retried();
  }
}

function routeOf(flight: Flight, { ways }: DeliveryEnv): Route | null {
  const way = ways(flight.facts.site, flight.facts.route);
  const to = way?.region(flight.facts.region) ?? null;
  return way === null || to === null ? null : { ...way, to };
}

function isNotExecuted(attempted: Attempted): boolean {
  return attempted.kind === "judged" && attempted.judgement.kind === "not-executed";
}

/** Sent again as it is it would get the same answer. */
function needsCaller(attempted: Attempted): boolean {
  return attempted.kind === "judged" && attempted.judgement.kind === "not-executed" && attempted.judgement.needsCaller;
}

/** One attempt within the time for it; null where its answer is late. It is then in doubt, and the answer still counts. */
function timely(flight: Flight, route: Route, row: Row, env: DeliveryEnv): Promise<Attempted | null> {
  const { clock, outcomes } = env;
  const { linger } = flight.policy.options;
  const patience = patienceOf(route, row, clock);
  const control: CallControl = { abort: null };
  const { promise, resolve } = Promise.withResolvers<Attempted | null>();
  let late = false;
  let cut: Timer | null = null;
  let begunAt = clock.now();
  const began = (): void => {
    begunAt = clock.now();
    const ms = patienceOf(route, row, clock);
    cut = clock.after(ms, () => {
      late = true;
      cut = clock.after(linger, () => control.abort?.("total-timeout"));
      outcomes.doubt(flight, "timed-out", `no answer within ${Math.round(ms)} ms`, "");
      resolve(null);
    });
  };
  // While it waits for its turn nothing of it is at the platform, and nothing can be in doubt.
  const pace = route.paced("submit", flight.request as StoredRequest, flight.facts, { patience: () => turnPatience(flight, route, row, clock), granted: began });
  if (pace === null) began();
  const ended = (one: Attempted): void => {
    cut?.cancel();
    row.told = isNotExecuted(one) && !needsCaller(one) ? (pace?.told ?? null) : null;
    count(one, flight, row);
    flight.finish();
    if (late) outcomes.late(flight, one);
    else resolve(one);
  };
  flight.begin();
  const plan = { region: route.to, routeClass: "submit", timeout: patience + linger, fresh: route.fresh, avoid: row.avoid, control, pace, kind: flight.facts.route, lane: fairLane(flight.facts.taxpayer, flight.facts.principal, null), deadline: () => begunAt + WAIT_SHARE * patience } as const;
  attempt(flight.request as StoredRequest, plan, flight.policy.judge, env.decode).then(ended, (fault: unknown) => {
    env.fault("sending", fault);
    ended({ kind: "lost", cause: "lost-answer", why: "a fault inside the proxy", endpoint: "", result: null });
  });
  return promise;
}

/** How long it can wait for its turn: as long as somebody waits for it, and as it may be sent at all. */
function turnPatience(flight: Flight, route: Route, row: Row, clock: Clock): number {
  const last = Math.min(flight.until ?? Infinity, flight.lastAt() ?? Infinity);
  return Math.min(flight.waiting > 0 ? timeLeft(route, row, clock) : Infinity, last - clock.wall());
}

/** Of the time for all attempts, but for what the last of them needs. */
function timeLeft(route: Route, row: Row, clock: Clock): number {
  return row.startedAt + (route.total ?? route.to.totalTimeout) - clock.now() - shortest(route.response ?? route.to.responseTimeout);
}

/** Up to the route's end for those who wait; after it nobody does, and an attempt has its own time. */
function patienceOf(route: Route, row: Row, clock: Clock): number {
  const response = route.response ?? route.to.responseTimeout;
  const left = row.startedAt + (route.total ?? route.to.totalTimeout) - clock.now();
  return left >= shortest(response) ? Math.min(response, left) : response;
}

function shortest(response: number): number {
  return Math.min(SHORTEST_MS, response / 4);
}

function count(attempted: Attempted, flight: Flight, row: Row): void {
  if (attempted.kind !== "unsent") flight.attempts++;
  if (attempted.kind !== "unsent" || attempted.result.kind === "not-sent") row.made++;
  row.avoid = endpointOf(attempted) ?? row.avoid;
}

function endpointOf(attempted: Attempted): string | null {
  if (attempted.kind === "unsent") return attempted.result.kind === "not-sent" ? attempted.result.endpoint : null;
  return attempted.endpoint;
}

/** Ms before the next attempt, or null where there is none. */
function pauseBefore(flight: Flight, attempted: Attempted, route: Route, row: Row, { clock }: DeliveryEnv): number | null {
  if (flight.isOver || needsCaller(attempted)) return null;
  const { options } = flight.policy;
  const left = timeLeft(route, row, clock);
  // The next one waits for its turn, as long as the platform has said, or is told so.
  if (row.told !== null && (flight.waiting > 0 || flight.until !== null) && left > 0) return 0;
  if (isPaced(attempted)) return pausePaced(attempted.result.retryAfter * 1000, options.resendUnsent, row, clock);
  const waits = options.onOutage === "wait" && flight.waiting > 0 && left > LOOK_MS;
  if (attempted.kind === "unsent" && attempted.result.kind === "refused") return waits ? Math.min(LOOK_MS, attempted.result.retryAfter * 1000) : null;
  const pause = route.to.pauseAfter(row.made);
  // An outage is what the queue is for; what was answered is not.
  const mayResend = attempted.kind !== "unsent" || options.onOutage !== "defer";
  if (mayResend && clock.now() - row.startedAt + pause < options.resendUnsent) return pause;
  if (pause < left && row.made < route.to.attempts && route.to.retries.take()) return pause;
  // The platform cannot be reached: those who wait for it may go on waiting.
  return attempted.kind === "unsent" && waits ? Math.max(pause, LOOK_MS) : null;
}

/** Whoever waits is told; what we promised to send by ourselves is sent once the platform allows it. */
function pausePaced(wait: number, resendUnsent: number, row: Row, clock: Clock): number | null {
  return clock.now() - row.startedAt + wait < resendUnsent ? wait : null;
}

/** It had no turn in the time for it: the platform allows no more now, which is no outage. */
function isPaced(attempted: Attempted): attempted is Attempted & { readonly kind: "unsent"; readonly result: { readonly kind: "refused" } } {
  return attempted.kind === "unsent" && attempted.result.kind === "refused" && attempted.result.cause === "paced";
}

function giveUp(flight: Flight, attempted: Attempted, { told }: Row, { outcomes, defer }: DeliveryEnv): Promise<void> | void {
  if (attempted.kind === "unsent" && !isPaced(attempted) && flight.policy.options.onOutage === "defer" && flight.until === null && defer(flight)) return;
  // Its words about a limit are for us: whoever waits is told when to come again.
  if (told !== null) return outcomes.unsent(flight, { result: { kind: "refused", cause: "paced", detail: "the platform takes no more for now", retryAfter: Math.ceil(told / 1000) }, why: "paced" });
  return outcomes.learn(flight, attempted);
}
