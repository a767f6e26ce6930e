import type { Clock } from "../base/clock.ts";
import { createPacer, type Pacer } from "../base/pacer.ts";
import type { Random } from "../base/random.ts";
import type { CallControl } from "../upstream/call.ts";
import { attempt, type Attempted, type Decode } from "./attempt.ts";
import type { StoredRequest } from "./entry.ts";
import type { Flight } from "./flight.ts";
import { madeAnswer } from "./made-answer.ts";
import { readReference, type Outcomes } from "./outcomes.ts";
import type { PlanStep, QueryAnswer, QueryStep, Sight } from "./plan.ts";
import type { Store } from "./store.ts";
import type { Ways } from "./way.ts";

/*
 * Leads submissions out of doubt, by the plan of their route, in the background. Every question passes the same gate as a
 * submission. "Not found" counts only after everything that was under way has been still for long enough.
 */

/** What resolving needs from outside. */
export interface ResolverEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly ways: Ways;
  readonly decode: Decode;
  readonly outcomes: Outcomes;
  /** Sends a submission again that is certainly not executed, where somebody waits for it or the route says so; false where neither. */
  readonly again: (flight: Flight) => boolean;
  readonly fault: (where: string, fault: unknown) => void;
}

/** The background work on doubts. */
export interface Resolver {
  /** Takes a submission that is in doubt; once for each. */
  add(flight: Flight): void;
  /** How many are being worked on. */
  count(): number;
  stop(): void;
}

/** The pause between two questions grows by half each time, up to this many times the first. */
const GROWTH = 1.5;
const MOST_GROWN = 10;
/** A question is answered within this time, in ms, or counts as unanswered. */
const QUERY_MS = 30_000;

/** Makes a resolver with nothing to do. */
export function createResolver(env: ResolverEnv): Resolver {
  const { clock, outcomes } = env;
  /** Which run works on which submission: one that is sent again, and falls into doubt again, gets another. */
  const working = new Map<Flight, object>();
  const pacers = new Map<string, Pacer>();
  let stopped = false;

  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve, true));

  function pacerOf({ policy }: Flight): Pacer {
    const { count, per } = policy.options.resolvePace;
    const key = JSON.stringify([policy.site, policy.route, count, per]);
    const known = pacers.get(key) ?? createPacer(policy.options.resolvePace, clock);
    pacers.set(key, known);
    return known;
  }

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
      await pacerOf(flight).slot();
      if (isOver()) return;
      const sight = await ask(flight, step);
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

  async function ask(flight: Flight, step: QueryStep): Promise<Sight> {
    const asked = step.request(flight.facts);
    const stored = await env.store.request(flight.facts.id, flight.facts.revision).catch(() => null);
    const request: StoredRequest = { method: asked.method, target: asked.target, headers: merged(stored?.headers ?? [], asked.headers), body: asked.body ?? new Uint8Array(0) };
    const askedAt = clock.now();
    const answered = await send(flight, request, "poll");
    if (answered?.kind !== "judged") return "unknown";
    const { answer, plain } = answered;
    const seen: QueryAnswer = { status: answer.status, headers: answer.headers, contentType: contentTypeOf(answer.headers), body: plain };
    const sight = step.look(seen, flight.facts);
    if (sight === "found" && flight.ending === null) {
      const shown = step.as === null ? answer : madeAnswer(step.as, flight.facts, { body: plain });
      await outcomes.confirmed(flight, shown, readReference(flight, seen), flight.entry?.state.kind === "in-doubt" && flight.entry.state.cause === "duplicate" ? "duplicate" : "confirmed");
    }
    // A look that began before it was still tells nothing about what came after.
    return sight === "absent" && askedAt < flight.quietSince + step.notFoundValidAfter ? "unknown" : sight;
  }

  async function send(flight: Flight, request: StoredRequest, routeClass: "submit" | "poll"): Promise<Attempted | null> {
    const way = env.ways(flight.facts.site, flight.facts.route);
    const region = way?.region(flight.facts.region) ?? null;
    if (way === null || region === null) return null;
    const control: CallControl = { abort: null };
    const timeout = Math.min(QUERY_MS, region.responseTimeout);
    const bound = clock.after(QUERY_MS, () => control.abort?.("total-timeout"));
    try {
      return await attempt(request, { region, routeClass, timeout, fresh: way.fresh && routeClass === "submit", avoid: null, control }, flight.policy.judge, env.decode);
    } finally {
      bound.cancel();
    }
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
    await pacerOf(flight).slot();
    if (isOver()) return;
    flight.open++;
    const attempted = await send(flight, stored, "submit");
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

function contentTypeOf(headers: readonly string[]): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if ((headers[i] as string).toLowerCase() === "content-type") return headers[i + 1];
  return undefined;
}

/** About the body of the submission, which a question does not have. */
const ABOUT_THE_BODY: ReadonlySet<string> = new Set(["content-type", "content-encoding", "content-language", "content-length", "content-md5", "digest", "content-digest", "repr-digest", "idempotency-key", "soapaction"]);

/** The submission's fields, credentials among them, with the question's own in their place. */
function merged(base: readonly string[], own: readonly string[]): string[] {
  const names = new Set(own.filter((_, index) => index % 2 === 0));
  const kept: string[] = [];
  for (let i = 0; i < base.length; i += 2) {
    const name = (base[i] as string).toLowerCase();
    if (!names.has(name) && !ABOUT_THE_BODY.has(name)) kept.push(base[i] as string, base[i + 1] as string);
  }
  return [...kept, ...own];
}
