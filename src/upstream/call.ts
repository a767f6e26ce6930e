import type { Body, Headers } from "../http/message.ts";
import type { CallSign } from "../limits/concurrency/adaptive-limit.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { AttemptCause, AttemptResult } from "./result.ts";

/** One request to a platform, as often as it is tried. */
export interface UpstreamCall {
  /** Class of the route: breakers are kept apart by it. */
  readonly class: string;
  readonly method: string;
  /** Canonical path and query. */
  readonly target: string;
  /** End-to-end fields without Host. */
  readonly headers: Headers;
  readonly body: Body;
  /** Host to send instead of the endpoint's own. */
  readonly host: string | null;
  /** See AttemptRequest. */
  readonly responseTimeout: number | null;
  /** Calls of one kind take about as long: the route. */
  readonly kind: string;
  /** Those who wait in one lane are served in their order, lanes by turns; see base/fair-lane.ts. */
  readonly lane: string;
  /** Monotonic ms; what would have to wait for longer is refused at once. */
  readonly deadline: number;
  /** Wants a connection that never carried a request. */
  readonly fresh: boolean;
  /** Told of interim answers (103 and its like). */
  readonly informed: ((status: number, headers: Headers) => void) | null;
  /** What the platform allows, for the call to wait for its turn in; null: nothing counts it. */
  readonly pace: PacedCall | null;
}

/**
 * The hand on a call. `abort` ends what is under way now: a wait for a connection, an attempt, its answer while that still
 * streams, or the pause before the next one. It stays after the end, where it does nothing; null: nothing has begun.
 */
export interface CallControl {
  abort: ((cause: AttemptCause) => void) | null;
}

/** Status codes that speak against the platform's health; 501 is about the request. */
function isFailure(status: number): boolean {
  return status >= 500 && status !== 501;
}

/** What an attempt says about the platform. */
export function outcomeOf(result: AttemptResult): "success" | "failure" | "neutral" {
  if (result.kind === "answered") return isFailure(result.answer.status) ? "failure" : "success";
  if (result.kind === "refused" || result.cause === "cancelled" || result.cause === "body-fault") return "neutral";
  return "failure";
}

const OVERLOADED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** What an attempt says about how much the platform can take. */
export function signOf(result: AttemptResult): CallSign {
  if (result.kind === "answered") {
    const { status } = result.answer;
    if (OVERLOADED.has(status)) return "overload";
    // A failure is no measure of how long things take.
    return isFailure(status) ? "nothing" : "done";
  }
  if (result.cause === "cancelled") return "given-up";
  return result.cause === "response-timeout" || result.cause === "total-timeout" || result.cause === "connect-timeout" ? "overload" : "nothing";
}
