import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeEmptyFile, mayWrite, strangersText } from "./file-owners.ts";
import { ensurePrivateDirectory, readBounded, writeAtomic } from "./files.ts";
import type { Stoppable } from "./lifetime.ts";

/** The lock of a state directory, or why it cannot be had: who has it, or what the disk says. */
export type StateLock = { readonly ok: true; readonly lock: Stoppable } | { readonly ok: false; readonly why: string };

const SQLITE_BUSY = 5;

/** Garbage collection closes a database that nobody can reach any more, and the lock would go with it unnoticed. */
const held = new Set<DatabaseSync>();

/**
 * Takes a state directory for this process alone, making it where needed. The lock is an exclusive transaction on an empty
 * SQLite file: the system itself lets go of it when the process ends, however it ends. Whoever has it is written beside.
 */
export function lockState(directory: string): StateLock {
  const made = ensurePrivateDirectory(directory);
  if (!made.ok) return { ok: false, why: made.reason };
  const [ownerFile, file] = [join(directory, "owner"), join(directory, "lock.sqlite")];
  let database: DatabaseSync | null = null;
  try {
    // Before SQLite makes it, so that it belongs to the owner of the directory.
    makeEmptyFile(file);
    // SQLite would read a file that it may not write, and lock nobody out.
    if (!mayWrite(file)) return { ok: false, why: strangersText([directory, file]) ?? `writing '${file}': permission denied` };
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    writeAtomic(ownerFile, `process ${process.pid} on ${hostname()}\n`);
  } catch (fault) {
    database?.close();
    return { ok: false, why: isBusy(fault) ? `in use by ${readOwner(ownerFile)}` : (strangersText([directory, file]) ?? (fault instanceof Error ? fault.message : String(fault))) };
  }
  return { ok: true, lock: release(database) };
}

function release(database: DatabaseSync): Stoppable {
  held.add(database);
  return {
    stop() {
      held.delete(database);
      if (database.isOpen) database.close();
    },
  };
}

function isBusy(fault: unknown): boolean {
  return fault instanceof Error && "errcode" in fault && (Number(fault.errcode) & 0xff) === SQLITE_BUSY;
}

function readOwner(path: string): string {
  const read = readBounded(path, 1024);
  return read.ok ? Buffer.from(read.bytes).toString("utf8").trim() : "another process";
}
