import type { EntryFacts } from "../entry.ts";
import { itemState, type HeldItem, type ItemFacts } from "./items.ts";
import type { ToldItem } from "../made-answer.ts";
import type { Store } from "../store.ts";

/** The items of a batch that another entry has. */
export interface KnownItems {
  /** In the order of the batch. */
  readonly told: readonly ToldItem[];
  /** Whom a form about them speaks of. */
  readonly of: EntryFacts;
}

const NOBODY: EntryFacts = { id: "", revision: 0, site: "", route: "", key: [], scope: [], taxpayer: null, region: "", principal: null, lane: null, fingerprint: "", profile: "" };

/** What is known of items, by the newest entry that has each. Rejects with a StoreFault. */
export async function knownItems(store: Pick<Store, "holders">, items: readonly ItemFacts[]): Promise<KnownItems> {
  const holders = await store.holders(items.map(({ id }) => id));
  const newest = new Map(holders.map((held) => [held.id, held]));
  const known = items.flatMap(({ id }) => newest.get(id) ?? []).filter(isTaken);
  const [first] = known;
  return { told: known.map(toldOf), of: first === undefined ? NOBODY : { ...first.entry, key: first.key } };
}

function isTaken(held: HeldItem): boolean {
  const { kind } = itemState(held, held.entry.state);
  return kind !== "released" && kind !== "unsent";
}

function toldOf(held: HeldItem): ToldItem {
  const state = itemState(held, held.entry.state);
  const outcome = state.kind === "provisional" ? "accepted" : state.kind;
  const reference = held.reference ?? ("reference" in state ? (state.reference ?? null) : null);
  return { key: held.key, values: { outcome, ...(reference === null ? {} : { reference }) } };
}
