import { sourceText, type SourceText } from "../../document/source-text.ts";
import { headerValue, withoutFields } from "../../http/headers.ts";
import type { Decode } from "../attempt.ts";
import type { Batch } from "./batch.ts";
import { keyText, partsOf, type Parts, type Sent } from "./split.ts";
import type { Entry, StoredAnswer } from "../entry.ts";
import type { Item, ItemFacts } from "./items.ts";
import type { Store } from "../store.ts";

/*
 * One answer out of several: each item's part as the platform wrote it, in the newest of the answers. What that one says
 * beside the parts stays.
 */

/** An entry with what it has of a batch. */
export interface Composed {
  readonly entry: Entry;
  readonly items: readonly Item[];
  /** All that was sent with it, where its answer counts them. */
  readonly sent?: Sent;
}

interface Piece {
  readonly answer: StoredAnswer;
  readonly text: SourceText;
  readonly parts: Parts;
}

/** Larger answers are not taken apart. */
const MOST_BYTES = 10_000_000;
const ENCODING: ReadonlySet<string> = new Set(["content-encoding"]);

/**
 * Composes the answer about `items`, in their order. `sources` are the entries that have them, the oldest first. Null where the
 * part of an item is not kept, or cannot be put into the newest answer with certainty.
 */
export async function composeAnswer(batch: Batch, items: readonly ItemFacts[], sources: readonly Composed[], decode: Decode): Promise<StoredAnswer | null> {
  const byItem = new Map<string, Piece>();
  let newest: Piece | null = null;
  for (const { entry, items: own, sent = [] } of sources) {
    newest = await pieceOf(batch, entry, sent, decode);
    if (newest === null) return null;
    for (const { id } of own) byItem.set(id, newest);
  }
  const lists = newest === null ? null : partsIn(batch, items, byItem);
  return newest === null || lists === null ? null : written(batch, newest, lists);
}

async function pieceOf(batch: Batch, { answer }: Entry, sent: Sent, decode: Decode): Promise<Piece | null> {
  if (answer === null) return null;
  const coding = headerValue(answer.headers, "content-encoding")?.trim().toLowerCase() ?? "";
  const body = coding === "" || coding === "identity" ? answer.body : await decode(coding, answer.body, MOST_BYTES);
  if (body === null || body.byteLength > MOST_BYTES) return null;
  const contentType = headerValue(answer.headers, "content-type");
  const text = sourceText(body, contentType, batch.outcomes[0]?.place.format ?? "json");
  return text === null ? null : { answer, text, parts: partsOf(batch, { status: answer.status, headers: answer.headers, contentType, body }, sent) };
}

/** For each of the route's lists the parts that stand in it; null where an item has none. */
function partsIn(batch: Batch, items: readonly ItemFacts[], byItem: ReadonlyMap<string, Piece>): string[][] | null {
  const lists: string[][] = batch.outcomes.map(() => []);
  const found = new Map<Piece, ReturnType<typeof batch.outcomes[number]["place"]["find"]>[]>();
  for (const [at, { id, key }] of items.entries()) {
    const piece = byItem.get(id);
    const part = piece?.parts.get(keyText(key));
    if (piece === undefined || part === undefined) return null;
    // It counts what was sent: where that was another batch its caller would take it for another item's.
    if (part.place !== null && part.place !== at + 1) return null;
    const inPiece = found.get(piece) ?? batch.outcomes.map(({ place }) => place.find(piece.text.text));
    found.set(piece, inPiece);
    const list = inPiece[part.list];
    // The list was found in two ways: where they differ nobody can say which part it is.
    if (list === null || list === undefined || part.index >= list.count) return null;
    lists[part.list]?.push(list.part(part.index));
  }
  return lists;
}

function written(batch: Batch, { answer, text }: Piece, lists: readonly (readonly string[])[]): StoredAnswer | null {
  let whole = text.text;
  for (const [index, { place }] of batch.outcomes.entries()) {
    const parts = lists[index] ?? [];
    const list = place.find(whole);
    if (list === null && parts.length > 0) return null;
    whole = list?.filled(parts) ?? whole;
  }
  const body = text.encode(whole);
  return body === null ? null : { status: answer.status, headers: withoutFields(answer.headers, ENCODING), body };
}

/** Composes it out of what the store has; see {@link composeAnswer}. Rejects with a StoreFault. */
export async function composeFrom({ store, decode }: { readonly store: Pick<Store, "holders" | "items">; readonly decode: Decode }, batch: Batch, items: readonly ItemFacts[], entries: readonly Entry[]): Promise<StoredAnswer | null> {
  const holders = await store.holders(items.map(({ id }) => id));
  const fingerprints = new Map(items.map(({ id, fingerprint }) => [id, fingerprint]));
  // Of two that have an item the one with this content counts, and else the newer one.
  const own = ({ id, fingerprint }: Item): boolean => fingerprints.get(id) === fingerprint;
  const isCounted = batch.outcomes.some(({ index }) => index !== null);
  const sources: Composed[] = [];
  for (const entry of entries.toSorted((a, b) => a.sequence - b.sequence)) {
    const sent = isCounted ? await store.items(entry.id, entry.revision) : [];
    sources.push({ entry, sent, items: holders.filter((held) => held.entry.sequence === entry.sequence) });
  }
  const certain = new Set(sources.flatMap((source) => source.items.filter(own).map(({ id }) => id)));
  return composeAnswer(batch, items, sources.map((source) => ({ ...source, items: source.items.filter((item) => own(item) || !certain.has(item.id)) })), decode);
}
