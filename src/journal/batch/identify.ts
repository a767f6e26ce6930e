import type { ReadParts } from "../../document/each-part.ts";
import type { Extractor, ExtractorSource } from "../../document/extractor.ts";
import type { Content, Unread } from "../../document/reading.ts";
import { digest, entryId, laneOf, overFields, values, type BatchItems, type Identified, type Unidentified } from "../identify.ts";
import type { ItemFacts } from "./items.ts";

/*
 * What tells one batch from another: the keys of its items, in whatever order, and their contents. What stands around the
 * items counts for nothing, because applications date and number their messages.
 */

/** How a route's batches and their items are recognised. */
export interface BatchRecognition {
  readonly site: string;
  readonly operation: string;
  readonly each: ReadParts;
  /** The document that holds the items; null: the body. */
  readonly outer: Extractor | null;
  readonly max: number;
  readonly key: readonly Extractor[];
  /** Of the whole request. */
  readonly scope: readonly Extractor[];
  /** Null: every byte of an item counts. */
  readonly fields: readonly Extractor[] | null;
  readonly lane: readonly Extractor[];
}

/** More values of keys are not kept with the entry: the items have them all. */
const MOST_KEY_VALUES = 100;

/** Recognises a batch. Linear in its length, times the number of extractors. */
export function identifyBatch(how: BatchRecognition, source: ExtractorSource): Identified | Unidentified {
  const scope = values(how.scope, source, "scope");
  if (!Array.isArray(scope)) return scope;
  const lane = values(how.lane, source, "serialBy");
  if (!Array.isArray(lane)) return lane;
  const items = itemsIn(how, source, scope);
  if (!Array.isArray(items)) return items;
  const checked = onceEach(items);
  if ("kind" in checked) return checked;
  const ordered = items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    kind: "identified",
    // A list of lists: no submission that is no batch has the same one.
    id: digest(JSON.stringify([how.site, how.operation, scope, items.map(({ key }) => JSON.stringify(key)).toSorted()])),
    key: items.flatMap(({ key }) => key).slice(0, MOST_KEY_VALUES),
    scope,
    fingerprint: digest(ordered.map(({ id, fingerprint }) => id + fingerprint).join("")),
    lane: laneOf(how.site, scope, lane),
    items: checked,
  };
}

/** The parts of a request that are its items. */
export function partsIn({ each, outer }: Pick<BatchRecognition, "each" | "outer">, source: ExtractorSource): readonly Content[] | Unread {
  if (outer === null) return source.body === null ? { kind: "missing", detail: "no body" } : each({ bytes: source.body, contentType: source.contentType });
  const read = outer.read(source);
  if (read.kind !== "found") return read;
  return read.type === "bytes" ? each({ bytes: read.bytes ?? new Uint8Array(0), contentType: undefined }) : each({ bytes: Buffer.from(read.text), contentType: undefined, text: read.text });
}

function itemsIn(how: BatchRecognition, source: ExtractorSource, scope: readonly string[]): ItemFacts[] | Unidentified {
  const parts = partsIn(how, source);
  if ("kind" in parts) return { kind: parts.kind === "missing" ? "missing" : "unclear", detail: `the items of the batch: ${parts.detail}` };
  if (parts.length === 0) return { kind: "missing", detail: "the batch holds no items" };
  if (parts.length > how.max) return { kind: "unclear", detail: `the batch holds ${parts.length} items, and may hold ${how.max}` };
  const items: ItemFacts[] = [];
  for (const [index, part] of parts.entries()) {
    const own = { ...source, body: part.bytes, contentType: part.contentType };
    const key = values(how.key, own, `key of item ${index + 1}`);
    // A batch of which one item cannot be told is not passed on as if nothing of it could.
    if (!Array.isArray(key)) return { kind: "unclear", detail: key.detail };
    const fingerprint = how.fields === null ? digest(part.bytes) : overFields(how.fields, own);
    if (typeof fingerprint !== "string") return { kind: "unclear", detail: `item ${index + 1}: ${fingerprint.detail}` };
    items.push({ id: entryId(how.site, how.operation, scope, key), key, fingerprint });
  }
  return items;
}

/** The platform would issue what stands there twice as two, or refuse it, and nobody could tell which was meant. */
function onceEach(list: readonly ItemFacts[]): BatchItems | Unidentified {
  const seen = new Map<string, ItemFacts>();
  for (const item of list) {
    const before = seen.get(item.id);
    if (before !== undefined && before.fingerprint !== item.fingerprint) return { list, contradiction: item.key };
    if (before !== undefined) return { kind: "unclear", detail: `the number '${item.key.join(", ")}' stands in the batch twice` };
    seen.set(item.id, item);
  }
  return { list, contradiction: null };
}
