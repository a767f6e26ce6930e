import type { Clock } from "../../base/clock.ts";
import type { Asked, Manner, Questions } from "../ask.ts";
import type { Flight } from "../flight.ts";
import type { Item } from "./items.ts";
import { madeAnswer, type ToldItem } from "../made-answer.ts";
import { fieldsFor, type NewestCredentials } from "../newest-credentials.ts";
import type { Outcomes } from "../outcomes.ts";
import type { QueryAnswer, QueryStep } from "../plan.ts";
import { readReference } from "../reference.ts";
import type { Store } from "../store.ts";

/*
 * Leads a batch out of doubt: the platform is asked about each of its items that nothing is known of, one at a time.
 */

/** What asking about a batch needs. */
export interface BatchQueryEnv {
  readonly clock: Clock;
  readonly store: Pick<Store, "request">;
  readonly questions: Questions;
  readonly outcomes: Outcomes;
  readonly credentials: NewestCredentials;
  /** Ms before the next round, after one that took `pause` at the most. */
  readonly nextRound: (pause: number) => number;
  /** None of the items is there, for long enough. */
  readonly absent: (asked: Asked) => Promise<void>;
}

/** What was seen of an item. */
interface Shown {
  /** The platform's number of it. */
  readonly reference: string | null;
  /** The number of all that was sent together. */
  readonly whole: string | null;
  readonly asked: Asked;
}

interface Round {
  /** Items of which absence counts. */
  readonly absent: ReadonlySet<string>;
  readonly last: Asked | null;
  /** Whether a question left, and whether one can be put at all. */
  readonly left: boolean;
  readonly canBePut: boolean;
}

/** Only time in which the platform could be asked, and its answer could count, is the step's own. */
export async function queryItems(flight: Flight, step: QueryStep, isOver: () => boolean, env: BatchQueryEnv): Promise<void> {
  const { clock, outcomes } = env;
  const items = await outcomes.itemsOf(flight);
  const shown = new Map<string, Shown>();
  const isOpen = ({ id, outcome }: Item): boolean => outcome === "open" && !shown.has(id);
  let spent = 0;
  for (let pause = step.every; !isOver(); pause = Math.min(pause * 1.5, step.every * 10)) {
    const began = clock.now();
    const round = await askAll(flight, step, items.filter(isOpen), shown, isOver, env);
    if (isOver()) return;
    const open = items.filter(isOpen);
    if (open.every(({ id }) => round.absent.has(id))) return decide(flight, step, open, { shown, last: round.last }, env);
    if (!round.canBePut || (round.left && spent >= step.for)) break;
    await flight.pause(env.nextRound(pause));
    // While an answer may still come, absence cannot count: that time is not the step's.
    if (round.left && flight.open === 0) spent += clock.now() - began;
  }
  if (shown.size > 0 && !isOver()) note(flight, shown, env);
}

async function askAll(flight: Flight, step: QueryStep, items: readonly Item[], shown: Map<string, Shown>, isOver: () => boolean, { clock, store, questions, credentials }: BatchQueryEnv): Promise<Round> {
  const absent = new Set<string>();
  // Once for all of them: it may be large.
  const stored = await store.request(flight.facts.id, flight.facts.revision).catch(() => undefined);
  let [left, canBePut] = [false, false];
  let last: Asked | null = null;
  const manner: Manner = { ...fieldsFor(flight, credentials), isOver, ...(stored === undefined ? {} : { stored }) };
  const askOne = async ({ id, key, fingerprint }: Item): Promise<void> => {
    const asked = await questions.ask({ policy: flight.policy, facts: { ...flight.asked, key, fingerprint } }, step, { ...manner, urgent: flight.waiting > 0 });
    if (asked.sight === "found" && asked.seen !== null) shown.set(id, { asked, ...numbersIn(asked.seen.read, flight, step) });
    // A look that began before it was still tells nothing about what came after.
    const isStill = flight.open === 0 && asked.askedAt >= flight.quietSince + step.notFoundValidAfter && clock.now() - flight.quietSince >= step.notFoundValidAfter;
    if (asked.sight === "absent" && isStill) absent.add(id);
    if (asked.sight === "absent") last = asked;
    left ||= asked.left;
    canBePut ||= asked.canBePut;
  };
  // A list is the same for each of them: together they ask for it once.
  if (step.list !== null) await Promise.all(items.map(askOne));
  else for (const item of items) if (!isOver()) await askOne(item);
  return { absent, last, left, canBePut };
}

