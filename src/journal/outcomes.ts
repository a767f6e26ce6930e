import type { Clock } from "../base/clock.ts";
import type { AttemptResult } from "../upstream/result.ts";
import type { Attempted } from "./attempt.ts";
import type { AcceptedHow, DoubtCause, Entry, EntryState, StoredAnswer } from "./entry.ts";
import type { Ending, Flight } from "./flight.ts";
import type { JournalEvents } from "./events.ts";
import { madeAnswer } from "./made-answer.ts";
import type { AnswerForm } from "./options.ts";
import type { QueryAnswer } from "./plan.ts";
import { under, type Change, type Store } from "./store.ts";
import type { Unsettled } from "./unsettled.ts";

/*
 * What is learnt about a submission becomes durable here, and then its flight ends. Every change names the fence it is
 * made under, so that whoever was overtaken changes nothing.
 */

/** What settling needs from outside. */
export interface OutcomesEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: JournalEvents;
  /** Takes a submission that is in doubt; more than once for the same one does nothing. */
  readonly resolve: (flight: Flight) => void;
  /** Keeps what cannot be written now, and writes it again and again. */
  readonly unsettled: Unsettled;
  /** The flight is over: nobody finds it any more. */
  readonly landed: (flight: Flight) => void;
}

/** Settles what is learnt. See the top of this file. */
export class Outcomes {
  readonly #env: OutcomesEnv;

  constructor(env: OutcomesEnv) {
    this.#env = env;
  }

  /** Takes the result of an attempt that ends a row of them. */
  async learn(flight: Flight, attempted: Attempted): Promise<void> {
    if (attempted.kind === "lost") return this.doubt(flight, attempted.cause, attempted.why, attempted.endpoint);
    if (attempted.kind === "unsent") return this.unsent(flight, { result: attempted.result, why: attempted.result.cause });
    const { judgement } = attempted;
    switch (judgement.kind) {
      case "accepted":
        return this.#accept(flight, attempted, flight.inDoubt ? "late" : "answered");
      case "rejected":
        return this.#reject(flight, attempted);
      case "not-executed":
        return this.#notExecuted(flight, attempted);
      case "duplicate":
        return this.#duplicate(flight, attempted, judgement.means, judgement.as);
      case "in-doubt":
        return this.doubt(flight, judgement.cause, `the platform answered ${attempted.answer.status}`, attempted.endpoint);
    }
  }

  /** Takes a result that came after the time for it. */
  late(flight: Flight, attempted: Attempted): void {
    if (flight.ending !== null || attempted.kind === "lost") return;
    this.learn(flight, attempted).catch((fault: unknown) => this.#env.events.fault("taking a late answer", fault));
  }

  /** It may have been executed: its plan begins. */
  doubt(flight: Flight, cause: DoubtCause, why: string, endpoint: string): void {
    const { store, events, unsettled } = this.#env;
    const entry = flight.entry as Entry;
    if (!flight.inDoubt) events.doubt(flight.facts, cause, why);
    flight.inDoubt = true;
    const change: Change = { ...under(entry), state: { kind: "in-doubt", cause, why }, attempts: entry.attempts + flight.attempts, ...(endpoint === "" ? {} : { endpoint }) };
    // Not awaited: an entry that is still `sending` after a crash is in doubt all the same.
    store.update(change).catch(() => unsettled.keep(change, () => undefined));
    this.#env.resolve(flight);
  }

  /** It was certainly not executed. */
  unsent(flight: Flight, { result, why }: { readonly result: Exclude<AttemptResult, { kind: "answered" }> | null; readonly why: string }): Promise<void> {
    if (flight.inDoubt) this.#env.events.resolved(flight.facts, "unsent");
    return this.#settle(flight, { state: { kind: "unsent", why } }, () => ({ kind: "unsent", result, why }));
  }

  /** A question, or the platform's own word, has shown it. */
  confirmed(flight: Flight, answer: StoredAnswer, reference: string | null, how: AcceptedHow): Promise<void> {
    this.#env.events.resolved(flight.facts, how);
    const { region } = flight.facts;
    const change = { state: { kind: "accepted", how, reference }, answer: kept(flight, answer), dropHeaders: true } as const;
    return this.#settle(flight, change, () => ({ kind: "answered", how: "confirmed", answer, executed: true, region, endpoint: flight.entry?.endpoint ?? "" }));
  }

  /** Only a person can tell. */
  held(flight: Flight, why: string): Promise<void> {
    const { clock, events } = this.#env;
    events.held(flight.facts, why);
    return this.#settle(flight, { state: { kind: "held", why, until: clock.wall() + flight.policy.options.holdFor } }, (entry) => ({ kind: "told", entry }));
  }

  /** It is delivered later. */
  queued(flight: Flight, until: number | null): Promise<void> {
    return this.#settle(flight, { state: { kind: "queued", until } }, (entry) => ({ kind: "told", entry }));
  }

  #accept(flight: Flight, attempted: Judged, how: AcceptedHow): Promise<void> {
    if (flight.inDoubt) this.#env.events.resolved(flight.facts, how);
    return this.#answered(flight, { kind: "accepted", how, reference: referenceIn(flight, attempted) }, attempted);
  }

