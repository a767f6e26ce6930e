import { openArchive, openKeys } from "./archives.ts";
import type { Cells } from "./cells.ts";
import { openEntries } from "./entries.ts";
import { openItems } from "./items.ts";
import type { Archiving, Jobs } from "./jobs.ts";
import { type Month, monthOf } from "./month.ts";
import type { ReadFile } from "./read-file.ts";
import { removeArchive } from "./remove-archive.ts";
import { hexOf, type Row, rowOf } from "./row.ts";
import { ENTRY_COLUMNS, isOpenState } from "./schema.ts";
import { boundTo } from "./wire.ts";

/** Entries looked at in one piece of work. */
const PIECE = 500;

/**
 * A piece of forgetting: removes an archive that is beyond its time, or copies entries whose outcome has been known for
 * long enough, with their items, into the archives of their months. Copies are durable at the return; the writer deletes the originals then.
 */
export async function archivePiece(file: ReadFile, { retention, wall }: Jobs["archive"]["in"]): Promise<Archiving> {
  const removed = removeArchive(file, wall - retention.outcome);
  if (removed !== null) return { copied: [], removed, more: true };
  const before = wall - Math.min(retention.bodies, retention.outcome);
  const cells = pieceOf(file);
  const last = cells.at(-1);
  const rows = cells.flatMap((cells) => readable(cells)).filter((row) => !isOpenState(row.state) && row.updated < before);
  for (const [month, entries] of Map.groupBy(rows, ({ created }) => monthOf(created))) copy(file, month, entries);
  const done = last === undefined || cells.length < PIECE || created(cells[0]) >= before;
  file.archivedTo = done ? 0 : Number(last[0]);
  return { copied: rows.flatMap(({ sequence, updated }) => [sequence, updated]), removed: [], more: !done };
}

const created = (cells: Cells | undefined): number => Number(cells?.[CREATED]);
const CREATED = ENTRY_COLUMNS.split(", ").indexOf("created");

function pieceOf({ database, archivedTo }: ReadFile): readonly Cells[] {
  const piece = database.prepare(`SELECT ${ENTRY_COLUMNS} FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ${PIECE}`);
  piece.setReturnArrays(true);
  return piece.all(archivedTo) as unknown as readonly Cells[];
}

/** A damaged row stays where it is: nobody can say what it holds. */
function readable(cells: Cells): Row[] {
  try {
    return [rowOf(cells)];
  } catch {
    return [];
  }
}

/** First the entries, then the keys that lead to them, each of them durable; what was copied before is overwritten. */
function copy(file: ReadFile, month: Month, rows: readonly Row[]): void {
  const archive = openArchive(file.paths, month);
  const items = rows.flatMap(({ sequence }) => file.items.of(sequence));
  try {
    const entries = openEntries(archive);
    const archivedItems = openItems(archive);
    archive.exec("BEGIN IMMEDIATE");
    copyNames(file, archive);
    for (const row of rows) entries.put({ ...row, fields: null, answer: archivedAnswer(file, row) });
    for (const item of items) archivedItems.put(item);
    archive.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    archive.close();
  }
  const keys = openKeys(file.paths, month);
  try {
    const put = keys.prepare("INSERT OR IGNORE INTO keys (key48, month) VALUES (?, ?)");
    keys.exec("BEGIN IMMEDIATE");
    for (const { key48 } of [...rows, ...items].toSorted((a, b) => a.key48 - b.key48)) put.run(key48, month);
    keys.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    keys.close();
  }
}

/** Large answers go with the bodies. */
function archivedAnswer({ vault }: ReadFile, { answer, id, revision }: Row): Uint8Array | null {
  return answer === null || answer === 1 ? null : (vault.archiveAnswer(answer, boundTo(hexOf(id), revision)) ?? answer);
}

/** An archive has all the names, so that it can be read without the live file. */
function copyNames({ database }: ReadFile, archive: ReturnType<typeof openArchive>): void {
  const have = Number(archive.prepare("SELECT max(id) AS last FROM names").get()?.["last"] ?? 0);
  const put = archive.prepare("INSERT OR IGNORE INTO names (id, text, sum) VALUES (?, ?, ?)");
  for (const row of database.prepare("SELECT id, text, sum FROM names WHERE id > ?").all(have)) put.run(Number(row["id"]), String(row["text"]), Number(row["sum"]));
}
