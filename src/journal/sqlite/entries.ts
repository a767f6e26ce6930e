import type { DatabaseSync } from "node:sqlite";
import type { Cells } from "./cells.ts";
import { cellsOf, hexOf, key48Of, type Row, rowOf, rowSum } from "./row.ts";
import { ENTRY_COLUMNS } from "./schema.ts";

/** The `entries` of one file. */
export interface Entries {
  /** All revisions of an id, the oldest first. Throws a StoreFault (corrupt) where a row that may be one of them is damaged. */
  find(id: string): Row[];
  /** The one of a sequence; null without it. Throws as `find`. */
  at(sequence: number): Row | null;
  /** Writes a row in the place of the one with its sequence, if there is one. */
  put(row: Row): void;
}

/** Statements on the `entries` table of an open file. */
export function openEntries(database: DatabaseSync): Entries {
  const byKey = database.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE key48 = ? ORDER BY revision`);
  const bySequence = database.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE sequence = ?`);
  for (const statement of [byKey, bySequence]) statement.setReturnArrays(true);
  const put = database.prepare(`INSERT OR REPLACE INTO entries (${ENTRY_COLUMNS}) VALUES (${ENTRY_COLUMNS.replaceAll(/\w+/g, "?")})`);
  return {
    find(id) {
      const found = byKey.all(key48Of(id)) as unknown as readonly Cells[];
      // The checksum is looked at before the id: a damaged id must not make an entry invisible.
      return found.length === 0 ? [] : found.map(rowOf).filter((row) => hexOf(row.id) === id);
    },
    at(sequence) {
      const found = bySequence.get(sequence) as unknown as Cells | undefined;
      return found === undefined ? null : rowOf(found);
    },
    put: (row) => void put.run(...cellsOf(row)),
  };
}

/** The statements that only the live file needs. */
export interface LiveEntries extends Entries {
  insert(row: Row): void;
  /** Writes what may change of a row. */
  update(row: Row): void;
}

const CHANGING = "state, owner, endpoint, fence, attempts, updated, detail, sum, fields, answer";

/** See {@link LiveEntries}. */
export function openLiveEntries(database: DatabaseSync): LiveEntries {
  const insert = database.prepare(`INSERT INTO entries (${ENTRY_COLUMNS}) VALUES (${ENTRY_COLUMNS.replaceAll(/\w+/g, "?")})`);
  const update = database.prepare(`UPDATE entries SET ${CHANGING.replaceAll(/\w+/g, "$& = ?")} WHERE sequence = ?`);
  return {
    ...openEntries(database),
    insert: (row) => void insert.run(...cellsOf(row)),
    update: (row) =>
      void update.run(row.state, row.owner, row.endpoint, row.fence, row.attempts, row.updated, row.detail, rowSum(row), row.fields, row.answer, row.sequence),
  };
}
