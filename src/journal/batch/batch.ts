import { NO_KEYS, type KeyLookUp } from "../../base/secret-keys.ts";
import { compileCondition, type JudgedAnswer } from "../../document/answer-condition.ts";
import { compileEach, type EachPartOptions, type ReadParts } from "../../document/each-part.ts";
import { compileExtractor, type Extractor } from "../../document/extractor.ts";
import type { ItemList } from "../../document/item-list.ts";
import { jsonList } from "../../document/json-list.ts";
import { sourceText } from "../../document/source-text.ts";
import { xmlList } from "../../document/xml-list.ts";
import { parseXmlPath } from "../../document/xml-path.ts";
import type { BatchRecognition } from "./identify.ts";
import type { Recognition } from "../identify.ts";
import type { ItemMeaning, ItemsOptions } from "./options.ts";

/*
 * What a route says of its batches, ready to be used.
 */

/** A list in an answer whose parts tell what became of items. */
export interface OutcomeList {
  readonly place: ListPlace;
  readonly parts: ReadParts;
  /** Empty where the place alone tells it. */
  readonly key: readonly Extractor[];
  /** The item's place among those that were sent, from 1; null: no part says it. */
  readonly index: Extractor | null;
  /** Null: the part says nothing. */
  readonly means: (part: JudgedAnswer) => Meaning | null;
  readonly reference: Extractor | null;
}

/** What a part means; `as` is what its caller gets in its place. */
export interface Meaning {
  readonly means: ItemMeaning;
  readonly as: string | null;
}

/** Where a list stands in a text. */
export interface ListPlace {
  readonly format: "json" | "xml";
  /** Null where it cannot be written again; see {@link jsonList} and {@link xmlList}. */
  readonly find: (text: string) => ItemList | null;
}

/** See the top of this file. */
export interface Batch {
  readonly recognition: BatchRecognition;
  /** A batch with known and new items is taken apart; else it is refused. */
  readonly perItem: boolean;
  readonly outcomes: readonly OutcomeList[];
  /** The body with these of its `count` items alone, by their places from 0; null where it cannot be written again with certainty. */
  readonly subset: (body: Uint8Array, contentType: string | undefined, keep: ReadonlySet<number>, count: number) => Uint8Array | null;
}

/** Compiles a route's `items`; `how` says what is done, where, and in which lanes. */
export function compileBatch(options: ItemsOptions, how: Pick<Recognition, "site" | "operation" | "lane">, keys: KeyLookUp = NO_KEYS): Batch {
  const extractors = (list: ItemsOptions["key"]): Extractor[] => list.map((one) => compileExtractor(one, keys));
  const place = listPlace(options.each);
  return {
    recognition: {
      site: how.site,
      operation: how.operation,
      lane: how.lane,
      each: compileEach(options.each),
      outer: options.in === undefined ? null : compileExtractor(options.in, keys),
      max: options.max,
      key: extractors(options.key),
      scope: extractors(options.scope),
      fields: options.fingerprint.over === "bytes" ? null : extractors(options.fingerprint.fields),
    },
    perItem: options.policy === "perItem",
    outcomes: options.outcomes.map((one) => ({
      place: listPlace(one.each),
      parts: compileEach(one.each),
      key: extractors(one.key),
      index: one.index === undefined ? null : compileExtractor(one.index, keys),
      means: compileMeaning(one.is, keys),
      reference: one.reference === undefined ? null : compileExtractor(one.reference, keys),
    })),
    subset: (body, contentType, keep, count) => subset(place, body, contentType, keep, count),
  };
}

function listPlace({ json, xml = "", namespaces }: EachPartOptions): ListPlace {
  if (json !== undefined) return { format: "json", find: (text) => jsonList(text, json) };
  const path = parseXmlPath(xml, namespaces);
  return { format: "xml", find: (text) => (path === null ? null : xmlList(text, path)) };
}

function compileMeaning(is: ItemsOptions["outcomes"][number]["is"], keys: KeyLookUp): OutcomeList["means"] {
  if (typeof is === "string") {
    const meaning: Meaning = { means: is, as: null };
    return () => meaning;
  }
  const rules = is.map(({ when, means, as = null }) => ({ matches: compileCondition(when, keys).matches, means, as }));
  return (part) => rules.find(({ matches }) => matches(part)) ?? null;
}

function subset({ format, find }: ListPlace, body: Uint8Array, contentType: string | undefined, keep: ReadonlySet<number>, count: number): Uint8Array | null {
  const source = sourceText(body, contentType, format);
  const list = source === null ? null : find(source.text);
  // One that finds other items than those that were recognised must not choose among them.
  return source === null || list?.count !== count ? null : source.encode(list.only(keep));
}
