import type { Clock } from "../base/clock.ts";
import type { Entry, EntryFacts, EntryState, StateName, StoredAnswer } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import type { Flight } from "./flight.ts";
import type { Flights } from "./flights.ts";
import type { SubmissionPolicy } from "./policy.ts";
import type { Resolver } from "./resolver.ts";
import type { Store } from "./store.ts";
import { REJECTED_FOR_MS } from "./verdicts/verdict.ts";

/*
 * A person decides what became of a submission. It is taken over as anybody else takes it over, so that whoever worked on
 * it changes nothing any more; while a byte of it may still be on its way here nobody decides.
 */

/** What a person can decide. */
export const BY_HAND = ["accepted", "rejected", "released", "expired"] as const;

/** See {@link BY_HAND}. */
export type ByHandState = (typeof BY_HAND)[number];

/** A person's decision. */
export interface ByHandOrder {
  readonly id: string;
  /** The one that was looked at; null: the newest, whatever it is. */
  readonly revision: number | null;
  readonly to: ByHandState;
  /** The platform's own number, of an accepted one. */
  readonly reference: string | null;
  /** What later tries get, of an accepted or rejected one; null: they are told that it is settled. */
  readonly answer: StoredAnswer | null;
  /** Kept with the entry; of a closed one the caller reads it. */
  readonly reason: string;
  /** Who decides, for the log. */
  readonly by: string;
}

/** Why a decision is refused. */
export type ByHandRefusal = "wrong-order" | "unknown" | "not-newest" | "settled" | "under-way" | "overtaken";

/** What became of a decision. */
export type ByHandResult = { readonly kind: "done"; readonly entry: Entry } | { readonly kind: "refused"; readonly refusal: ByHandRefusal; readonly why: string };

/** What deciding works with. */
export interface ByHandEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: Pick<JournalEvents, "byHand">;
  /** Everything under way in this process, by the entry's id. */
  readonly flights: Pick<Flights, "get">;
  readonly policyOf: (facts: EntryFacts) => Promise<SubmissionPolicy | null>;
  readonly resolver: Pick<Resolver, "add" | "drop">;
  /** Tells whoever waits for it. */
  readonly decided: (entry: Entry) => void;
}

const SHORTEST_REASON = 3;
const LONGEST_REASON = 500;
const LONGEST_REFERENCE = 200;
/** A reason and a number are one line of visible text. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const refused = (refusal: ByHandRefusal, why: string): Extract<ByHandResult, { kind: "refused" }> => ({ kind: "refused", refusal, why });

/** Decides about an entry; durable once it resolves to `done`. Rejects with a StoreFault where the journal cannot be read or written. */
export async function decideByHand(env: ByHandEnv, order: ByHandOrder): Promise<ByHandResult> {
  const wrong = wrongWith(order);
  if (wrong !== null) return refused("wrong-order", wrong);
  const flight = env.flights.get(order.id) ?? null;
  if (flight !== null && isUnderWay(flight)) return refused("under-way", "an attempt of it is under way, or its outcome is being written: look again in a minute");
  // Before the entry is read: what was learnt by then is read, and nothing more is learnt in between.
  if (flight !== null) env.resolver.drop(flight);
  const result = await decide(env, order).catch((fault: unknown) => {
    resume(env, flight);
    throw fault;
  });
  if (result.kind === "refused") resume(env, flight);
  return result;
}

