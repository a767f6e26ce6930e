import * as fs from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { namedFault, storeFault } from "./faults.ts";
import { ensureDirectory, pathsOf } from "./paths.ts";
import { LIVE_STEPS, openDatabase } from "./schema.ts";

/*
 * Puts a backup in the journal's place. The copy is made and checked beside it first; then the old files go aside and the
 * new ones take their names, so that a crash in between leaves either journal whole, and nothing is ever overwritten. The
 * witness stays as it is: it notices at the next start that the journal is older.
 */

/** What was put in place. */
export interface Restored {
  /** Where the old files are now; null where there were none. */
  readonly aside: string | null;
  /** Archives beside the live file. */
  readonly archives: number;
}

const MAGIC = "SQLite format 3\0";

/**
 * Restores `backup` (made by {@link backupStore}, with its `.archive` folder beside it) into the store's `directory`. Old
 * files go to `aside`, which must not exist. Nobody may have the store open. Throws an OperatorError.
 */
export function restoreBackup(directory: string, backup: string, aside: string): Restored {
  const activity = `restoring '${backup}'`;
  const draft = `${aside}.new`;
  try {
    if (fs.existsSync(aside) || fs.existsSync(draft)) throw new OperatorError(`${activity}: '${aside}' exists already: try again in a second`);
    if (!isDatabase(backup)) throw new OperatorError(`${activity}: it is not a backup of a journal`);
    const archives = copyAll(backup, draft);
    check(pathsOf(draft).live);
    return { aside: swap(directory, draft, aside), archives };
  } catch (fault) {
    if (fault instanceof OperatorError) throw fault;
    throw new OperatorError(storeFault(activity, fault).message);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

function isDatabase(file: string): boolean {
  const handle = fs.openSync(file, "r");
  try {
    const head = Buffer.alloc(MAGIC.length);
    fs.readSync(handle, head, 0, head.length, 0);
    return head.toString("latin1") === MAGIC;
  } finally {
    fs.closeSync(handle);
  }
}

function copyAll(backup: string, draft: string): number {
  const { live, archives } = pathsOf(draft);
  ensureDirectory(draft);
  copyDurably(backup, live);
  const from = `${backup}.archive`;
  const names = fs.existsSync(from) ? fs.readdirSync(from).filter((name) => name.endsWith(".sqlite")) : [];
  if (names.length > 0) ensureDirectory(archives);
  for (const name of names) copyDurably(join(from, name), join(archives, name));
  return names.length;
}

function copyDurably(from: string, to: string): void {
  fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
  fs.chmodSync(to, 0o600);
  const handle = fs.openSync(to, "r+");
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

/** Of the copy: what is put in place can be opened, is ours, and its pages are whole. */
function check(file: string): void {
  const database = openDatabase(file, { steps: LIVE_STEPS, cacheKiB: 16_384 });
  try {
    const told = String(Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0]);
    if (told !== "ok") throw namedFault("corrupt", `checking pages: ${told}`);
  } finally {
    database.close();
  }
}

function swap(directory: string, draft: string, aside: string): string | null {
  ensureDirectory(directory);
  // The log of the old file must not be taken for one of the new.
  const names = ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "archive"];
  const old = names.filter((name) => fs.existsSync(join(directory, name)));
  if (old.length > 0) ensureDirectory(aside);
  for (const name of old.toReversed()) fs.renameSync(join(directory, name), join(aside, name));
  // The live file last: a journal without its archives would be taken for a whole one.
  for (const name of names.toReversed()) if (fs.existsSync(join(draft, name))) fs.renameSync(join(draft, name), join(directory, name));
  for (const path of [directory, ...(old.length > 0 ? [aside] : [])]) sync(path);
  return old.length > 0 ? aside : null;
}

function sync(directory: string): void {
  if (process.platform === "win32") return;
  const handle = fs.openSync(directory, "r");
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}
