import type { Entry, EntryState } from "../entry.ts";

/*
 * The items of a batch. A batch is one entry, so that an identical retry is treated as any submission is; what becomes of a
 * single item stands beside it, because the item may come again in another batch.
 */

/** What became of an item, apart from its entry. The store numbers them in this order; a number is never given to another. */
export const ITEM_OUTCOMES = ["open", "accepted", "rejected", "unsent", "closed"] as const;

/** See {@link ITEM_OUTCOMES}. `open`: what became of its entry became of it; `unsent`: it was certainly not executed; `closed`: its number must never be used again. */
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];

/** What is known of an item from the start. */
export interface ItemFacts {
  /** Of site, operation, scope and its key, 32 hexadecimal digits. */
  readonly id: string;
  readonly key: readonly string[];
  /** Digest of its content, 32 hexadecimal digits. */
  readonly fingerprint: string;
}

/** An item of a batch that is being claimed. */
export interface NewItem extends ItemFacts {
  /** Entries that hold it up to this place in the order of claims are known, and do not hold it any more; 0: none is known. */
  readonly after: number;
}

/** An item of which nothing is known yet. */
export function newItem({ id, key, fingerprint }: ItemFacts): NewItem {
  return { id, key, fingerprint, after: 0 };
}

/** An item that was just claimed. */
export function openItem({ id, key, fingerprint }: ItemFacts): Item {
  return { id, key, fingerprint, outcome: "open", reference: null, until: 0 };
}

/** The place of an item in its batch as it was sent, counted from 1, as a platform writes it; null: that is none. */
export function positionOf(text: string): number | null {
  return /^\s*[1-9][0-9]{0,5}\s*$/.test(text) ? Number(text) : null;
}

/** What became of an item. */
export interface ItemChange {
  readonly id: string;
  readonly outcome: ItemOutcome;
  /** The platform's own number of it. */
  readonly reference: string | null;
  /** Wall ms up to which the same content gets the same no; 0 where it was not refused. */
  readonly until: number;
}

/** An item as it is stored, in the order of its batch. */
export interface Item extends ItemFacts, ItemChange {}

/** An item with the entry that holds it, or held it once. */
export interface HeldItem extends Item {
  /** Without its answer. */
  readonly entry: Entry;
}

/**
 * Where an item stands by itself. A batch that was refused as a whole says little about each of its items, and holds none of
 * them any more.
 */
export function itemState({ outcome, reference, until }: ItemChange, state: EntryState): EntryState {
  switch (outcome) {
    case "accepted":
      return { kind: "accepted", how: state.kind === "accepted" ? state.how : "answered", reference };
    case "rejected":
      return { kind: "rejected", until };
    case "closed":
      return { kind: "rejected", until, closed: true };
    case "unsent":
      return { kind: "released", why: "it was not executed" };
    case "open":
      return state.kind === "rejected" && state.closed !== true ? { kind: "released", why: "its batch was refused as a whole" } : state;
  }
}
