import { isDeepStrictEqual } from "node:util";
import type { Clock, Timer } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { circuitState } from "./circuit.ts";
import type { UpstreamOptions } from "./options.ts";
import { reaches, tripPolicy, type TripPolicy } from "./trip.ts";

/** Closed: calls go. Open: none goes. Half-open: trials find out whether the platform is back. */
export type BreakerState = "closed" | "open" | "half-open";

/**
 * How a breaker finds out. `probe`: our own health probes alone must succeed. `reads`: real calls, one at a time.
 * `handshake`: one connect probe must succeed, then real calls, one at a time.
 */
export type HalfOpenMode = "probe" | "reads" | "handshake";

/** What a call said about the platform; neutral: nothing (the client went, we refused it ourselves). */
export type CallOutcome = "success" | "failure" | "neutral";

/** How a breaker finds out whether the platform is back. A trial and a probe must end some time: their deadlines are the caller's. */
export interface HalfOpenPlan {
  readonly mode: HalfOpenMode;
  /** True when the platform answers; a rejection counts as false. Modes `probe` and `handshake` need it. */
  readonly probe?: () => Promise<boolean>;
}

/** What a breaker needs from outside. */
export interface BreakerEnv extends HalfOpenPlan {
  readonly clock: Clock;
  /** Spreads the probes of many instances; without it they run on the dot. */
  readonly random?: Random;
  /** Told of every change of state after it has happened; `why` is for people. */
  onTransition(from: BreakerState, to: BreakerState, why: string): void;
}

/** Stops calls to a platform that keeps failing. One per region and class of route. */
export interface Breaker {
  readonly state: BreakerState;
  /**
   * May a call go now? 0: no. Otherwise a ticket, which must be given back by exactly one `leave`. The ticket tells
   * a trial from a call that was let in before the last change of state and comes back late.
   */
  enter(): number;
  /** Takes a finished call in; `ms` is how long it took. A late ticket changes nothing. */
  leave(ticket: number, outcome: CallOutcome, ms: number): void;
  /** Seconds until it is worth asking again, for Retry-After: 0 when closed, else at least 1. */
  retryAfter(): number;
  /** Takes new rules over; the state stays, so that a reload does not close what is open. */
  configure(options: UpstreamOptions["breaker"], plan: HalfOpenPlan): void;
  stop(): void;
}

/** Longest pause between two probes, in milliseconds. */
const PROBE_PAUSE_MS = 1000;

/** Makes a closed breaker. `enter` and `leave` are synchronous and allocate nothing unless the state changes. */
export function createBreaker(options: UpstreamOptions["breaker"], env: BreakerEnv): Breaker {
  return new StateMachine(options, env);
}

