import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Asked, Questions } from "./ask.ts";
import { tells } from "./attempt.ts";
import { queryItems, type BatchQueryEnv } from "./batch/query.ts";
import type { Flight } from "./flight.ts";
import { fieldsFor, type NewestCredentials } from "./newest-credentials.ts";
import { madeAnswer } from "./made-answer.ts";
import type { Outcomes } from "./outcomes.ts";
import type { PlanStep, QueryStep, Sight } from "./plan.ts";
import { readReference } from "./reference.ts";
import type { Store } from "./store.ts";

/*
 * Leads submissions out of doubt, by the plan of their route, in the background. Every question passes the same gate as a
 * submission. "Not found" counts only after everything that was under way has been still for long enough.
 */

/** What resolving needs from outside. */
export interface ResolverEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly questions: Questions;
  readonly outcomes: Outcomes;
  readonly credentials: NewestCredentials;
  /** Sends a submission again that is certainly not executed, where somebody waits for it or the route says so; false where neither. */
  readonly again: (flight: Flight) => boolean;
  readonly fault: (where: string, fault: unknown) => void;
}

/** After a fault of ours a plan begins anew, so often and after so many ms; then a person has to look. */
const FAULTS = 3;
const AFTER_FAULT_MS = 30_000;
/** What is sent again is answered within this time, in ms, from its turn on. */
const RESEND_MS = 30_000;
/** The pause between two questions grows by half each time, up to this many times the first. */
const GROWTH = 1.5;
const MOST_GROWN = 10;

/** Whether a run has nothing left to do. */
type IsOver = () => boolean;

/** The background work on doubts. */
export class Resolver {
  readonly #env: ResolverEnv;
  /** Which run works on which submission: one that is sent again, and falls into doubt again, gets another. */
  readonly #working = new Map<Flight, object>();
  #stopped = false;

  constructor(env: ResolverEnv) {
    this.#env = env;
  }

  /** Takes a submission that is in doubt; once for each. */
  add(flight: Flight): void {
    if (this.#working.has(flight) || this.#stopped) return;
    const run = {};
    const isOver = (): boolean => this.#stopped || flight.isOver || this.#working.get(flight) !== run;
    this.#working.set(flight, run);
    this.#env.credentials.wait(flight.facts);
    void this.#work(flight, isOver).finally(() => {
      this.#env.credentials.leave(flight.facts);
      if (this.#working.get(flight) === run) this.#working.delete(flight);
    });
  }

  /** Leaves it alone from now on: somebody else decides about it. `add` takes it up again. */
  drop(flight: Flight): void {
    this.#working.delete(flight);
  }

  /** How many are being worked on. */
  count(): number {
    return this.#working.size;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #work(flight: Flight, isOver: IsOver): Promise<void> {
    for (let faults = 0; !isOver(); faults++) {
      try {
        return await this.#plan(flight, isOver);
      } catch (fault) {
        this.#env.fault("resolving", fault);
        if (faults >= FAULTS) return this.#env.outcomes.held(flight, "a fault inside the proxy; the log has the details");
        await flight.pause(AFTER_FAULT_MS);
      }
    }
  }