  #reject(flight: Flight, attempted: Judged): Promise<void> {
    const { clock, events } = this.#env;
    if (flight.inDoubt) events.resolved(flight.facts, "rejected");
    return this.#answered(flight, { kind: "rejected", until: clock.wall() + flight.policy.options.rejectedFor }, attempted);
  }

  #answered(flight: Flight, state: EntryState, { answer, region, endpoint }: Judged): Promise<void> {
    return this.#settle(flight, { state, endpoint, answer: kept(flight, answer), dropHeaders: true }, () => ({ kind: "answered", how: "fresh", answer, executed: true, region, endpoint }));
  }

  #notExecuted(flight: Flight, { answer, region, endpoint }: Judged): Promise<void> {
    if (flight.inDoubt) this.#env.events.resolved(flight.facts, "unsent");
    const state = { kind: "unsent", why: `the platform answered ${answer.status}: not executed` } as const;
    return this.#settle(flight, { state, endpoint }, () => ({ kind: "answered", how: "fresh", answer, executed: false, region, endpoint }));
  }

  #duplicate(flight: Flight, attempted: Judged, means: "same" | "check" | "conflict", form: AnswerForm | null): Promise<void> | void {
    this.#env.events.duplicate(flight.facts, means);
    if (means === "conflict") return this.#reject(flight, attempted);
    const mayAsk = flight.policy.plan.some((step) => step.kind === "query");
    if (means === "check" || (form === null && mayAsk)) return this.doubt(flight, "duplicate", "the platform knows it already", attempted.endpoint);
    const answer = form === null ? attempted.answer : madeAnswer(form, flight.facts, { body: attempted.plain });
    return this.#accept(flight, { ...attempted, answer }, "duplicate");
  }

  /** Writes a change and ends the flight. What is known is told even where it cannot be written: it is the truth. */
  async #settle(flight: Flight, change: Omit<Change, "id" | "revision" | "fence">, ending: (entry: Entry) => Ending): Promise<void> {
    const { store, unsettled, landed } = this.#env;
    const entry = flight.entry as Entry;
    const whole: Change = { ...under(entry), attempts: entry.attempts + flight.attempts, ...change };
    let written: Entry | null;
    unsettled.forget(entry.id, entry.revision);
    try {
      written = await store.update(whole);
    } catch {
      const known: Entry = { ...entry, ...whole, state: change.state, answer: change.answer ?? null };
      flight.end(ending(known));
      unsettled.keep(whole, () => landed(flight));
      return;
    }
    if (written === null) return this.#overtaken(flight);
    flight.entry = written;
    flight.end(ending(written));
    landed(flight);
  }

  /** Somebody else has decided: a person, or another instance. */
  async #overtaken(flight: Flight): Promise<void> {
    const entries = await this.#env.store.read(flight.facts.id).catch(() => []);
    const entry = entries.find((one) => one.revision === flight.facts.revision) ?? (flight.entry as Entry);
    flight.entry = entry;
    flight.end({ kind: "told", entry });
    this.#env.landed(flight);
  }
}


type Judged = Extract<Attempted, { kind: "judged" }>;

/** What a replay carries of an answer. */
function kept(flight: Flight, answer: StoredAnswer): StoredAnswer {
  const headers: string[] = [];
  for (let i = 0; i < answer.headers.length; i += 2) {
    const name = answer.headers[i] as string;
    if (flight.policy.replayed.has(name.toLowerCase())) headers.push(name, answer.headers[i + 1] as string);
  }
  return { status: answer.status, headers, body: answer.body };
}

function referenceIn(flight: Flight, attempted: Judged): string | null {
  return readReference(flight, { status: attempted.answer.status, headers: attempted.answer.headers, body: attempted.plain, contentType: undefined });
}

/** The platform's own number in an answer; null where the route does not say where it stands, or it does not. */
export function readReference({ policy: { reference } }: Pick<Flight, "policy">, { headers, body, contentType }: QueryAnswer): string | null {
  const found = reference?.read({ headers, pathVariables: {}, query: "", body, contentType });
  return found?.kind === "found" && found.text !== "" ? found.text : null;
}
