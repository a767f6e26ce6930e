import type { Timer } from "../base/clock.ts";
import type { Headers } from "../http/message.ts";
import { Attempt, type AttemptEvents } from "./attempt.ts";
import type { Breaker } from "./breaker.ts";
import { outcomeOf, signOf, type CallControl, type UpstreamCall } from "./call.ts";
import type { Connection, ConnectionPool, PoolRefusal } from "./connections.ts";
import type { Endpoint } from "./endpoint.ts";
import type { NoSlot } from "../limits/concurrency/slot-waiter.ts";
import type { Slots } from "../limits/concurrency/slots.ts";
import type { RegionParts } from "./region-upstream.ts";
import type { AttemptCause, AttemptResult } from "./result.ts";

/** What one call is made of: breaker and endpoint have let it in. */
export interface CallParts {
  readonly call: UpstreamCall;
  readonly control: CallControl;
  readonly endpoint: Endpoint;
  readonly breaker: Breaker;
  /** What the breaker gave; it goes back with the outcome. */
  readonly ticket: number;
  readonly parts: RegionParts;
  readonly resolve: (result: AttemptResult) => void;
}

/** undici's own timers come up to a second late: bounds below this, in ms, are kept by our clock. */
const COARSE_MS = 5000;

/**
 * One call from its wait for a slot and a connection to the books of breaker and endpoint. Its slot is free when the head of
 * the answer is there: the platform has done its work then, and how long the rest streams is up to whoever reads it. One object with methods instead of a closure for
 * each event: every request makes one, and garbage is what the hot path pays most for.
 */
export class OneCall implements AttemptEvents {
  readonly #own: CallParts;
  readonly #pool: ConnectionPool;
  readonly #slots: Slots | null;
  /** Slots taken with its own when it got it; 0 while it has none. */
  #taken = 0;
  #connection: Connection | null = null;
  #late: Timer | null = null;
  /** Monotonic ms when a connection was given. */
  #startedAt = 0;

  constructor(own: CallParts) {
    this.#own = own;
    this.#pool = own.parts.poolOf(own.endpoint);
    this.#slots = own.parts.slotsOf(own.endpoint);
  }

  /** Asks for a slot, then for a connection, and goes on from there. */
  start(): void {
    const { breaker, call, control } = this.#own;
    if (this.#slots === null) return this.#connect();
    // A breaker's trial waits for nobody: those who have the slots may hang.
    this.#taken = breaker.state === "half-open" ? this.#slots.force() : this.#slots.enter(call.class);
    if (this.#taken > 0) return this.#connect();
    const wait = this.#slots.wait(call, (taken, none) => {
      control.abort = null;
      this.#taken = taken;
      if (none !== null) this.#noSlot(none);
      // Whoever waits is no trial, and has not come to a platform that is being tried out.
      else if (breaker.state !== "closed") this.settled({ kind: "refused", cause: "breaker-open", detail: "the platform began to fail while it waited", retryAfter: breaker.retryAfter() });
      else this.#connect();
    });
    if (wait === null) return;
    const giveUp = (cause: AttemptCause): void => {
      control.abort = null;
      wait.cancel();
      this.settled({ kind: "not-sent", cause, detail: "given up while waiting for its turn", endpoint: this.#own.endpoint.id });
    };
    control.abort = giveUp;
  }

  #connect(): void {
    const { call, control } = this.#own;
    const ready = (connection: Connection | null, refusal: PoolRefusal | null): void => {
      if (connection === null) this.#refused(refusal ?? "stopped");
      else this.#send(connection);
    };
    const wait = this.#pool.acquire(call.fresh, ready);
    if (wait === null) return;
    const giveUp = (cause: AttemptCause): void => {
      control.abort = null;
      wait.cancel();
      this.settled({ kind: "not-sent", cause, detail: "given up while waiting for a connection", endpoint: this.#own.endpoint.id });
    };
    control.abort = giveUp;
  }

  settled(result: AttemptResult): void {
    this.#late?.cancel();
    const { breaker, ticket, endpoint, call, parts, resolve } = this.#own;
    if (result.kind === "answered") call.pace?.answered(result.answer);
    else call.pace?.back();
    // Time in our own queue says nothing about the platform.
    const ms = this.#connection === null ? 0 : parts.clock.now() - this.#startedAt;
    const outcome = this.#connection === null ? "neutral" : outcomeOf(result);
    parts.endpoints.report(endpoint, outcome, ms);
    // Failures of an endpoint that is out, while others stand, say nothing about the region.
    const alone = outcome === "failure" && parts.endpoints.state(endpoint) !== "healthy" && parts.endpoints.isUp();
    breaker.leave(ticket, alone ? "neutral" : outcome, ms);
    parts.observe(parts.name, parts.endpoints.all.indexOf(endpoint), call.class, result, ms);
    resolve(result);
    if (this.#taken === 0) return;
    const among = this.#taken;
    this.#taken = 0;
    this.#slots?.leave({ kind: call.kind, sign: this.#connection === null ? "nothing" : signOf(result), ms, among });
  }

  released(): void {
    if (this.#connection !== null) this.#pool.release(this.#connection);
  }

  handed(): void {
    this.#own.call.pace?.handed();
  }

  informed(status: number, fields: Headers): void {
    this.#own.call.informed?.(status, fields);
  }

  #send(connection: Connection): void {
    const { call, control, endpoint, parts } = this.#own;
    this.#connection = connection;
    this.#startedAt = parts.clock.now();
    const headers = ["host", call.host ?? this.#pool.host, ...call.headers];
    const request = { method: call.method, target: call.target, headers, body: call.body, responseTimeout: call.responseTimeout };
    const attempt = new Attempt(connection, request, { endpoint: endpoint.id, region: parts.name }, this);
    const abort = (cause: AttemptCause): void => attempt.abort(cause);
    control.abort = abort;
    const limit = call.responseTimeout ?? parts.responseTimeout;
    if (limit < COARSE_MS && call.body.kind !== "source") this.#late = parts.clock.after(limit, () => attempt.abort("response-timeout"));
    attempt.start();
  }

  #noSlot({ reason, retryAfter }: NoSlot): void {
    const cause = reason === "timed-out" ? "queue-timeout" : "overloaded";
    this.settled({ kind: "refused", cause, detail: "the platform is busy, and too many requests wait for it", retryAfter });
  }

  #refused(refusal: PoolRefusal): void {
    this.#own.control.abort = null;
    const cause = refusal === "queue-timeout" ? "queue-timeout" : "overloaded";
    this.settled({ kind: "refused", cause, detail: "too many requests wait for a connection to the platform", retryAfter: 1 });
  }
}
