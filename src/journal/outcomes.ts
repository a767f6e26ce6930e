import type { Clock } from "../base/clock.ts";
import type { Extractor } from "../document/extractor.ts";
import { headerValue } from "../http/headers.ts";
import type { AttemptResult } from "../upstream/result.ts";
import { tells, type Attempted } from "./attempt.ts";
import type { Batch } from "./batch/batch.ts";
import { withOwnWords } from "./batch/rewrite.ts";
import { countItems, itemChanges, partsOf, splitAnswer, withChanges } from "./batch/split.ts";
import type { AcceptedHow, DoubtCause, Entry, EntryState, StoredAnswer, VerdictHow } from "./entry.ts";
import type { Ending, Flight } from "./flight.ts";
import type { JournalEvents, Resolution } from "./events.ts";
import type { Item } from "./batch/items.ts";
import { madeAnswer } from "./made-answer.ts";
import type { Judgement } from "./judge.ts";
import { readReference } from "./reference.ts";
import { under, type Change, type Store } from "./store.ts";
import type { Unsettled } from "./unsettled.ts";

/*
 * What is learnt about a submission becomes durable here, and then its flight ends. A change that settles it raises its
 * fence: whatever was begun before under the old one changes nothing any more. Nothing is learnt after that.
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
  /** The flight is over, durably. */
  readonly landed: (flight: Flight) => void;
}

