import * as fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Month, monthFrom, monthOf, monthText, yearOf } from "./month.ts";
import { ensureDirectory, ensurePrivateFile, type Paths } from "./paths.ts";
import { ARCHIVE_STEPS, KEYS_STEPS, openDatabase } from "./schema.ts";

/*
 * Entries whose outcome is known live on in one file a month, by their creation. Which month holds a key stands in one
 * file a year, so that the look-up of a new key costs one descent of a tree for each year, however many months there are.
 */

/** An archive, open. */
export interface OpenArchive {
  readonly name: string;
  readonly month: Month;
  readonly database: DatabaseSync;
}

/** KiB of pages kept for a file of either kind. */
const CACHE = 512;

/** Names of all files, for a copy. */
export function archiveFiles(paths: Paths): string[] {
  return fs.existsSync(paths.archives) ? fs.readdirSync(paths.archives).filter((name) => name.endsWith(".sqlite")).toSorted() : [];
}

/** The months that have an archive, the oldest first. */
export function archivedMonths(paths: Paths): Month[] {
  return archiveFiles(paths).flatMap((name) => monthFrom(/^journal-(.*)\.sqlite$/.exec(name)?.[1] ?? "") ?? []).toSorted((a, b) => a - b);
}

/** The years that have a file of keys. */
export function keyYears(paths: Paths): number[] {
  return archiveFiles(paths).flatMap((name) => {
    const year = /^keys-([0-9]+)\.sqlite$/.exec(name)?.[1];
    return year === undefined ? [] : [Number(year)];
  });
}

/** Path of a month's archive. */
export function archivePath(paths: Paths, month: Month): string {
  return join(paths.archives, `journal-${monthText(month)}.sqlite`);
}

/** Opens those that may hold entries made in [from, to), wall ms, the oldest first. Their user closes them. */
export function openArchives(paths: Paths, from?: number, to?: number): OpenArchive[] {
  const [first, last] = [from === undefined ? 0 : monthOf(from), to === undefined ? Infinity : monthOf(to)];
  return archivedMonths(paths)
    .filter((month) => month >= first && month <= last)
    .map((month) => ({ name: `journal-${monthText(month)}.sqlite`, month, database: openArchive(paths, month) }));
}

/** Opens a month's archive; makes it where it is missing. */
export function openArchive(paths: Paths, month: Month): DatabaseSync {
  return openOf(paths, archivePath(paths, month), ARCHIVE_STEPS);
}

/** Path of the keys of a year. */
export function keysPath(paths: Paths, year: number): string {
  return join(paths.archives, `keys-${year}.sqlite`);
}

/** Opens the keys of a month's year; makes them where they are missing. */
export function openKeys(paths: Paths, month: Month): DatabaseSync {
  return openOf(paths, keysPath(paths, yearOf(month)), KEYS_STEPS);
}

function openOf(paths: Paths, file: string, steps: readonly string[]): DatabaseSync {
  ensureDirectory(paths.archives);
  ensurePrivateFile(file);
  return openDatabase(file, { steps, cacheKiB: CACHE });
}