function numbersIn(answer: QueryAnswer, { policy }: Flight, step: QueryStep): Omit<Shown, "asked"> {
  const whole = readReference(step.reference ?? policy.reference, answer);
  return { whole, reference: step.itemReference === null ? whole : readReference(step.itemReference, answer) };
}

/** Each item is shown, known from before, or absent for long enough. */
async function decide(flight: Flight, step: QueryStep, gone: readonly Item[], { shown, last }: { readonly shown: ReadonlyMap<string, Shown>; readonly last: Asked | null }, env: BatchQueryEnv): Promise<void> {
  const { clock, outcomes } = env;
  const items = flight.items ?? [];
  const { batch, options } = flight.policy;
  if (gone.length > 0 && gone.length === items.length && last !== null) return env.absent(last);
  note(flight, shown, env, false);
  if (gone.length > 0 && (flight.isKnown || step.absentMeans === "held" || (step.absentMeans === "unsent" && batch?.perItem !== true))) {
    return outcomes.held(flight, `the platform knows ${items.length - gone.length} of ${items.length} items, and not '${gone[0]?.key.join(", ") ?? ""}'; a person decides`);
  }
  const absent = new Set(gone.map(({ id }) => id));
  const outcome = step.absentMeans === "closed" ? "closed" : "unsent";
  const until = outcome === "closed" ? clock.wall() + options.retain.outcome : 0;
  flight.items = (flight.items ?? []).map((item) => (absent.has(item.id) ? { ...item, outcome, until } : item));
  const first = shown.values().next().value;
  await outcomes.confirmed(flight, answerOf(flight, step, shown), first?.whole ?? null);
}

/** What the caller gets: the route's form with every accepted item, or the platform's last word. */
function answerOf(flight: Flight, step: QueryStep, shown: ReadonlyMap<string, Shown>): ReturnType<typeof madeAnswer> {
  const [first] = shown.values();
  if (step.as === null && first?.asked.seen) return first.asked.seen.answer;
  const told = (flight.items ?? []).filter(({ outcome }) => outcome === "accepted" || (step.as?.rejectedItem !== undefined && (outcome === "rejected" || outcome === "closed")));
  const items = told.map(({ id, key, outcome, reference }): ToldItem => {
    const body = shown.get(id)?.asked.seen?.read.body;
    return { key, values: { outcome: outcome === "accepted" ? outcome : "rejected", ...(reference === null ? {} : { reference }) }, ...(body === undefined ? {} : { body }) };
  });
  const form = step.as ?? { status: 200, contentType: "application/json", body: "" };
  const body = first?.asked.seen?.read.body;
  return madeAnswer(form, flight.facts, { items, recalled: first?.asked.recalled ?? flight.recalled, ...(body === undefined ? {} : { body }), ...(first === undefined || first.whole === null ? {} : { values: { reference: first.whole } }) });
}

/** Keeps what was seen, also where the rest stays in doubt. */
function note(flight: Flight, shown: ReadonlyMap<string, Shown>, { outcomes }: BatchQueryEnv, write = true): void {
  flight.items = (flight.items ?? []).map((item) => {
    const seen = shown.get(item.id);
    return seen === undefined ? item : { ...item, outcome: "accepted", reference: seen.reference };
  });
  const { state } = flight.entry;
  if (write && state.kind === "in-doubt") outcomes.doubt(flight, state.cause, state.why, "");
}
