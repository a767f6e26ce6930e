import type { Clock } from "../base/clock.ts";
import { countItems, withChanges } from "./batch-split.ts";
import type { JournalEvents } from "./events.ts";
import type { HeldItem, ItemChange } from "./items.ts";
import type { Learnt, LearnEnv, Passing } from "./learn.ts";
import { mayTell } from "./learn-may-tell.ts";
import type { Finding } from "./learn-rules.ts";
import { wanted } from "./place-values.ts";
import { isProvisional, type Provisionals } from "./provisionals.ts";
import { under, type Store } from "./store.ts";

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
  readonly id: string;
  readonly finding: Finding;
  readonly passing: Passing;
}

const OUTCOME = { accepted: "accepted", rejected: "rejected", unsent: "unsent" } as const;
const REJECTED_FOR_MS = 600_000;
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
    take(id, finding, passing): Learnt {
      if (env.provisionals.index.batches === 0 || waiting.length >= MOST_WAITING) return "unknown";
      if (finding.verdict === "running") return "running";
      waiting.push({ id, finding, passing });
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
  const byId = new Map(waiting.map((one) => [one.id, one]));
  const holders = await env.store.holders([...byId.keys()]);
  const newest = new Map(holders.map((held) => [held.id, held]));
  const counts = Map.groupBy(holders, ({ id }) => id);
  const usable = [...newest.values()].filter((held) => isUsable(env, held, byId.get(held.id) as Waiting, counts.get(held.id)?.length ?? 1));
  for (const held of Map.groupBy(usable, ({ entry }) => entry.sequence).values()) await write(env, held, byId);
}

/** The same care as with a submission of its own; see learn.ts. */
function isUsable({ clock, events }: ItemVerdictsEnv, held: HeldItem, { finding, passing }: Waiting, holders: number): boolean {
  const { entry, key, outcome } = held;
  if (!isProvisional(entry) || outcome !== "open") return false;
  const verdict = finding.verdict as keyof typeof OUTCOME;
  const facts = { ...entry, key };
  const ignored = (why: Parameters<JournalEvents["verdictIgnored"]>[2]): false => {
    events.verdictIgnored(facts, verdict, why);
    return false;
  };
  if (entry.region !== passing.region) return ignored("elsewhere");
  const named = finding.named || finding.match.some(({ is }) => /\{(reference|key)\b/.test(is));
  if (!mayTell(entry, passing.asker, { named, verdict })) return ignored("stranger");
  const recalled = { values: held.reference === null ? {} : { reference: held.reference }, within: null };
  if (!finding.match.every(({ seen, is }) => seen !== null && seen === wanted(is, facts, recalled))) return false;
  // What was taken in after the question came cannot be seen in its answer; and an earlier one of the number may be meant.
  const askedAt = clock.wall() - (clock.now() - passing.askedAt);
  if (verdict !== "accepted" && (holders > 1 || entry.updatedAt > askedAt)) return ignored("unsure");
  if (verdict === "unsent" && clock.wall() - entry.updatedAt < finding.validAfter) return ignored("too-early");
  return true;
}

async function write({ clock, store, events, provisionals }: ItemVerdictsEnv, held: readonly HeldItem[], byId: ReadonlyMap<string, Waiting>): Promise<void> {
  const entry = held[0]?.entry;
  const awaiting = entry === undefined ? undefined : provisionals.index.get(entry.id);
  if (entry === undefined || awaiting === undefined || !isProvisional(entry)) return;
  const until = clock.wall() + (awaiting.policy?.options.rejectedFor ?? REJECTED_FOR_MS);
  const changes = held.map(({ id, reference }): ItemChange => {
    const { verdict, number } = (byId.get(id) as Waiting).finding;
    const outcome = OUTCOME[verdict as keyof typeof OUTCOME];
    return { id, outcome, reference: number ?? reference, until: outcome === "rejected" ? until : 0 };
  });
  const items = withChanges(await store.items(entry.id, entry.revision), changes);
  const counts = countItems(items) ?? { accepted: items.length, rejected: 0, unsent: 0, until: 0 };
  const written = await store.update({ ...under(entry), state: { ...entry.state, items: counts }, items: changes });
  if (written === null || !isProvisional(written)) return;
  const { by } = (byId.get(held[0]?.id ?? "") as Waiting).passing;
  for (const { id, key } of held) events.verdict({ ...written, key }, (byId.get(id) as Waiting).finding.verdict as keyof typeof OUTCOME, by);
  provisionals.renew(awaiting, written);
  // One that is refused whole is refused as a batch, one that was taken in part is accepted.
  const isDecided = items.every(({ outcome }) => outcome !== "open");
  if (isDecided) await provisionals.settle(awaiting, { verdict: counts.accepted > 0 || counts.unsent > 0 ? "accepted" : "rejected", number: null, by });
}
