import type { Entry } from "../../src/journal/entry.ts";
import type { HeldItem, Item, ItemChange, NewItem } from "../../src/journal/batch/items.ts";

/** The items of all batches, by the sequence of their entries. */
export type MemoryItems = ReadonlyMap<number, readonly Item[]>;

/** All that is known of some items, the oldest first. */
export function holdersIn(items: MemoryItems, entries: readonly Entry[], ids: readonly string[]): HeldItem[] {
  const wanted = new Set(ids);
  const ordered = entries.toSorted((a, b) => a.sequence - b.sequence);
  return ordered.flatMap((entry) => (items.get(entry.sequence) ?? []).filter(({ id }) => wanted.has(id)).map((item) => ({ ...item, entry: { ...entry, answer: null } })));
}

/** Whether another entry has an item that came after all that is known of it. */
export function areTaken(holders: readonly HeldItem[], items: readonly NewItem[]): boolean {
  return items.some(({ id, after }) => holders.some((one) => one.id === id && one.entry.sequence > after));
}

/** The items of a new entry. */
export function withItems(known: MemoryItems, sequence: number, items: readonly NewItem[]): MemoryItems {
  return new Map(known).set(sequence, items.map(({ id, key, fingerprint }) => ({ id, key, fingerprint, outcome: "open", reference: null, until: 0 })));
}

/** The items after a change. */
export function changedItems(known: MemoryItems, sequence: number, changes: readonly ItemChange[]): MemoryItems {
  return new Map(known).set(sequence, (known.get(sequence) ?? []).map((item) => ({ ...item, ...changes.find(({ id }) => id === item.id) })));
}
