import type { LookupFunction } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Breaker } from "./breaker.ts";
import type { CallControl, UpstreamCall } from "./call.ts";
import type { ConnectionPool, UpstreamTls } from "./connections.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Endpoints } from "./endpoints.ts";
import { OneCall } from "./one-call.ts";
import type { Slots } from "../limits/concurrency/slots.ts";
import type { NoTurn } from "../limits/pace/paced-call.ts";
import type { RegionView } from "./regions.ts";
import type { RetryBudget } from "./retry-budget.ts";
import type { AttemptResult } from "./result.ts";

/** Told of every attempt once it is over. `endpoint` is its place in the region's list, null where a breaker was open; `ms` does not count our own queue. */
export type AttemptObserver = (region: string, endpoint: number | null, routeClass: string, result: AttemptResult, ms: number) => void;

/** What a region is made of. */
export interface RegionParts {
  readonly name: string;
  readonly fallback: readonly string[];
  /** Attempts in all for one request. */
  readonly attempts: number;
  readonly endpoints: Endpoints;
  readonly poolOf: (endpoint: Endpoint) => ConnectionPool;
  /** Null where nothing bounds the calls under way but connections. */
  readonly slotsOf: (endpoint: Endpoint) => Slots | null;
  readonly breakerOf: (routeClass: string) => Breaker;
  /** Finds an endpoint's addresses in place of the system; undefined: the system does. */
  readonly lookupOf: (endpoint: Endpoint) => LookupFunction | undefined;
  /** What a tunnel needs beside the endpoint; times in ms. */
  readonly tunnel: { readonly material: UpstreamTls; readonly connectTimeout: number; readonly responseTimeout: number };
  /** Bound in ms on the wait for an answer's head, where the call names none. */
  readonly responseTimeout: number;
  /** Bound in ms on all attempts of a request that is at home here. */
  readonly totalTimeout: number;
  readonly retries: RetryBudget;
  /** Pause in ms before the next attempt after so many of them. */
  readonly pauseAfter: (attempts: number) => number;
  readonly clock: Clock;
  readonly observe: AttemptObserver;
}

/** Leave to open a tunnel to an endpoint. `done` is called once, when it is known whether the platform switched. */
export interface TunnelPermit {
  readonly kind: "tunnel";
  readonly url: string;
  readonly endpoint: string;
  readonly material: UpstreamTls;
  /** Finds the host's addresses in place of the system. */
  readonly lookup: LookupFunction | undefined;
  readonly connectTimeout: number;
  readonly responseTimeout: number;
  done(outcome: "success" | "failure" | "neutral"): void;
}

/** A region as the pipeline calls it. */
export interface RegionUpstream extends RegionView, Pick<RegionParts, "attempts" | "responseTimeout" | "totalTimeout" | "retries" | "pauseAfter"> {
  /** True where another endpoint than `failed` stands. */
  hasOther(failed: string): boolean;
  /** One attempt, in its turn where a pace counts it, through breaker, endpoint choice and pool. `avoid` is an endpoint that has just failed. */
  call(call: UpstreamCall, control: CallControl, avoid: string | null): Promise<AttemptResult>;
  /** The same gate for a connection that will switch protocols. */
  tunnel(routeClass: string): TunnelPermit | Extract<AttemptResult, { kind: "refused" }>;
}

/** Joins breaker, endpoints and pools into the one gate through which every call to a region passes. */
export function createRegionUpstream(parts: RegionParts): RegionUpstream {
  const { endpoints, clock, observe } = parts;
  const breakerOpen = (routeClass: string, breaker: Breaker): Extract<AttemptResult, { kind: "refused" }> => {
    const refused = { kind: "refused", cause: "breaker-open", detail: `region '${parts.name}' keeps failing`, retryAfter: breaker.retryAfter() } as const;
    observe(parts.name, null, routeClass, refused, 0);
    return refused;
  };

  const go = (call: UpstreamCall, control: CallControl, avoid: string | null): Promise<AttemptResult> => {
    const breaker = parts.breakerOf(call.class);
    const ticket = breaker.enter();
    if (ticket === 0) {
      call.pace?.back();
      return Promise.resolve(breakerOpen(call.class, breaker));
    }
    const endpoint = endpoints.pick(avoid === null ? undefined : endpoints.all.find((one) => one.id === avoid));
    return new Promise((resolve) => new OneCall({ call, control, endpoint, ticket, breaker, parts, resolve }).start());
  };
  const noTurn = (routeClass: string, none: NoTurn): AttemptResult => {
    const result = withoutTurn(none);
    observe(parts.name, null, routeClass, result, 0);
    return result;
  };

  return {
    name: parts.name,
    fallback: parts.fallback,
    attempts: parts.attempts,
    responseTimeout: parts.responseTimeout,
    totalTimeout: parts.totalTimeout,
    retries: parts.retries,
    pauseAfter: parts.pauseAfter,
    isUp: () => endpoints.isUp(),
    hasOther: (failed) => endpoints.all.some((endpoint) => endpoint.id !== failed && endpoints.state(endpoint) === "healthy"),
    call(call, control, avoid) {
      const turn = call.pace === null ? null : call.pace.take(control);
      if (turn === null) return go(call, control, avoid);
      if (!(turn instanceof Promise)) return Promise.resolve(noTurn(call.class, turn));
      return turn.then((none) => (none === null ? go(call, control, avoid) : noTurn(call.class, none)));
    },
    tunnel(routeClass) {
      const breaker = parts.breakerOf(routeClass);
      const ticket = breaker.enter();
      if (ticket === 0) return breakerOpen(routeClass, breaker);
      const endpoint = endpoints.pick();
      const startedAt = clock.now();
      return {
        kind: "tunnel",
        url: endpoint.url,
        endpoint: endpoint.id,
        lookup: parts.lookupOf(endpoint),
        ...parts.tunnel,
        done(outcome) {
          breaker.leave(ticket, outcome, clock.now() - startedAt);
          endpoints.report(endpoint, outcome, clock.now() - startedAt);
        },
      };
    },
  };
}

function withoutTurn(none: NoTurn): AttemptResult {
  if (none.kind === "given-up") return { kind: "not-sent", cause: none.cause, detail: "given up while waiting for its turn", endpoint: "" };
  return { kind: "refused", cause: "paced", detail: `the platform allows no more for now: pace '${none.group}'`, retryAfter: none.retryAfter };
}