async function decide({ clock, store, events, flights, policyOf, decided }: ByHandEnv, order: ByHandOrder): Promise<ByHandResult> {
  const entries = await store.read(order.id);
  const newest = entries.at(-1);
  if (newest === undefined) return refused("unknown", `there is no entry '${order.id}'`);
  if (order.revision !== null && order.revision !== newest.revision) return refused("not-newest", `revision ${order.revision} is not the newest: that is ${newest.revision}, and only the newest can change`);
  const closed = closedTo(newest.state, order.to);
  if (closed !== null) return refused("settled", closed);
  if (isWorkedOn(newest, store, flights.get(newest.id) !== undefined)) return refused("under-way", "another instance works on it: decide there, or when that instance is gone");
  const rejectedFor = (await policyOf(newest))?.options.rejectedFor ?? REJECTED_FOR_MS;
  const change = { id: newest.id, revision: newest.revision, fence: newest.fence, take: true, dropHeaders: true } as const;
  const entry = await store.update({ ...change, ...answerOf(order, newest.state), state: stateOf(order, newest.state, clock.wall() + rejectedFor) });
  if (entry === null) return refused("overtaken", "it has changed in the meantime: look at it again");
  decided(entry);
  events.byHand(entry, order.to, order.by, order.reason.trim());
  return { kind: "done", entry };
}

/** One that is in doubt and still is a flight may be decided: nothing of it is under way, it is only being asked about. */
function isUnderWay(flight: Flight): boolean {
  return flight.open > 0 || flight.isOver || !flight.inDoubt;
}

/** Another living process has it, or a claim of this moment. */
function isWorkedOn(entry: Entry, store: Store, hasFlight: boolean): boolean {
  const { kind } = entry.state;
  return (kind === "sending" || kind === "in-doubt") && store.isOwned(entry) && entry.owner !== store.owner && !hasFlight;
}

function resume({ resolver }: ByHandEnv, flight: Flight | null): void {
  if (flight !== null && !flight.isOver && flight.inDoubt) resolver.add(flight);
}

/** Why a state cannot be left for another by hand; null where it can. */
function closedTo(state: EntryState, to: ByHandState): string | null {
  const why: Partial<Readonly<Record<StateName, string>>> = {
    accepted: "it is accepted, and that stays: correct an issued invoice at the platform, by a red-letter invoice or a correction under a number of its own",
    rejected: "the platform refused it for its content: a corrected content is sent as the next revision without being released",
    released: "it is released already: the next try is sent as the next revision",
  };
  if (state.kind === "expired") return to === "released" ? null : "it was given up: release it if it is to be sent again";
  return why[state.kind] ?? null;
}

/** What a caller was told when the platform took it in stays what it is told, unless the person says otherwise. */
function answerOf({ to, answer }: ByHandOrder, { kind }: EntryState): { readonly answer?: StoredAnswer | null } {
  return kind === "provisional" && answer === null && (to === "accepted" || to === "rejected") ? {} : { answer };
}

function stateOf({ to, reference, reason }: ByHandOrder, from: EntryState, rejectedUntil: number): EntryState {
  const why = reason.trim();
  // The number that it was taken in under stays; the one that the person names is the final one.
  if (from.kind === "provisional" && to === "accepted") return { kind: "accepted", how: "by-hand", reference: from.reference, number: reference, why };
  if (from.kind === "provisional" && to === "rejected") return { kind: "rejected", until: rejectedUntil, reference: from.reference, why };
  if (to === "accepted") return { kind: "accepted", how: "by-hand", reference, why };
  return to === "rejected" ? { kind: "rejected", until: rejectedUntil, why } : { kind: to, why };
}

function wrongWith({ to, reason, reference, answer }: ByHandOrder): string | null {
  const { length } = reason.trim();
  if (length < SHORTEST_REASON || length > LONGEST_REASON || CONTROL.test(reason)) return `the reason has ${length} characters: want one line of ${SHORTEST_REASON} to ${LONGEST_REASON}`;
  if (reference !== null && to !== "accepted") return `a reference belongs to an accepted one, not to '${to}'`;
  if (reference !== null && (reference === "" || reference.length > LONGEST_REFERENCE || CONTROL.test(reference))) return `the reference has ${reference.length} characters: want one line of 1 to ${LONGEST_REFERENCE}`;
  if (answer !== null && to !== "accepted" && to !== "rejected") return `an answer belongs to an accepted or a rejected one, not to '${to}'`;
  return null;
}
