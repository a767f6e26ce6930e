import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Questions } from "./ask.ts";
import type { Attempted } from "./attempt.ts";
import type { Flight } from "./flight.ts";
import { madeAnswer } from "./made-answer.ts";
import { readReference, type Outcomes } from "./outcomes.ts";
import type { PlanStep, QueryStep, Sight } from "./plan.ts";
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
  /** Sends a submission again that is certainly not executed, where somebody waits for it or the route says so; false where neither. */
  readonly again: (flight: Flight) => boolean;
  readonly fault: (where: string, fault: unknown) => void;
}

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
    const isOver = (): boolean => this.#stopped || flight.ending !== null || this.#working.get(flight) !== run;
    this.#working.set(flight, run);
    void this.#work(flight, isOver)
      .catch((fault: unknown) => this.#env.fault("resolving", fault))
      .finally(() => {
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
    for (const step of flight.policy.plan) {
      if (isOver()) return;
      await this.#take(flight, step, isOver);
    }
  }

  #take(flight: Flight, step: PlanStep, isOver: IsOver): Promise<void> {
    switch (step.kind) {
      case "wait":
        return this.#sleep(step.ms);
      case "hold":
        return this.#env.outcomes.held(flight, "no step of the plan could tell what became of it");
      case "resend":
        return this.#resend(flight, step.window, isOver);
      case "query":
        return this.#query(flight, step, isOver);
    }
  }

  async #query(flight: Flight, step: QueryStep, isOver: IsOver): Promise<void> {
    const { clock, questions } = this.#env;
    const until = clock.now() + step.for;
    for (let pause = step.every; !isOver(); pause = Math.min(pause * GROWTH, step.every * MOST_GROWN)) {
      await questions.slot(flight.policy);
      if (isOver()) return;
      const sight = await this.#ask(flight, step, isOver);
      if (isOver()) return;
      if (sight === "absent" && this.#isStill(flight, step)) return this.#absent(flight, step);
      if (clock.now() >= until) return;
      await this.#sleep(this.#nextLook(flight, step, sight, pause));
    }
  }

  /** Nothing of it is under way, and has not been for long enough to be seen. */
  #isStill(flight: Flight, step: QueryStep): boolean {
    return flight.open === 0 && this.#env.clock.now() - flight.quietSince >= step.notFoundValidAfter;
  }

  /** Not earlier than an absence can count, where absence is what is seen; spread, so that many doubts do not ask together. */
  #nextLook(flight: Flight, step: QueryStep, sight: Sight, pause: number): number {
    const spread = pause * (0.75 + this.#env.random.next() / 2);
    if (sight !== "absent" || flight.open > 0) return spread;
    const counts = flight.quietSince + step.notFoundValidAfter - this.#env.clock.now();
    return counts > 0 ? Math.min(spread, counts + 1) : spread;
  }

  async #ask(flight: Flight, step: QueryStep, isOver: IsOver): Promise<Sight> {
    const { questions, outcomes } = this.#env;
    const { sight, askedAt, seen } = await questions.ask(flight, step);
    if (sight === "found" && seen !== null && !isOver()) {
      const shown = step.as === null ? seen.answer : madeAnswer(step.as, flight.facts, { body: seen.read.body });
      await outcomes.confirmed(flight, shown, readReference(flight, seen.read), wasDuplicate(flight) ? "duplicate" : "confirmed");
    }
    // A look that began before it was still tells nothing about what came after.
    return sight === "absent" && askedAt < flight.quietSince + step.notFoundValidAfter ? "unknown" : sight;
  }

  async #absent(flight: Flight, step: QueryStep): Promise<void> {
    const { outcomes, again } = this.#env;
    if (step.absentMeans === "held") return outcomes.held(flight, "the platform does not know it; a person decides whether it is sent again");
    this.#working.delete(flight);
    if (again(flight)) return;
    await outcomes.unsent(flight, { result: null, why: "the platform does not know it" });
  }

  /** The platform recognises the same bytes: an answer of either kind tells. */
  async #resend(flight: Flight, window: number, isOver: IsOver): Promise<void> {
    const { clock, store, questions, outcomes } = this.#env;
    const { entry } = flight;
    const stored = await store.request(flight.facts.id, flight.facts.revision).catch(() => null);
    if (entry === null || stored === null || clock.wall() - entry.createdAt > window || isOver()) return;
    await questions.slot(flight.policy);
    if (isOver()) return;
    flight.open++;
    const attempted = await questions.send(flight, stored, "submit");
    flight.open--;
    flight.quietSince = clock.now();
    if (attempted === null || isOver()) return;
    if (attempted.kind === "judged" && tells(attempted)) await outcomes.learn(flight, attempted);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#env.clock.after(ms, resolve, true));
  }
}

/** What is in doubt because the platform said that it knows it. */
function wasDuplicate({ entry }: Flight): boolean {
  return entry?.state.kind === "in-doubt" && entry.state.cause === "duplicate";
}

/** An answer to a second sending that settles the first: what was not executed now may have been executed then. */
function tells({ judgement }: Extract<Attempted, { kind: "judged" }>): boolean {
  return judgement.kind === "accepted" || (judgement.kind === "duplicate" && judgement.means !== "check");
}
