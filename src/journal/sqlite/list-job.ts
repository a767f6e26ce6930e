import type { DatabaseSync } from "node:sqlite";
import { openArchives } from "./archives.ts";
import type { Cells, EntryCells } from "./cells.ts";
import type { Jobs } from "./jobs.ts";
import { type Condition, conditionsOf, WINDOW, windowSql, windowValues } from "./list-entries.ts";
import { entryCells } from "./live-file.ts";
import { yieldTurn, type ReadFile } from "./read-file.ts";
import { rowOf } from "./row.ts";
import { ENTRY_COLUMNS } from "./schema.ts";

/** Blobs are not read for a list; the marker of a large answer is. */
const COLUMNS = ENTRY_COLUMNS.replace("fields, answer", "NULL, CASE typeof(answer) WHEN 'blob' THEN x'00' ELSE answer END");

/** Entries in the order of claims, of the live file and the archives. Damaged rows are passed over: `verify` tells of them. */
export async function listJob(file: ReadFile, { filter, limit }: Jobs["list"]["in"]): Promise<Jobs["list"]["out"]> {
  const conditions = conditionsOf(filter, file.names);
  if (conditions.length === 0) return { rows: [], next: null };
  const found = new Map<number, EntryCells>();
  const after = filter.after ?? 0;
  const take = async (database: DatabaseSync): Promise<void> => {
    for (const condition of conditions) {
      for (const cells of await matches(database, condition, after, limit + 1)) {
        const entry = readable(file, cells);
        // The live row is the later one, and wins.
        if (entry !== null && !found.has(entry[0])) found.set(entry[0], entry);
      }
    }
  };
  // Live first: what moves meanwhile is then found in its archive, and nothing is in neither.
  await take(file.database);
  const archives = conditions.every(({ index }) => index !== null) ? [] : openArchives(file.paths, filter.from, filter.to);
  try {
    for (const { database } of archives) await take(database);
  } finally {
    for (const { database } of archives) database.close();
  }
  const rows = [...found.values()].toSorted((a, b) => a[0] - b[0]);
  return { rows: rows.slice(0, limit), next: rows.length > limit ? (rows[limit - 1]?.[0] ?? null) : null };
}

async function matches(database: DatabaseSync, condition: Condition, after: number, limit: number): Promise<Cells[]> {
  const statement = database.prepare(windowSql(COLUMNS, condition));
  statement.setReturnArrays(true);
  const last = Number(database.prepare("SELECT max(sequence) AS last FROM entries").get()?.["last"] ?? 0);
  const found: Cells[] = [];
  // With an index one look is enough, however far apart they are.
  const step = condition.index !== null ? Math.max(1, last - after) : WINDOW;
  for (let from = after; from < last && found.length < limit; from += step) {
    found.push(...(statement.all(...windowValues(from, from + step, condition, limit - found.length)) as unknown as Cells[]));
    await yieldTurn();
  }
  return found;
}

function readable(file: ReadFile, cells: Cells): EntryCells | null {
  try {
    return entryCells(file, rowOf(cells), false);
  } catch {
    return null;
  }
}
