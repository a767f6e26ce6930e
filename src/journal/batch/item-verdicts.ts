import type { Clock } from "../../base/clock.ts";
import { countItems, withChanges } from "./split.ts";
import type { JournalEvents } from "../events.ts";
import type { HeldItem, Item, ItemChange } from "./items.ts";
import type { Learnt, LearnEnv, MeantItem, Passing } from "../verdicts/learn.ts";
import { mayTell } from "../verdicts/may-tell.ts";
import type { Finding } from "../verdicts/rules.ts";
import { wanted } from "../place-values.ts";
import type { Awaiting } from "../verdicts/provisional-index.ts";
import { isProvisional, type Provisionals } from "../verdicts/provisionals.ts";
import { under, type Store } from "../store.ts";
import { REJECTED_FOR_MS, type Ruling } from "../verdicts/verdict.ts";

/*
 * Verdicts on single items of batches that the platform has taken in. They are gathered until an answer is read to its end, and
 * then written together; once every item has its own, the batch has its verdict too.
 */

/** What taking them needs. */
export interface ItemVerdictsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: Pick<JournalEvents, "verdict" | "verdictIgnored" | "fault">;
  readonly provisionals: Provisionals;
}

interface Waiting {
  readonly meant: MeantItem;
  readonly finding: Finding;
  readonly passing: Passing;
}

/** An item that a finding is about. */
interface Found {
  readonly held: HeldItem;
  /** The batch that the finding's reference found. */
  readonly of: Awaiting | null;
  /** No other entry ever had it. */
  readonly isOnly: boolean;
}

/** A verdict that counts. */
interface Taken extends Omit<Waiting, "meant"> {
  readonly held: HeldItem;
}

/** More wait for nothing: the next answer says the same. */
const MOST_WAITING = 50_000;

/** Takes verdicts on items. */
export interface ItemVerdicts {
  /** See {@link LearnEnv.item}. */
  readonly take: NonNullable<LearnEnv["item"]>;
  /** What is being written; undefined: nothing. Whoever has heard of a verdict tries with it in mind. */
  readonly writing: () => Promise<void> | undefined;
}

/** Makes the taker. */
export function createItemVerdicts(env: ItemVerdictsEnv): ItemVerdicts {
  let waiting: Waiting[] = [];
  /** One after the other: each begins with what the one before has written. */
  let working: Promise<void> | undefined;

  async function work(before: Promise<void> | undefined): Promise<void> {
    await before;
    const taken = waiting;
    waiting = [];
    await takeAll(env, taken).catch((fault: unknown) => env.events.fault("taking verdicts on items", fault));
  }

  return {
    take(meant, finding, passing): Learnt {
      if (env.provisionals.index.batches === 0 || waiting.length >= MOST_WAITING) return "unknown";
      if (finding.verdict === "running") return "running";
      waiting.push({ meant, finding, passing });
      if (waiting.length > 1) return "taken";
      const own = work(working).finally(() => {
        if (working === own) working = undefined;
      });
      working = own;
      return "taken";
    },
    writing: () => working,
  };
}

async function takeAll(env: ItemVerdictsEnv, waiting: readonly Waiting[]): Promise<void> {
  const find = await lookUp(env.store, waiting);
  const taken = new Map<string, Taken>();
  for (const one of waiting) {
    const { finding, passing } = one;
    const found = find(one);
    const place = found === null ? "" : `${found.held.entry.sequence} ${found.held.id}`;
    if (found === null && one.meant.of !== null) env.events.verdictIgnored(one.meant.of.entry, verdictOf(finding), "ambiguous");
    // The first one counts, as with a submission of its own.
    if (found !== null && !taken.has(place) && isUsable(env, found, finding, passing)) taken.set(place, { held: found.held, finding, passing });
  }
  for (const all of Map.groupBy(taken.values(), ({ held }) => held.entry.sequence).values()) await write(env, all);
}

/** Finds the item that each of them is about; null: none, or that cannot be said. Rejects with a StoreFault. */
async function lookUp(store: Store, waiting: readonly Waiting[]): Promise<(one: Waiting) => Found | null> {
  const batches = new Map<Awaiting, readonly Item[]>();
  for (const { meant: { of } } of waiting) if (of !== null && !batches.has(of)) batches.set(of, await store.items(of.entry.id, of.entry.revision));
  const ids = new Set(waiting.flatMap(({ meant: { of, id } }) => (of === null && id !== null ? [id] : [])));
  const holders = Map.groupBy(ids.size === 0 ? [] : await store.holders([...ids]), ({ id }) => id);
  return ({ meant: { of, id }, finding: { index } }) => {
    const item = of === null ? null : itemAt(batches.get(of) ?? [], id, index);
    if (of !== null) return item === null ? null : { held: { ...item, entry: of.entry }, of, isOnly: true };
    const all = holders.get(id ?? "") ?? [];
    const newest = all.at(-1);
    return newest === undefined ? null : { held: newest, of: null, isOnly: all.length === 1 };
  };
}

