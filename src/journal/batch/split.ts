import type { ExtractorSource } from "../../document/extractor.ts";
import type { Batch, OutcomeList } from "./batch.ts";
import type { ItemCounts, StateName } from "../entry.ts";
import { positionOf, type Item, type ItemChange, type ItemFacts, type ItemOutcome } from "./items.ts";
import type { ItemMeaning } from "./options.ts";
import type { QueryAnswer } from "../plan.ts";

/*
 * Takes the answer to a batch apart: which of its parts is about which item, and what it says of it.
 */

/** A part of an answer that is about an item. */
export interface Part {
  /** Which of the route's lists it stands in, and its place in that. */
  readonly list: number;
  readonly index: number;
  /** The item's place among those that were sent as the part writes it; null: it does not. */
  readonly place: number | null;
  /** Null: it says nothing, or another part says something else. */
  readonly means: ItemMeaning | null;
  /** What its caller gets in its place; null: the part as it is. */
  readonly as: string | null;
  readonly reference: string | null;
}

/** The parts of an answer by the keys of their items, as {@link keyText} writes them. */
export type Parts = ReadonlyMap<string, Part>;

/** A key as one text. */
export function keyText(key: readonly string[]): string {
  return JSON.stringify(key);
}

/** What was sent, in its order: some answers count it. */
export type Sent = readonly Pick<ItemFacts, "key">[];

/** Finds the parts. A part whose key or place cannot be read, or is none of those that were sent, is about nobody. Linear in the answer's length for each list. */
export function partsOf({ outcomes }: Pick<Batch, "outcomes">, answer: QueryAnswer, sent: Sent = []): Parts {
  const found = new Map<string, Part>();
  for (const [list, one] of outcomes.entries()) {
    const parts = one.parts({ bytes: answer.body, contentType: answer.contentType });
    if ("kind" in parts) continue;
    for (const [index, { bytes, contentType }] of parts.entries()) {
      const source = { headers: answer.headers, pathVariables: {}, query: "", body: bytes, contentType };
      const place = placeIn(one, source);
      const key = place === "none" ? null : keyOf(one, source, place, sent);
      if (place === "none" || key === null) continue;
      const meaning = one.means({ status: answer.status, contentType, body: bytes });
      const part: Part = { list, index, place, means: meaning?.means ?? null, as: meaning?.as ?? null, reference: referenceIn(one, source) };
      const before = found.get(key);
      found.set(key, before === undefined || before.means === part.means ? (before ?? part) : { ...before, means: null, as: null });
    }
  }
  return found;
}

function placeIn({ index }: OutcomeList, source: ExtractorSource): number | null | "none" {
  if (index === null) return null;
  const read = index.read(source);
  return (read.kind === "found" ? positionOf(read.text) : null) ?? "none";
}

function keyOf(one: OutcomeList, source: ExtractorSource, place: number | null, sent: Sent): string | null {
  if (place === null) return keyIn(one, source);
  const item = sent[place - 1];
  const key = item === undefined ? null : keyText(item.key);
  return one.key.length === 0 || keyIn(one, source) === key ? key : null;
}

function keyIn({ key }: OutcomeList, source: ExtractorSource): string | null {
  const read = key.map((extractor) => extractor.read(source));
  return read.every((one) => one.kind === "found") ? keyText(read.map(({ text }) => text)) : null;
}

function referenceIn({ reference }: OutcomeList, source: ExtractorSource): string | null {
  const read = reference?.read(source);
  return read?.kind === "found" && read.type !== "null" && read.text !== "" ? read.text : null;
}

/** What becomes of an item by what a part means. */
const OUTCOME: Readonly<Record<ItemMeaning, ItemOutcome>> = { accepted: "accepted", same: "accepted", rejected: "rejected", conflict: "rejected", "not-executed": "unsent" };

/** What an answer says of the items of a batch. */
export interface Split {
  readonly changes: readonly ItemChange[];
  /** Items of which it says nothing, and of which nothing was known before. */
  readonly silent: readonly ItemFacts[];
  /** Items whose number stands for another content at the platform. */
  readonly conflicts: readonly ItemFacts[];
}

/** Splits an answer. What was learnt of an item before stays, but for a word of its acceptance. `until`: wall ms up to which a refused item gets the same no. */
export function splitAnswer(items: readonly Item[], parts: Parts, until: number): Split {
  const changes: ItemChange[] = [];
  const silent: ItemFacts[] = [];
  const conflicts: ItemFacts[] = [];
  for (const item of items) {
    const part = parts.get(keyText(item.key));
    const outcome = part === undefined || part.means === null ? "open" : OUTCOME[part.means];
    if (part?.means === "conflict") conflicts.push(item);
    if (outcome === "open" && item.outcome === "open") silent.push(item);
    if (part === undefined || outcome === "open" || (item.outcome !== "open" && outcome !== "accepted")) continue;
    changes.push({ id: item.id, outcome, reference: part.reference, until: outcome === "rejected" ? until : 0 });
  }
  return { changes, silent, conflicts };
}

/** Counts what became of items; undefined where all were accepted, which the entry says by itself. */
export function countItems(items: readonly Pick<Item, "outcome" | "until">[]): ItemCounts | undefined {
  const count = (outcome: ItemOutcome): number => items.filter((item) => item.outcome === outcome).length;
  const [rejected, unsent] = [count("rejected") + count("closed"), count("unsent")];
  if (rejected + unsent === 0) return undefined;
  const until = items.reduce((soonest, item) => (item.outcome === "rejected" || item.outcome === "closed" ? Math.min(soonest, item.until) : soonest), Infinity);
  return { accepted: items.length - rejected - unsent, rejected, unsent, until: rejected === 0 ? 0 : until };
}

const NOTHING = {};

/**
 * What is written of items with their entry in this state: what was learnt of each apart from it. What is taken in and awaits its
 * verdict follows its entry.
 */
export function itemChanges(items: readonly Item[] | null, state: StateName): { readonly items?: readonly ItemChange[] } {
  if (items === null) return NOTHING;
  const learnt = items.filter(({ outcome, reference }) => outcome !== "open" || reference !== null);
  if (learnt.length === 0) return NOTHING;
  return { items: learnt.map(({ id, outcome, reference, until }) => ({ id, outcome: outcome === "accepted" && state === "provisional" ? "open" : outcome, reference, until })) };
}

/** Items with what was learnt of them. */
export function withChanges(items: readonly Item[], changes: readonly ItemChange[]): Item[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  return items.map((item) => ({ ...item, ...byId.get(item.id) }));
}
