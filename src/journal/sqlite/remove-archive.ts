import { rmSync } from "node:fs";
import { STATES } from "../entry.ts";
import { archivedMonths, archivePath, keysPath, keyYears, openArchive, openKeys } from "./archives.ts";
import { type Month, monthOf, yearOf } from "./month.ts";
import type { Paths } from "./paths.ts";
import type { ReadFile } from "./read-file.ts";

/** Removes the oldest archive if nothing in it has changed since `before` (wall ms); entries by state that went, or null. */
export function removeArchive({ paths }: ReadFile, before: number): number[] | null {
  if (!Number.isFinite(before)) return null;
  const [month] = archivedMonths(paths);
  removeKeys(paths, yearOf(monthOf(before)));
  if (month === undefined || month >= monthOf(before)) return null;
  const archive = openArchive(paths, month);
  const counted = countOld(archive, before);
  archive.close();
  if (counted === null) return null;
  // First the word that it has gone: a key that leads to a missing archive is a fault otherwise.
  markRemoved(paths, month);
  removeDatabase(archivePath(paths, month));
  return counted;
}

/** Keys of years before this one, of which no archive is left. */
function removeKeys(paths: Paths, year: number): void {
  const left = new Set(archivedMonths(paths).map(yearOf));
  for (const old of keyYears(paths)) if (old < year && !left.has(old)) removeDatabase(keysPath(paths, old));
}

function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
}

function countOld(archive: ReturnType<typeof openArchive>, before: number): number[] | null {
  const counted = STATES.map(() => 0);
  for (const row of archive.prepare("SELECT state, count(*) AS entries, max(updated) AS updated FROM entries GROUP BY state").all()) {
    if (Number(row["updated"]) >= before) return null;
    counted[Number(row["state"])] = Number(row["entries"]);
  }
  return counted;
}

function markRemoved(paths: Paths, month: Month): void {
  const keys = openKeys(paths, month);
  try {
    keys.prepare("INSERT OR IGNORE INTO removed (month) VALUES (?)").run(month);
  } finally {
    keys.close();
  }
}