/** All that is said of it has to be about the same item; where nothing is said the batch must have no other one. */
function itemAt(items: readonly Item[], id: string | null, index: number | null): Item | null {
  const [only, ...others] = items.filter((item, at) => (id === null || item.id === id) && (index === null || at + 1 === index));
  return others.length === 0 ? (only ?? null) : null;
}

/** The same care as with a submission of its own; see verdicts/learn.ts. */
function isUsable({ clock, events, provisionals: { index } }: ItemVerdictsEnv, { held, of, isOnly }: Found, finding: Finding, passing: Passing): boolean {
  const { entry, key, outcome } = held;
  const awaiting = index.get(entry.id);
  if (awaiting === undefined || awaiting.settling || awaiting.entry.revision !== entry.revision || (of !== null && awaiting !== of)) return false;
  if (!isProvisional(entry) || outcome !== "open") return false;
  const verdict = verdictOf(finding);
  const facts = { ...entry, key };
  const ignored = (why: Parameters<JournalEvents["verdictIgnored"]>[2]): false => {
    events.verdictIgnored(facts, verdict, why);
    return false;
  };
  if (entry.region !== passing.region) return ignored("elsewhere");
  const numbers = [entry.state.reference, held.reference].filter((number) => number !== null);
  const isNumbered = finding.reference !== null && numbers.includes(finding.reference);
  // Another document of the platform's under the same key: not the one that this item is.
  if (finding.reference !== null && !isNumbered && numbers.length > 0) return false;
  const isCompared = finding.match.some(({ is }) => is.includes("{reference}"));
  if (!mayTell(entry, passing.asker, { named: isCompared || (isNumbered && finding.named), verdict })) return ignored("stranger");
  const recalled = { values: held.reference === null ? {} : { reference: held.reference }, within: null };
  if (!finding.match.every(({ seen, is }) => seen !== null && seen === wanted(is, facts, recalled))) return false;
  // By its key alone an earlier one of the number may be meant; and what was taken in after the question came is not in its answer.
  const isMeant = isNumbered || isCompared || of !== null;
  if (!isMeant && verdict !== "accepted" && (!isOnly || passing.askedAt < awaiting.knownAt)) return ignored("unsure");
  if (verdict === "unsent" && clock.now() - awaiting.knownAt < finding.validAfter) return ignored("too-early");
  return true;
}

/** One that is `running` was not taken. */
function verdictOf({ verdict }: Finding): Ruling["verdict"] {
  return verdict as Ruling["verdict"];
}

async function write({ clock, store, events, provisionals }: ItemVerdictsEnv, taken: readonly Taken[]): Promise<void> {
  const [first] = taken;
  const entry = first?.held.entry;
  const awaiting = entry === undefined ? undefined : provisionals.index.get(entry.id);
  if (first === undefined || entry === undefined || awaiting === undefined || !isProvisional(entry)) return;
  const until = clock.wall() + (awaiting.policy?.options.rejectedFor ?? REJECTED_FOR_MS);
  const changes = taken.map(({ held: { id, reference }, finding }): ItemChange => {
    const outcome = verdictOf(finding);
    return { id, outcome, reference: finding.number ?? reference, until: outcome === "rejected" ? until : 0 };
  });
  const items = withChanges(await store.items(entry.id, entry.revision), changes);
  const counts = countItems(items) ?? { accepted: items.length, rejected: 0, unsent: 0, until: 0 };
  const written = await store.update({ ...under(entry), state: { ...entry.state, items: counts }, items: changes });
  if (written === null || !isProvisional(written)) return;
  for (const { held: { key }, finding, passing: { by } } of taken) events.verdict({ ...written, key }, verdictOf(finding), by);
  provisionals.renew(awaiting, written);
  // One that is refused whole is refused as a batch, one that was taken in part is accepted.
  const isDecided = items.every(({ outcome }) => outcome !== "open");
  if (isDecided) await provisionals.settle(awaiting, { verdict: counts.accepted > 0 || counts.unsent > 0 ? "accepted" : "rejected", number: null, by: first.passing.by });
}