class StateMachine implements Breaker {
  #options: UpstreamOptions["breaker"];
  #plan: HalfOpenPlan;
  readonly #env: BreakerEnv;
  readonly #circuit = circuitState();
  #trip: TripPolicy;
  /** Grows with every change of state; a ticket is the generation it was given in. */
  #generation = 1;
  #openUntil = 0;
  #trialRuns = false;
  #admitsTrials = false;
  #successes = 0;
  #slow = 0;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(options: UpstreamOptions["breaker"], env: BreakerEnv) {
    this.#options = options;
    this.#env = env;
    this.#plan = env;
    this.#trip = tripPolicy(options);
  }

  get state(): BreakerState {
    if (this.#circuit.closed) return "closed";
    return this.#circuit.halfOpen ? "half-open" : "open";
  }

  enter(): number {
    if (this.#circuit.closed) return this.#generation;
    if (this.#plan.mode === "reads" && this.#circuit.opened && this.#env.clock.now() >= this.#openUntil) this.#tryOut();
    if (!this.#circuit.halfOpen || !this.#admitsTrials || this.#trialRuns) return 0;
    this.#trialRuns = true;
    return this.#generation;
  }

  leave(ticket: number, outcome: CallOutcome, ms: number): void {
    if (ticket !== this.#generation || this.#stopped) return;
    if (this.#circuit.halfOpen) return this.#leaveTrial(outcome, ms);
    if (outcome === "neutral") return;
    const why = this.#trip.record(this.#env.clock.now(), outcome === "failure", ms);
    if (why !== null) this.#open(why);
  }

  retryAfter(): number {
    if (this.#circuit.closed) return 0;
    return Math.max(1, Math.ceil((this.#openUntil - this.#env.clock.now()) / 1000));
  }

  configure(options: UpstreamOptions["breaker"], plan: HalfOpenPlan): void {
    if (!isDeepStrictEqual(options, this.#options)) this.#trip = tripPolicy(options);
    this.#options = options;
    const before = this.#plan.mode;
    this.#plan = plan;
    // A mode that finds out by itself needs its timer, which the other one had no use for.
    if (this.state !== "closed" && plan.mode !== before) this.#open("the configuration asks for another way to find out");
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#circuit.stop();
  }

  #leaveTrial(outcome: CallOutcome, ms: number): void {
    this.#trialRuns = false;
    if (outcome === "failure") this.#open("the trial call failed");
    if (outcome === "success") this.#countSuccess(ms >= this.#options.slowCall);
  }

  /** Closes after enough trials, unless so many were slow that the trip rule would open it again at once. */
  #countSuccess(slow: boolean): void {
    this.#successes += 1;
    if (slow) this.#slow += 1;
    const { halfOpenProbes, slowCallRatio } = this.#options;
    if (this.#successes < halfOpenProbes) return;
    if (reaches(this.#slow, this.#successes, slowCallRatio)) this.#open(`${this.#slow} of ${this.#successes} trial calls were slow`);
    else this.#close(`${this.#successes} trials in a row succeeded`);
  }

  #open(why: string): void {
    const from = this.state;
    this.#timer?.cancel();
    this.#circuit.open();
    this.#generation += 1;
    this.#openUntil = this.#env.clock.now() + this.#options.openFor;
    if (this.#plan.mode !== "reads") this.#later(this.#options.openFor, () => this.#tryOut());
    this.#env.onTransition(from, "open", why);
  }

  #close(why: string): void {
    this.#timer?.cancel();
    this.#circuit.close();
    this.#generation += 1;
    this.#trip.reset();
    this.#env.onTransition("half-open", "closed", why);
  }

  #tryOut(): void {
    this.#circuit.tryOut();
    this.#generation += 1;
    this.#trialRuns = false;
    this.#successes = 0;
    this.#slow = 0;
    this.#admitsTrials = this.#plan.mode === "reads";
    const generation = this.#generation;
    this.#env.onTransition("open", "half-open", `${this.#options.openFor} ms have passed`);
    if (this.#plan.mode !== "reads" && generation === this.#generation && !this.#stopped) this.#probe();
  }

  /** Runs one probe; its result counts only in the half-open spell that asked for it. */
  #probe(): void {
    const generation = this.#generation;
    const settle = (healthy: boolean): void => {
      if (generation === this.#generation && !this.#stopped) this.#probed(healthy);
    };
    const probe = this.#plan.probe ?? (async () => false);
    probe().then(settle, () => settle(false));
  }

  #probed(healthy: boolean): void {
    if (!healthy) return this.#open("the probe failed");
    if (this.#plan.mode === "handshake") {
      this.#admitsTrials = true;
      return;
    }
    const generation = this.#generation;
    this.#countSuccess(false);
    const pause = Math.min(PROBE_PAUSE_MS, this.#options.openFor);
    if (generation === this.#generation) this.#later(pause, () => this.#probe());
  }

  /** Exactly one timer at most, and only while not closed. The random part is a tenth of the wait. */
  #later(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#env.clock.after(ms * (1 + 0.1 * (this.#env.random?.next() ?? 0)), run, true);
  }
}
