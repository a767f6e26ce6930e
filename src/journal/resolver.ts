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

/** The background work on doubts. */
export interface Resolver {
  /** Takes a submission that is in doubt; once for each. */
  add(flight: Flight): void;
  /** Leaves it alone from now on: somebody else decides about it. `add` takes it up again. */
  drop(flight: Flight): void;
  /** How many are being worked on. */
  count(): number;
  stop(): void;
}

/** The pause between two questions grows by half each time, up to this many times the first. */
const GROWTH = 1.5;
const MOST_GROWN = 10;

/** Makes a resolver with nothing to do. */
export function createResolver(env: ResolverEnv): Resolver {
  const { clock, outcomes, questions } = env;
  /** Which run works on which submission: one that is sent again, and falls into doubt again, gets another. */
  const working = new Map<Flight, object>();
  let stopped = false;

  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve, true));

  async function work(flight: Flight, isOver: () => boolean): Promise<void> {
    for (const step of flight.policy.plan) {
      if (isOver()) return;
      await take(flight, step, isOver);
    }
  }

  function take(flight: Flight, step: PlanStep, isOver: () => boolean): Promise<void> {
    switch (step.kind) {
      case "wait":
        return sleep(step.ms);
      case "hold":
        return outcomes.held(flight, "no step of the plan could tell what became of it");
      case "resend":
        return resend(flight, step.window, isOver);
      case "query":
        return query(flight, step, isOver);
    }
  }

  async function query(flight: Flight, step: QueryStep, isOver: () => boolean): Promise<void> {
    const until = clock.now() + step.for;
    for (let pause = step.every; !isOver(); pause = Math.min(pause * GROWTH, step.every * MOST_GROWN)) {
      await questions.slot(flight.policy);
      if (isOver()) return;
      const sight = await ask(flight, step, isOver);
      if (isOver()) return;
      if (sight === "absent" && isStill(flight, step)) return absent(flight, step);
      if (clock.now() >= until) return;
      await sleep(nextLook(flight, step, sight, pause));
    }
  }

  /** Nothing of it is under way, and has not been for long enough to be seen. */
  function isStill(flight: Flight, step: QueryStep): boolean {
    return flight.open === 0 && clock.now() - flight.quietSince >= step.notFoundValidAfter;
  }

  /** Not earlier than an absence can count, where absence is what is seen; spread, so that many doubts do not ask together. */
  function nextLook(flight: Flight, step: QueryStep, sight: Sight, pause: number): number {
    const spread = pause * (0.75 + env.random.next() / 2);
    if (sight !== "absent" || flight.open > 0) return spread;
    const counts = flight.quietSince + step.notFoundValidAfter - clock.now();
    return counts > 0 ? Math.min(spread, counts + 1) : spread;
  }

  async function ask(flight: Flight, step: QueryStep, isOver: () => boolean): Promise<Sight> {
    const { sight, askedAt, seen } = await questions.ask(flight, step);
    if (sight === "found" && seen !== null && !isOver()) {
      const shown = step.as === null ? seen.answer : madeAnswer(step.as, flight.facts, { body: seen.read.body });
      await outcomes.confirmed(flight, shown, readReference(flight, seen.read), flight.entry?.state.kind === "in-doubt" && flight.entry.state.cause === "duplicate" ? "duplicate" : "confirmed");
    }
    // A look that began before it was still tells nothing about what came after.
    return sight === "absent" && askedAt < flight.quietSince + step.notFoundValidAfter ? "unknown" : sight;
  }

  async function absent(flight: Flight, step: QueryStep): Promise<void> {
    if (step.absentMeans === "held") return outcomes.held(flight, "the platform does not know it; a person decides whether it is sent again");
    working.delete(flight);
    if (env.again(flight)) return;
    await outcomes.unsent(flight, { result: null, why: "the platform does not know it" });
  }

  /** The platform recognises the same bytes: an answer of either kind tells. */
  async function resend(flight: Flight, window: number, isOver: () => boolean): Promise<void> {
    const entry = flight.entry;
    const stored = await env.store.request(flight.facts.id, flight.facts.revision).catch(() => null);
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

  return {
    add(flight) {
      if (working.has(flight) || stopped) return;
      const run = {};
      const isOver = (): boolean => stopped || flight.ending !== null || working.get(flight) !== run;
      working.set(flight, run);
      void work(flight, isOver)
        .catch((fault: unknown) => env.fault("resolving", fault))
        .finally(() => {
          if (working.get(flight) === run) working.delete(flight);
        });
    },
    drop: (flight) => void working.delete(flight),
    count: () => working.size,
    stop() {
      stopped = true;
    },
  };
}

/** An answer to a second sending that settles the first: what was not executed now may have been executed then. */
function tells({ judgement }: Extract<Attempted, { kind: "judged" }>): boolean {
  return judgement.kind === "accepted" || (judgement.kind === "duplicate" && judgement.means !== "check");
}
