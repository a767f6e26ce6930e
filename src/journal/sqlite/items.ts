import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { ITEM_OUTCOMES, type HeldItem, type Item } from "../batch/items.ts";
import type { Entry } from "../entry.ts";
import type { Cells } from "./cells.ts";
import { namedFault } from "./faults.ts";
import { hexOf, key48Of } from "./row.ts";

/** An item of a batch as it stands in a file, beside the entry of its sequence. */
export interface ItemRow {
  readonly sequence: number;
  readonly position: number;
  readonly key48: number;
  readonly id: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly key: string;
  /** Index in ITEM_OUTCOMES. */
  readonly outcome: number;
  readonly reference: string | null;
  readonly until: number;
}

/** The `items` of one file. */
export interface Items {
  /** Those of an id, in the order of their entries. Throws a StoreFault (corrupt) where a row that may be one of them is damaged. */
  find(id: string): ItemRow[];
  /** Those of an entry, in the order of its batch. Throws as `find`. */
  of(sequence: number): ItemRow[];
  /** Writes a row in the place of the one with its sequence and position, if there is one. */
  put(row: ItemRow): void;
  /** Forgets those of an entry. */
  remove(sequence: number): void;
}

const COLUMNS = "sequence, position, key48, id, fingerprint, key, outcome, reference, until, sum";

/** Statements on the `items` table of an open file. */
export function openItems(database: DatabaseSync): Items {
  const byKey = database.prepare(`SELECT ${COLUMNS} FROM items WHERE key48 = ? ORDER BY sequence`);
  const byEntry = database.prepare(`SELECT ${COLUMNS} FROM items WHERE sequence = ? ORDER BY position`);
  for (const statement of [byKey, byEntry]) statement.setReturnArrays(true);
  const put = database.prepare(`INSERT OR REPLACE INTO items (${COLUMNS}) VALUES (${COLUMNS.replaceAll(/\w+/g, "?")})`);
  const remove = database.prepare("DELETE FROM items WHERE sequence = ?");
  return {
    find: (id) => (byKey.all(key48Of(id)) as unknown as readonly Cells[]).map(itemRowOf).filter((row) => hexOf(row.id) === id),
    of: (sequence) => (byEntry.all(sequence) as unknown as readonly Cells[]).map(itemRowOf),
    put(row) {
      const { sequence, position, key48, id, fingerprint, key, outcome, reference, until } = row;
      put.run(sequence, position, key48, id, fingerprint, key, outcome, reference, until, sumOf(row));
    },
    remove: (sequence) => void remove.run(sequence),
  };
}

/** The row of some cells. Throws a StoreFault (corrupt) where its checksum does not fit. */
export function itemRowOf([sequence, position, key48, id, fingerprint, key, outcome, reference, until, sum]: Cells): ItemRow {
  const row = { sequence, position, key48, id, fingerprint, key, outcome, reference, until } as ItemRow; // the table is STRICT
  if (!(row.id instanceof Uint8Array) || !(row.fingerprint instanceof Uint8Array) || sumOf(row) !== sum) {
    throw namedFault("corrupt", `reading item ${String(position)} of entry number ${String(sequence)}: its checksum does not fit`);
  }
  return row;
}

/** The columns, as {@link itemRowOf} reads them. */
export const ITEM_COLUMNS = COLUMNS;

function sumOf({ sequence, position, key48, id, fingerprint, key, outcome, reference, until }: ItemRow): number {
  return crc32(fingerprint, crc32(id, crc32(`${sequence} ${position} ${key48} ${outcome} ${until}\n${key}\n${reference ?? ""}\n${reference === null ? "-" : "="}`)));
}

/** An item as it goes between the threads: cells of one row. */
export function itemCells({ sequence, id, fingerprint, key, outcome, reference, until }: ItemRow): Cells {
  return [sequence, hexOf(id), hexOf(fingerprint), key, outcome, reference, until];
}

/** An item from such cells. Throws a StoreFault (corrupt). */
export function itemOf([, id, fingerprint, key, outcome, reference, until]: Cells): Item {
  const name = ITEM_OUTCOMES[Number(outcome)];
  if (name === undefined) throw namedFault("corrupt", `reading an item: outcome ${String(outcome)} is not known to this version`);
  return { id: String(id), fingerprint: String(fingerprint), key: JSON.parse(String(key)), outcome: name, reference: reference as string | null, until: Number(until) };
}

/** Items with their entries, the oldest first; what has no entry is passed over. */
export function heldItems(items: readonly Cells[], entries: readonly Entry[]): HeldItem[] {
  const bySequence = new Map(entries.map((entry) => [entry.sequence, entry]));
  return items
    .flatMap((cells) => {
      const entry = bySequence.get(Number(cells[0]));
      return entry === undefined ? [] : [{ ...itemOf(cells), entry }];
    })
    .toSorted((a, b) => a.entry.sequence - b.entry.sequence);
}
