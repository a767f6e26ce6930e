import type { Clock } from "../base/clock.ts";
import { Attempt } from "./attempt.ts";
import type { Breaker } from "./breaker.ts";
import { outcomeOf, type CallControl, type UpstreamCall } from "./call.ts";
import type { ConnectionPool, PoolRefusal, UpstreamTls } from "./connections.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Endpoints } from "./endpoints.ts";
import type { RegionView } from "./regions.ts";
import type { Headers } from "../http/message.ts";
import type { AttemptCause, AttemptResult } from "./result.ts";

/** Told of every attempt once it is over. */
export type AttemptObserver = (region: string, endpoint: number | null, routeClass: string, result: AttemptResult, ms: number) => void;

/** What a region is made of. */
export interface RegionParts {
  readonly name: string;
  readonly fallback: readonly string[];
  /** Attempts in all for one request. */
  readonly attempts: number;
  readonly endpoints: Endpoints;
  readonly poolOf: (endpoint: Endpoint) => ConnectionPool;
  readonly breakerOf: (routeClass: string) => Breaker;
  /** What a tunnel needs beside the endpoint; times in ms. */
  readonly tunnel: { readonly material: UpstreamTls; readonly connectTimeout: number; readonly responseTimeout: number };
  /** Bound in ms on the wait for an answer's head, where the call names none. */
  readonly responseTimeout: number;
  readonly clock: Clock;
  readonly observe: AttemptObserver;
}

/** Leave to open a tunnel to an endpoint. `done` is called once, when it is known whether the platform switched. */
export interface TunnelPermit {
  readonly kind: "tunnel";
  readonly url: string;
  readonly endpoint: string;
  readonly material: UpstreamTls;
  readonly connectTimeout: number;
  readonly responseTimeout: number;
  done(outcome: "success" | "failure" | "neutral"): void;
}

/** A region as the pipeline calls it. */
export interface RegionUpstream extends RegionView {
  readonly attempts: number;
  /** True where another endpoint than `failed` stands. */
  hasOther(failed: string): boolean;
  /** One attempt through breaker, endpoint choice and pool. `avoid` is an endpoint that has just failed. */
  call(call: UpstreamCall, control: CallControl, avoid: string | null): Promise<AttemptResult>;
  /** The same gate for a connection that will switch protocols. */
  tunnel(routeClass: string): TunnelPermit | Extract<AttemptResult, { kind: "refused" }>;
}

/** Joins breaker, endpoints and pools into the one gate through which every call to a region passes. */
export function createRegionUpstream(parts: RegionParts): RegionUpstream {
  const { endpoints, clock, observe } = parts;
  const open = (routeClass: string, breaker: Breaker): Extract<AttemptResult, { kind: "refused" }> => {
    const refused = { kind: "refused", cause: "breaker-open", detail: `region '${parts.name}' keeps failing`, retryAfter: breaker.retryAfter() } as const;
    observe(parts.name, null, routeClass, refused, 0);
    return refused;
  };

  return {
    name: parts.name,
    fallback: parts.fallback,
    attempts: parts.attempts,
    isUp: () => endpoints.isUp(),
    hasOther: (failed) => endpoints.all.some((endpoint) => endpoint.id !== failed && endpoints.state(endpoint) === "healthy"),
    call(call, control, avoid) {
      const breaker = parts.breakerOf(call.class);
      const ticket = breaker.enter();
      if (ticket === 0) return Promise.resolve(open(call.class, breaker));
      const endpoint = endpoints.pick(avoid === null ? undefined : endpoints.all.find((one) => one.id === avoid));
      const attempt: Underway = { call, control, endpoint, startedAt: 0 };
      return new Promise((resolve) => {
        begin(attempt, parts, (result) => {
          // Time in our own queue says nothing about the platform.
          const ms = attempt.startedAt === 0 ? 0 : clock.now() - attempt.startedAt;
          const outcome = attempt.startedAt === 0 ? "neutral" : outcomeOf(result);
          endpoints.report(endpoint, outcome, ms);
          // Failures of an endpoint that is out, while others stand, say nothing about the region.
          const alone = outcome === "failure" && endpoints.state(endpoint) !== "healthy" && endpoints.isUp();
          breaker.leave(ticket, alone ? "neutral" : outcome, ms);
          observe(parts.name, endpoints.all.indexOf(endpoint), call.class, result, ms);
          resolve(result);
        });
      });
    },
    tunnel(routeClass) {
      const breaker = parts.breakerOf(routeClass);
      const ticket = breaker.enter();
      if (ticket === 0) return open(routeClass, breaker);
      const endpoint = endpoints.pick();
      const startedAt = clock.now();
      return {
        kind: "tunnel",
        url: endpoint.url,
        endpoint: endpoint.id,
        ...parts.tunnel,
        done(outcome) {
          breaker.leave(ticket, outcome, clock.now() - startedAt);
          endpoints.report(endpoint, outcome, clock.now() - startedAt);
        },
      };
    },
  };
}

interface Underway {
  readonly call: UpstreamCall;
  readonly control: CallControl;
  readonly endpoint: Endpoint;
  /** Monotonic ms when a connection was given; 0 while waiting for one. */
  startedAt: number;
}

function begin(attempt: Underway, parts: RegionParts, settled: (result: AttemptResult) => void): void {
  const { call, control, endpoint } = attempt;
  const pool = parts.poolOf(endpoint);
  const wait = pool.acquire(call.fresh, (connection, refusal) => {
    if (connection === null) {
      control.abort = null;
      settled(refusalResult(refusal ?? "stopped"));
      return;
    }
    attempt.startedAt = parts.clock.now();
    const headers = ["host", call.host ?? pool.host, ...call.headers];
    const request = { method: call.method, target: call.target, headers, body: call.body, responseTimeout: call.responseTimeout };
    const released = (): void => pool.release(connection);
    const informed = (status: number, fields: Headers): void => call.informed?.(status, fields);
    const limit = call.responseTimeout ?? parts.responseTimeout;
    const exact = limit < COARSE_MS && call.body.kind !== "source" ? inTime(limit, parts.clock, () => one.abort("response-timeout"), settled) : settled;
    const one = new Attempt(connection, request, { endpoint: endpoint.id, region: parts.name }, { settled: exact, released, informed });
    const abort = (cause: AttemptCause): void => one.abort(cause);
    control.abort = abort;
    one.start();
  });
  if (wait === null) return;
  const giveUp = (cause: AttemptCause): void => {
    control.abort = null;
    wait.cancel();
    settled({ kind: "not-sent", cause, detail: "given up while waiting for a connection", endpoint: endpoint.id });
  };
  control.abort = giveUp;
}

/** undici's own timers come up to a second late: bounds below this, in ms, are kept by our clock. */
const COARSE_MS = 5000;

function inTime(limit: number, clock: Clock, late: () => void, settled: (result: AttemptResult) => void): (result: AttemptResult) => void {
  const timer = clock.after(limit, late);
  return (result) => {
    timer.cancel();
    settled(result);
  };
}

function refusalResult(refusal: PoolRefusal): AttemptResult {
  const cause = refusal === "queue-timeout" ? "queue-timeout" : "overloaded";
  return { kind: "refused", cause, detail: "too many requests wait for a connection to the platform", retryAfter: 1 };
}
