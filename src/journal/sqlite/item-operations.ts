import { type Cell, type Cells, ENDED, type EntryCells, type Reply } from "./cells.ts";
import { type ItemRow, itemCells } from "./items.ts";
import { entryCells, type LiveFile, revisionsOf } from "./live-file.ts";
import { hexOf, key48Of, type Row } from "./row.ts";

/** An item, and the entry that has or had it. */
export interface Holder {
  readonly item: ItemRow;
  readonly entry: Row;
}

/** The items that an insertion writes, as yet without a sequence. */
export function newItemRows(given: string): { readonly item: ItemRow; readonly after: number }[] {
  const items = JSON.parse(given) as [id: string, fingerprint: string, key: readonly string[], after: number][];
  return items.map(([id, fingerprint, key, after], position) => ({
    item: { sequence: 0, position, key48: key48Of(id), id: Buffer.from(id, "hex"), fingerprint: Buffer.from(fingerprint, "hex"), key: JSON.stringify(key), outcome: 0, reference: null, until: 0 },
    after,
  }));
}

/** Every entry that has or had an item, live ones and archived ones. Live rows win, as with entries. */
export function holdersOf({ items, entries, archived }: LiveFile, id: Uint8Array): Holder[] {
  const name = hexOf(id);
  const live = items.find(name).flatMap((item) => {
    const entry = entries.at(item.sequence);
    return entry === null ? [] : [{ item, entry }];
  });
  const old = archived.findItems(name).filter(({ item }) => !live.some((one) => one.item.sequence === item.sequence));
  return old.length === 0 ? live : [...old, ...live];
}

/** All that is known of some items, as rows: how many items, the items, then their entries, each once and without its answer. */
export function holdersCells(file: LiveFile, ids: readonly Uint8Array[]): Cells[] {
  const holders = ids.flatMap((id) => holdersOf(file, id));
  const entries = new Map(holders.map(({ entry }) => [entry.sequence, entry]));
  return [[holders.length], ...holders.map(({ item }) => itemCells(item)), ...[...entries.values()].map((row): EntryCells => entryCells(file, row, false))];
}

/** The items of an entry. */
export function itemsOfEntry(file: LiveFile, id: string, revision: number): Reply {
  const row = revisionsOf(file, id).find((one) => one.revision === revision);
  if (row === undefined) return [ENDED.done, []];
  const live = file.items.of(row.sequence);
  return [ENDED.done, (live.length > 0 ? live : file.archived.itemsOf(row)).map(itemCells)];
}

/** Writes what became of items. */
export function changeItems({ items }: LiveFile, sequence: number, given: string): void {
  const byId = new Map(items.of(sequence).map((row) => [hexOf(row.id), row]));
  for (const [id, outcome, reference, until] of JSON.parse(given) as [string, number, Cell, number][]) {
    const row = byId.get(id);
    if (row !== undefined) items.put({ ...row, outcome, reference: reference as string | null, until });
  }
}
