import type { DatabaseSync } from "node:sqlite";
import type { Verification } from "../store.ts";
import { openArchives } from "./archives.ts";
import { unpackAnswer, unpackRequest } from "./blob.ts";
import type { Cells } from "./cells.ts";
import { storeFault } from "./faults.ts";
import { ITEM_COLUMNS, itemRowOf } from "./items.ts";
import { entryCells } from "./live-file.ts";
import { yieldTurn, type ReadFile } from "./read-file.ts";
import { hexOf, type Row, rowOf } from "./row.ts";
import { ENTRY_COLUMNS } from "./schema.ts";
import { boundTo } from "./wire.ts";

/** More faults are not told. */
const MOST_FAULTS = 1000;
const PIECE = 1000;

/** Reads everything: pages and indexes by SQLite's own check, rows and blobs by their checksums, and counts the entries. */
export async function verifyJob(file: ReadFile): Promise<Verification> {
  const faults: string[] = [];
  let entries = 0;
  const tell = (fault: string): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  const archives = openArchives(file.paths);
  for (const { name, database } of [{ name: "journal.sqlite", database: file.database }, ...archives]) {
    entries += await rowsOf(database, (cells) => checkRow(file, cells), (fault) => tell(`${name}: ${fault}`));
    await itemsOf(database, (fault) => tell(`${name}: ${fault}`));
    for (const fault of pagesOf(database)) tell(`${name}: ${fault}`);
  }
  for (const { database } of archives) database.close();
  return { entries, faults };
}

async function rowsOf(database: DatabaseSync, check: (cells: Cells) => string | null, tell: (fault: string) => void): Promise<number> {
  const piece = database.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ${PIECE}`);
  piece.setReturnArrays(true);
  let entries = 0;
  try {
    for (let after = 0, rows: Cells[] = []; ; after = Number(rows.at(-1)?.[0])) {
      rows = piece.all(after) as unknown as Cells[];
      if (rows.length === 0) return entries;
      entries += rows.length;
      for (const cells of rows) {
        const fault = check(cells);
        if (fault !== null) tell(fault);
      }
      await yieldTurn();
    }
  } catch (thrown) {
    tell(storeFault("reading entries", thrown).message); // a damaged page: the rest of the rows cannot be reached
    return entries;
  }
}

/** Items by their checksums, and whether each has its entry. */
async function itemsOf(database: DatabaseSync, tell: (fault: string) => void): Promise<void> {
  const piece = database.prepare(`SELECT ${ITEM_COLUMNS}, EXISTS (SELECT 1 FROM entries WHERE entries.sequence = items.sequence) FROM items WHERE (sequence, position) > (?, ?) ORDER BY sequence, position LIMIT ${PIECE}`);
  piece.setReturnArrays(true);
  try {
    for (let after: Cells = [0, -1]; ; await yieldTurn()) {
      const rows = piece.all(after[0] ?? 0, after[1] ?? 0) as unknown as Cells[];
      for (const cells of rows) {
        const fault = checkItem(cells);
        if (fault !== null) tell(fault);
      }
      if (rows.length < PIECE) return;
      after = rows.at(-1) ?? after;
    }
  } catch (thrown) {
    tell(storeFault("reading items", thrown).message);
  }
}

function checkItem(cells: Cells): string | null {
  try {
    const { sequence, position } = itemRowOf(cells);
    return cells.at(-1) === 1 ? null : `item ${position} of entry number ${sequence}: there is no such entry`;
  } catch (thrown) {
    return storeFault("reading items", thrown).message;
  }
}

function checkRow(file: ReadFile, cells: Cells): string | null {
  try {
    const row = rowOf(cells);
    const [, , , , , , , , , , , , , , , , , , , , , packed] = entryCells(file, row);
    const bound = boundTo(hexOf(row.id), row.revision);
    if (packed !== null && unpackAnswer(packed, null, bound) === null) return `entry ${bound}: its answer is damaged`;
    return checkRequest(file, row, bound);
  } catch (thrown) {
    return storeFault("reading entries", thrown).message;
  }
}

function checkRequest({ requests, vault }: ReadFile, row: Row, bound: string): string | null {
  const content = requests.get(row.sequence);
  if (content === null) return row.fields === null ? null : `entry ${bound}: the body of its request is missing`;
  const open = vault.openRequest(row.fields, content, bound);
  return open !== null && unpackRequest(open.fields, open.content, null, bound) !== null ? null : `entry ${bound}: its request is damaged, or its key is not configured`;
}

/** Compares the indexes by which keys are found with entries and items: a damaged one would make a known key look new. Reads no bodies. */
export async function checkKeysJob(file: ReadFile): Promise<readonly string[]> {
  await yieldTurn();
  return [...pagesOf(file.database, "entries"), ...pagesOf(file.database, "items")];
}

/** Unlike `quick_check` this compares indexes with their tables: a damaged index would hide an entry. */
function pagesOf(database: DatabaseSync, part: string | number = MOST_FAULTS): string[] {
  try {
    const told = database.prepare(`PRAGMA integrity_check(${part})`).all().map((row) => String(row["integrity_check"]));
    return told.length === 1 && told[0] === "ok" ? [] : told;
  } catch (thrown) {
    return [storeFault("checking pages", thrown).message];
  }
}