type Judged = Extract<Attempted, { kind: "judged" }>;
type Settlement = Omit<Change, "id" | "revision" | "fence" | "take">;

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
    const { batch } = flight.policy;
    // A batch that is refused may hold items that are not.
    if (batch !== null && batch.outcomes.length > 0 && (judgement.kind === "accepted" || judgement.kind === "rejected")) return this.#learnItems(flight, batch, attempted);
    switch (judgement.kind) {
      case "accepted":
        return this.#accept(flight, attempted, flight.inDoubt ? "late" : "answered");
      case "rejected":
        return this.#reject(flight, attempted);
      case "not-executed":
        return this.#notExecuted(flight, attempted);
      case "duplicate":
        return this.#duplicate(flight, attempted, judgement);
      case "in-doubt":
        return this.doubt(flight, judgement.cause, `the platform answered ${attempted.answer.status}`, attempted.endpoint);
    }
  }

  /** Takes a result that came after the time for it. A no counts only where nothing else may have said yes. */
  late(flight: Flight, attempted: Attempted): void {
    if (flight.isOver || attempted.kind === "lost") return;
    if (!tells(attempted) && (flight.open > 0 || flight.resent)) return;
    this.learn(flight, attempted).catch((fault: unknown) => this.#env.events.fault("taking a late answer", fault));
  }

  /** It may have been executed: its plan begins. */
  doubt(flight: Flight, cause: DoubtCause, why: string, endpoint: string): void {
    if (flight.isOver) return;
    const { events, unsettled } = this.#env;
    if (!flight.inDoubt) events.doubt(flight.facts, cause, why);
    flight.inDoubt = true;
    flight.isKnown ||= cause === "duplicate";
    const state: EntryState = { kind: "in-doubt", cause, why, ...(flight.until === null ? {} : { until: flight.until }) };
    const change: Change = { ...under(flight.entry), state, ...itemChanges(flight.items, state.kind), attempts: flight.facts.attempts + flight.attempts, ...(endpoint === "" ? {} : { endpoint }) };
    // Not awaited: an entry that is still `sending` after a crash is in doubt all the same.
    void this.#writeDoubt(flight, change, () => unsettled.keep(change, () => undefined));
    this.resolve(flight);
  }

  async #writeDoubt(flight: Flight, change: Change, keep: () => void): Promise<void> {
    try {
      const written = await this.#env.store.update(change);
      if (written === null || flight.isOver || written.fence !== flight.entry.fence) return;
      flight.entry = written;
      // The store has it from now on: many doubts at once must not fill the memory.
      if (flight.open === 0) flight.request = null;
    } catch {
      if (!flight.isOver) keep();
    }
  }

  /** Hands it to the resolver. */
  resolve(flight: Flight): void {
    this.#env.resolve(flight);
  }

  /** It was certainly not executed. What was promised for later goes back into its queue while there is time. */
  unsent(flight: Flight, { result, why }: { readonly result: Exclude<AttemptResult, { kind: "answered" }> | null; readonly why: string }): Promise<void> {
    this.#resolved(flight, "unsent");
    return this.#settle(flight, { state: this.#notSent(flight, why) }, (entry) => promised(entry) ?? { kind: "unsent", result, why });
  }

  /** A question has shown it. */
  confirmed(flight: Flight, answer: StoredAnswer, reference: string | null): Promise<void> {
    const how = flight.isKnown ? "duplicate" : "confirmed";
    if (!flight.isOver) this.#env.events.resolved(flight.facts, how);
    const { region } = flight.facts;
    const change = { state: this.#takenIn(flight, how, reference), answer: kept(flight, answer), dropHeaders: true } as const;
    const before = flight.entry;
    // Of a batch of which a part is still to be sent there is no answer yet: the next try sends the rest.
    const isRest = flight.items?.some(({ outcome }) => outcome === "unsent") === true;
    return this.#settle(flight, change, (entry) => (isRest ? { kind: "told", entry: before } : { kind: "answered", how: "confirmed", answer, executed: true, region, endpoint: entry.endpoint }));
  }

  /** The platform will never have it, and its number must not be used again: a no to every later try. */
  closed(flight: Flight, answer: StoredAnswer): Promise<void> {
    this.#resolved(flight, "rejected");
    const { region } = flight.facts;
    const state: EntryState = { kind: "rejected", until: this.#env.clock.wall() + flight.policy.options.retain.outcome, closed: true };
    return this.#settle(flight, { state, answer: kept(flight, answer), dropHeaders: true }, (entry) => ({ kind: "answered", how: "fresh", answer, executed: true, region, endpoint: entry.endpoint }));
  }

  /** It was in doubt, and an answer about others, or about all, shows that it was accepted. */
  learnt(flight: Flight, { answer, reference, number, by }: { readonly answer: StoredAnswer; readonly reference: string | null; readonly number: string | null; readonly by: VerdictHow }): Promise<void> {
    if (!flight.isOver) this.#env.events.resolved(flight.facts, "learnt");
    const { region } = flight.facts;
    const change = { state: { kind: "accepted", how: "learnt", reference, number, verdict: by }, answer: kept(flight, answer), dropHeaders: true } as const;
    return this.#settle(flight, change, (entry) => ({ kind: "answered", how: "confirmed", answer, executed: true, region, endpoint: entry.endpoint }));
  }

  /** Only a person can tell. */
  held(flight: Flight, why: string): Promise<void> {
    const { clock, events } = this.#env;
    if (!flight.isOver) events.held(flight.facts, why);
    return this.#settle(flight, { state: { kind: "held", why, until: clock.wall() + flight.policy.options.holdFor } }, (entry) => ({ kind: "told", entry }));
  }

  /** It is delivered later. A promise that cannot be written is not given: nothing was executed. */
  queued(flight: Flight, until: number | null): Promise<void> {
    return this.#settle(flight, { state: { kind: "queued", until } }, (entry) => ({ kind: "told", entry }), "the journal could not be written");
  }

  /** Somebody else has decided: a person, or another instance. */
  async overtaken(flight: Flight): Promise<void> {
    const entries = await this.#env.store.read(flight.facts.id).catch(() => []);
    flight.entry = entries.find((one) => one.revision === flight.facts.revision) ?? flight.entry;
    flight.end({ kind: "told", entry: flight.entry });
    this.#env.landed(flight);
  }

  /** The items of a batch with what is known of each; none of anything else. Rejects with a StoreFault. */
  async itemsOf(flight: Flight): Promise<readonly Item[]> {
    flight.items ??= await this.#env.store.items(flight.facts.id, flight.facts.revision);
    return flight.items;
  }

  /** Takes an answer apart. An item of which it says nothing leaves the batch in doubt. */
  async #learnItems(flight: Flight, batch: Batch, attempted: Judged): Promise<void> {
    const { clock, events } = this.#env;
    const items = await this.itemsOf(flight);
    if (flight.isOver) return;
    const { answer, plain, judgement, endpoint } = attempted;
    const parts = partsOf(batch, { status: answer.status, headers: answer.headers, contentType: headerValue(answer.headers, "content-type"), body: plain }, items);
    const { changes, silent, conflicts } = splitAnswer(items, parts, clock.wall() + flight.policy.options.rejectedFor);
    for (const _ of conflicts) events.duplicate(flight.facts, "conflict");
    if (judgement.kind === "rejected" && !changes.some(({ outcome }) => outcome === "accepted")) return this.#reject(flight, attempted);
    flight.items = withChanges(items, changes);
    if (silent.length > 0) return this.doubt(flight, "unknown-answer", `the answer says nothing about ${silent.length} of ${items.length} items, such as '${silent[0]?.key.join(", ") ?? ""}'`, endpoint);
    return this.#accept(flight, { ...attempted, answer: withOwnWords(batch, answer, plain, parts) }, flight.inDoubt ? "late" : "answered");
  }

  #accept(flight: Flight, attempted: Judged, how: AcceptedHow, reference = referenceIn(flight, attempted)): Promise<void> {
    this.#resolved(flight, how);
    return this.#answered(flight, this.#takenIn(flight, how, reference), attempted);
  }

  #reject(flight: Flight, attempted: Judged): Promise<void> {
    this.#resolved(flight, "rejected");
    return this.#answered(flight, { kind: "rejected", until: this.#env.clock.wall() + flight.policy.options.rejectedFor }, attempted);
  }

  #answered(flight: Flight, state: EntryState, { answer, region, endpoint }: Judged): Promise<void> {
    return this.#settle(flight, { state, endpoint, answer: kept(flight, answer), dropHeaders: true }, () => ({ kind: "answered", how: "fresh", answer, executed: true, region, endpoint }));
  }

  #notExecuted(flight: Flight, { answer, region, endpoint }: Judged): Promise<void> {
    this.#resolved(flight, "unsent");
    const state = this.#notSent(flight, `the platform answered ${answer.status}: not executed`);
    return this.#settle(flight, { state, endpoint }, (entry) => promised(entry) ?? { kind: "answered", how: "fresh", answer, executed: false, region, endpoint });
  }

  /** The state of what the platform has taken in. */
  #takenIn({ policy, until, items }: Flight, how: AcceptedHow, reference: string | null): EntryState {
    const { provisional } = policy.options;
    const counts = countItems(items ?? []);
    const partly = counts === undefined ? {} : { items: counts };
    if (provisional === undefined || (provisional.unlessNumbered && reference !== null)) return { kind: "accepted", how, reference, ...partly };
    return { kind: "provisional", how, reference, ...partly, until: this.#env.clock.wall() + provisional.for, ...(until === null ? {} : { deferred: true }) };
  }

  /** Where it was in doubt, that has come to its end. */
  #resolved(flight: Flight, how: Resolution): void {
    if (flight.inDoubt && !flight.isOver) this.#env.events.resolved(flight.facts, how);
  }

  /** The state of what was certainly not executed. */
  #notSent({ until }: Flight, why: string): EntryState {
    if (until === null) return { kind: "unsent", why };
    return this.#env.clock.wall() < until ? { kind: "queued", until } : { kind: "unsent", why: "its time in the queue ran out" };
  }

  #duplicate(flight: Flight, attempted: Judged, { means, as: form, reference: place }: Extract<Judgement, { kind: "duplicate" }>): Promise<void> | void {
    this.#env.events.duplicate(flight.facts, means);
    if (means === "conflict") return this.#reject(flight, attempted);
    const mayAsk = flight.policy.plan.some((step) => step.kind === "query");
    if (means === "check" || (form === null && mayAsk)) return this.doubt(flight, "duplicate", "the platform knows it already", attempted.endpoint);
    const reference = referenceIn(flight, attempted, place);
    const values = reference === null ? {} : { reference };
    const answer = form === null ? attempted.answer : madeAnswer(form, flight.facts, { body: attempted.plain, recalled: flight.recalled, values });
    return this.#accept(flight, { ...attempted, answer }, "duplicate", reference);
  }

  /** Writes a change and ends the flight. What is known is told even where it cannot be written, but for a promise (`ifUnwritten`). */
  async #settle(flight: Flight, change: Settlement, ending: (entry: Entry) => Ending, ifUnwritten: string | null = null): Promise<void> {
    if (flight.isOver) return;
    flight.settling = true;
    const { store, unsettled, landed } = this.#env;
    const whole: Change = { ...under(flight.entry), attempts: flight.facts.attempts + flight.attempts, ...itemChanges(flight.items, change.state.kind), ...change, take: true };
    unsettled.forget(whole.id, whole.revision);
    let written: Entry | null;
    try {
      written = await store.update(whole);
    } catch {
      const state: EntryState = ifUnwritten === null ? change.state : { kind: "unsent", why: ifUnwritten };
      flight.entry = { ...flight.entry, state, answer: change.answer ?? null };
      flight.end(ifUnwritten === null ? ending(flight.entry) : { kind: "unsent", result: null, why: ifUnwritten });
      unsettled.keep({ ...whole, state }, () => landed(flight));
      return;
    }
    if (written === null) return this.overtaken(flight);
    flight.entry = written;
    flight.end(ending(written));
    landed(flight);
  }
}

/** What goes back into its queue will be issued: whoever waits for it is not told a no. */
function promised(entry: Entry): Ending | null {
  return entry.state.kind === "queued" ? { kind: "told", entry } : null;
}

/** What a replay carries of an answer. */
function kept(flight: Flight, answer: StoredAnswer): StoredAnswer {
  return { ...answer, headers: flight.policy.replayed(answer.headers) };
}

function referenceIn(flight: Flight, attempted: Judged, place: Extractor | null = null): string | null {
  return readReference(place ?? flight.policy.reference, { status: attempted.answer.status, headers: attempted.answer.headers, body: attempted.plain, contentType: headerValue(attempted.answer.headers, "content-type") });
}
