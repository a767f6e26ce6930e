import { decide } from "../decide.ts";
import type { Entry } from "../entry.ts";
import { itemState, type HeldItem, type ItemFacts } from "./items.ts";

/** What a batch may do, by what is known of its items. */
export type BatchStanding =
  /** Is refused: another content has, or may have, the number of an item. */
  | { readonly kind: "conflict"; readonly entry: Entry; readonly item: ItemFacts }
  | {
      readonly kind: "sorted";
      /** Places in the batch of items that may be sent. */
      readonly fresh: ReadonlySet<number>;
      /** Entries that hold the others, the oldest first. */
      readonly known: readonly KnownPart[];
      /** Entries of which nothing was executed, to be released first: nobody shall send what is sent here. */
      readonly closes: readonly Entry[];
      /** By the id of a fresh item: up to which place in the order of claims its holders are known. */
      readonly after: ReadonlyMap<string, number>;
    };

/** Items of a batch that another entry has. */
export interface KnownPart {
  /** As it was then, without its answer. */
  readonly entry: Entry;
  readonly items: readonly HeldItem[];
}

/**
 * Decides about each item as {@link decide} does about a submission of its own. `holders` are all entries that had one of the
 * items, the oldest first; `fingerprintOf` gives an item's content as an entry's policy sees it. A pure function.
 */
export function decideBatch(items: readonly ItemFacts[], holders: readonly HeldItem[], fingerprintOf: (entry: Entry, item: ItemFacts) => string, wall: number): BatchStanding {
  const byId = Map.groupBy(holders, ({ id }) => id);
  const fresh = new Set<number>();
  const known = new Map<number, { entry: Entry; items: HeldItem[] }>();
  const closes = new Map<number, Entry>();
  const after = new Map<string, number>();
  for (const [place, item] of items.entries()) {
    const held = byId.get(item.id) ?? [];
    const newest = held.at(-1);
    const standing = newest === undefined ? null : decide(held.map(asEntry), fingerprintOf(newest.entry, item), wall);
    if (newest !== undefined) after.set(item.id, newest.entry.sequence);
    if (standing?.kind === "conflict") return { kind: "conflict", entry: (newest as HeldItem).entry, item };
    if (standing === null || standing.kind === "open" || standing.kind === "take") {
      fresh.add(place);
      if (newest?.entry.state.kind === "unsent" && newest.outcome === "open") closes.set(newest.entry.sequence, newest.entry);
      continue;
    }
    const holder = held.find(({ entry }) => entry.sequence === standing.entry.sequence) as HeldItem;
    const part = known.get(holder.entry.sequence) ?? { entry: holder.entry, items: [] };
    part.items.push(holder);
    known.set(holder.entry.sequence, part);
  }
  return { kind: "sorted", fresh, known: [...known.values()].toSorted((a, b) => a.entry.sequence - b.entry.sequence), closes: [...closes.values()], after };
}

/** The item as an entry of its own. */
function asEntry(held: HeldItem, index: number): Entry {
  return { ...held.entry, revision: index + 1, fingerprint: held.fingerprint, state: itemState(held, held.entry.state) };
}