  async #plan(flight: Flight, isOver: IsOver): Promise<void> {
    for (const step of flight.policy.plan) {
      if (isOver()) return;
      await this.#take(flight, step, isOver);
    }
  }

  #take(flight: Flight, step: PlanStep, isOver: IsOver): Promise<void> {
    switch (step.kind) {
      case "wait":
        return flight.pause(step.ms);
      case "hold":
        return this.#hold(flight, isOver);
      case "resend":
        return this.#resend(flight, step, isOver);
      case "query":
        return this.#query(flight, step, isOver);
    }
  }

  /** An answer that may still come tells more than a person. */
  async #hold(flight: Flight, isOver: IsOver): Promise<void> {
    await flight.still();
    if (!isOver()) await this.#env.outcomes.held(flight, "no step of the plan could tell what became of it");
  }

  /** Only time in which the platform could be asked, and its answer could count, is the step's own. */
  async #query(flight: Flight, step: QueryStep, isOver: IsOver): Promise<void> {
    const { clock } = this.#env;
    if (flight.policy.batch !== null) return queryItems(flight, step, isOver, this.#aboutItems(flight, step));
    let spent = 0;
    for (let pause = step.every; !isOver(); pause = Math.min(pause * GROWTH, step.every * MOST_GROWN)) {
      const asked = await this.#ask(flight, step, isOver);
      const { sight, askedAt, left, canBePut } = asked;
      if (isOver()) return;
      if (sight === "absent" && this.#isStill(flight, step)) return this.#absent(flight, step, asked);
      if (!canBePut || (left && spent >= step.for)) return;
      await flight.pause(this.#nextLook(flight, step, sight, pause));
      // While an answer may still come, absence cannot count: that time is not the step's.
      if (left && flight.open === 0) spent += clock.now() - askedAt;
    }
  }

  #aboutItems(flight: Flight, step: QueryStep): BatchQueryEnv {
    const { clock, store, questions, outcomes, credentials } = this.#env;
    return { clock, store, questions, outcomes, credentials, nextRound: (pause) => this.#nextLook(flight, step, "absent", pause), absent: (asked) => this.#absent(flight, step, asked) };
  }

  /** Nothing of it is under way, and has not been for long enough to be seen. */
  #isStill(flight: Flight, step: QueryStep): boolean {
    return flight.open === 0 && this.#env.clock.now() - flight.quietSince >= step.notFoundValidAfter;
  }

  /** Not earlier than an absence can count, where absence is what is seen; spread, so that many doubts do not ask together. */
  #nextLook(flight: Flight, step: QueryStep, sight: Sight, pause: number): number {
    const spread = this.#spread(pause);
    if (sight !== "absent" || flight.open > 0) return spread;
    const counts = flight.quietSince + step.notFoundValidAfter - this.#env.clock.now();
    return counts > 0 ? Math.min(spread, counts + 1) : spread;
  }

  #spread(pause: number): number {
    return pause * (0.75 + this.#env.random.next() / 2);
  }

  async #ask(flight: Flight, step: QueryStep, isOver: IsOver): Promise<Asked> {
    const { questions, outcomes } = this.#env;
    const asked = await questions.ask({ policy: flight.policy, facts: flight.asked }, step, { ...fieldsFor(flight, this.#env.credentials), urgent: flight.waiting > 0, isOver });
    const { sight, askedAt, seen, recalled } = asked;
    if (sight === "found" && seen !== null && !isOver()) {
      const reference = readReference(step.reference ?? flight.policy.reference, seen.read);
      const values = reference === null ? {} : { reference };
      const shown = step.as === null ? seen.answer : madeAnswer(step.as, flight.facts, { body: seen.read.body, recalled, values });
      await outcomes.confirmed(flight, shown, reference);
    }
    // A look that began before it was still tells nothing about what came after.
    return sight === "absent" && askedAt < flight.quietSince + step.notFoundValidAfter ? { ...asked, sight: "unknown" } : asked;
  }

  async #absent(flight: Flight, step: QueryStep, { seen, recalled }: Asked): Promise<void> {
    const { outcomes, again } = this.#env;
    // A platform that has given it up says so of what it knew, and nothing is ever sent under the number again.
    if (flight.isKnown && step.absentMeans !== "closed") return outcomes.held(flight, "the platform said that it knows it, and does not show it; a person decides");
    if (step.absentMeans === "held") return outcomes.held(flight, "the platform does not know it; a person decides whether it is sent again");
    if (step.absentMeans === "closed" && seen !== null) return outcomes.closed(flight, step.closedAs === null ? seen.answer : madeAnswer(step.closedAs, flight.facts, { body: seen.read.body, recalled }));
    this.#working.delete(flight);
    if (again(flight)) return;
    await outcomes.unsent(flight, { result: null, why: "the platform does not know it" });
  }

  /** The platform recognises the same bytes: an answer of either kind tells. */
  async #resend(flight: Flight, step: Extract<PlanStep, { kind: "resend" }>, isOver: IsOver): Promise<void> {
    const { store, questions, outcomes } = this.#env;
    let pause = step.pause;
    for (let left = step.times; left > 0; left--) {
      await flight.still();
      const stored = await store.request(flight.facts.id, flight.facts.revision).catch(() => null);
      await questions.slot(flight.policy, flight.waiting > 0);
      if (stored === null || isOver() || !this.#isWithin(flight, step.window)) return;
      flight.resent = true;
      flight.begin();
      flight.attempts++;
      const patience = Math.min(RESEND_MS, this.#timeFor(flight, step.window));
      const attempted = await questions.send(flight, flight.withLatest(stored), "submit", { within: RESEND_MS, patience }).finally(() => flight.finish());
      if (attempted !== null && tells(attempted)) return outcomes.learn(flight, attempted);
      if (left > 1) await flight.pause(this.#spread(pause));
      pause = Math.min(pause * GROWTH, step.pause * MOST_GROWN);
    }
  }

  /** Ms in which it may still be sent: so long can it wait for its turn. */
  #timeFor(flight: Flight, window: number): number {
    const { clock } = this.#env;
    const wall = clock.wall();
    const last = Math.min(flight.lastAt() ?? Infinity, flight.until ?? Infinity);
    return Math.min(last - wall, window - Math.max(clock.now() - flight.bornAt, wall - flight.entry.createdAt));
  }

  /** By the clock that cannot jump in this life; by the wall for an earlier one, and not at all where that went back. */
  #isWithin(flight: Flight, window: number): boolean {
    const { entry, facts, bornAt, revived, until } = flight;
    const { clock } = this.#env;
    if (flight.past() !== null) return false;
    const wall = clock.wall();
    // It may have been sent at any time before the journal was put back.
    if (entry.state.kind === "in-doubt" && entry.state.cause === "restored") return false;
    if (until !== null && wall >= until) return false;
    if (revived && wall < facts.updatedAt) return false;
    return Math.max(clock.now() - bornAt, wall - entry.createdAt) <= window;
  }
}
