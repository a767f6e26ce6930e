import type { Clock } from "../base/clock.ts";
import type { AttemptResult } from "../upstream/result.ts";
import type { Attempted } from "./attempt.ts";
import type { AcceptedHow, DoubtCause, Entry, EntryState, StoredAnswer } from "./entry.ts";
import type { Ending, Flight } from "./flight.ts";
import type { JournalEvents } from "./events.ts";
import { madeAnswer } from "./made-answer.ts";
import type { QueryAnswer } from "./plan.ts";
import type { Change, Store } from "./store.ts";
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

/** Settles what is learnt. */
export interface Outcomes {
  /** Takes the result of an attempt that ends a row of them. */
  learn(flight: Flight, attempted: Attempted): Promise<void>;
  /** Takes a result that came after the time for it. */
  late(flight: Flight, attempted: Attempted): void;
  doubt(flight: Flight, cause: DoubtCause, why: string, endpoint: string): void;
  unsent(flight: Flight, what: { readonly result: Exclude<AttemptResult, { kind: "answered" }> | null; readonly why: string }): Promise<void>;
  confirmed(flight: Flight, answer: StoredAnswer, reference: string | null, how: AcceptedHow): Promise<void>;
  held(flight: Flight, why: string): Promise<void>;
  queued(flight: Flight, until: number | null): Promise<void>;
}

/** See the top of this file. */
export function createOutcomes(env: OutcomesEnv): Outcomes {
  const { clock, store, events } = env;

  /** Writes a change and ends the flight. What is known is told even where it cannot be written: it is the truth. */
  async function settle(flight: Flight, change: Omit<Change, "id" | "revision" | "fence">, ending: (entry: Entry) => Ending): Promise<void> {
    const entry = flight.entry as Entry;
    const whole: Change = { id: entry.id, revision: entry.revision, fence: entry.fence, attempts: entry.attempts + flight.attempts, ...change };
    let written: Entry | null;
    env.unsettled.forget(entry.id, entry.revision);
    try {
      written = await store.update(whole);
    } catch {
      const known: Entry = { ...entry, ...whole, state: change.state, answer: change.answer ?? null };
      flight.end(ending(known));
      env.unsettled.keep(whole, () => env.landed(flight));
      return;
    }
    if (written === null) return overtaken(flight);
    flight.entry = written;
    flight.end(ending(written));
    env.landed(flight);
  }

  /** Somebody else has decided: a person, or another instance. */
  async function overtaken(flight: Flight): Promise<void> {
    const entries = await store.read(flight.facts.id).catch(() => []);
    const entry = entries.find((one) => one.revision === flight.facts.revision) ?? (flight.entry as Entry);
    flight.entry = entry;
    flight.end({ kind: "told", entry });
    env.landed(flight);
  }

  function accept(flight: Flight, attempted: Judged, how: AcceptedHow): Promise<void> {
    const reference = referenceIn(flight, attempted);
    if (flight.inDoubt) events.resolved(flight.facts, how);
    return answered(flight, { kind: "accepted", how, reference }, attempted, "fresh");
  }

  function answered(flight: Flight, state: EntryState, attempted: Judged, how: "fresh" | "confirmed"): Promise<void> {
    const { answer, region, endpoint } = attempted;
    return settle(flight, { state, endpoint, answer: kept(flight, answer), dropHeaders: true }, () => ({ kind: "answered", how, answer, executed: true, region, endpoint }));
  }

  function rejected(flight: Flight, attempted: Judged): Promise<void> {
    if (flight.inDoubt) events.resolved(flight.facts, "rejected");
    return answered(flight, { kind: "rejected", until: clock.wall() + flight.policy.options.rejectedFor }, attempted, "fresh");
  }

  function notExecuted(flight: Flight, attempted: Judged): Promise<void> {
    const { answer, region, endpoint } = attempted;
    if (flight.inDoubt) events.resolved(flight.facts, "unsent");
    return settle(flight, { state: { kind: "unsent", why: `the platform answered ${answer.status}: not executed` }, endpoint }, () => ({ kind: "answered", how: "fresh", answer, executed: false, region, endpoint }));
  }

  function duplicate(flight: Flight, attempted: Judged, means: "same" | "check" | "conflict", form: Parameters<typeof madeAnswer>[0] | null): Promise<void> | void {
    events.duplicate(flight.facts, means);
    if (means === "conflict") return rejected(flight, attempted);
    const mayAsk = flight.policy.plan.some((step) => step.kind === "query");
    if (means === "check" || (form === null && mayAsk)) return outcomes.doubt(flight, "duplicate", "the platform knows it already", attempted.endpoint);
    const answer = form === null ? attempted.answer : madeAnswer(form, flight.facts, { body: attempted.plain });
    return accept(flight, { ...attempted, answer }, "duplicate");
  }

  const outcomes: Outcomes = {
    async learn(flight, attempted) {
      if (attempted.kind === "lost") return outcomes.doubt(flight, attempted.cause, attempted.why, attempted.endpoint);
      if (attempted.kind === "unsent") return outcomes.unsent(flight, { result: attempted.result, why: attempted.result.cause });
      const { judgement } = attempted;
      switch (judgement.kind) {
        case "accepted":
          return accept(flight, attempted, flight.inDoubt ? "late" : "answered");
        case "rejected":
          return rejected(flight, attempted);
        case "not-executed":
          return notExecuted(flight, attempted);
        case "duplicate":
          return duplicate(flight, attempted, judgement.means, judgement.as);
        case "in-doubt":
          return outcomes.doubt(flight, judgement.cause, `the platform answered ${attempted.answer.status}`, attempted.endpoint);
      }
    },
    late(flight, attempted) {
      if (flight.ending !== null || attempted.kind === "lost") return;
      void outcomes.learn(flight, attempted);
    },
    doubt(flight, cause, why, endpoint) {
      const entry = flight.entry as Entry;
      if (!flight.inDoubt) events.doubt(flight.facts, cause, why);
      flight.inDoubt = true;
      const change: Change = { id: entry.id, revision: entry.revision, fence: entry.fence, state: { kind: "in-doubt", cause, why }, attempts: entry.attempts + flight.attempts, ...(endpoint === "" ? {} : { endpoint }) };
      // Not awaited: an entry that is still `sending` after a crash is in doubt all the same.
      store.update(change).catch(() => env.unsettled.keep(change, () => undefined));
      env.resolve(flight);
    },
    unsent(flight, { result, why }) {
      if (flight.inDoubt) events.resolved(flight.facts, "unsent");
      return settle(flight, { state: { kind: "unsent", why } }, () => ({ kind: "unsent", result, why }));
    },
    confirmed(flight, answer, reference, how) {
      events.resolved(flight.facts, how);
      const { region } = flight.facts;
      return settle(flight, { state: { kind: "accepted", how, reference }, answer: kept(flight, answer), dropHeaders: true }, () => ({ kind: "answered", how: "confirmed", answer, executed: true, region, endpoint: flight.entry?.endpoint ?? "" }));
    },
    held(flight, why) {
      events.held(flight.facts, why);
      return settle(flight, { state: { kind: "held", why, until: clock.wall() + flight.policy.options.holdFor } }, (entry) => ({ kind: "told", entry }));
    },
    queued: (flight, until) => settle(flight, { state: { kind: "queued", until } }, (entry) => ({ kind: "told", entry })),
  };
  return outcomes;
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
export function readReference({ policy: { reference } }: Flight, { headers, body, contentType }: QueryAnswer): string | null {
  const found = reference?.read({ headers, pathVariables: {}, query: "", body, contentType });
  return found?.kind === "found" && found.text !== "" ? found.text : null;
}
