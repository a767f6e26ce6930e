import { existsSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { archivePath, keyYears, openArchive, openKeys } from "./archives.ts";
import { type Entries, openEntries } from "./entries.ts";
import { namedFault } from "./faults.ts";
import type { Month } from "./month.ts";
import type { Paths } from "./paths.ts";
import { key48Of, type Row } from "./row.ts";

/** Entries that have left the live file. */
export interface Archived {
  /** All revisions of an id that are archived, the oldest first. */
  find(id: string): Row[];
  /** Another thread has written to them. */
  refresh(): void;
  close(): void;
}

/** Archives that are kept open; what is asked for again is mostly of one month. */
const OPEN_ARCHIVES = 3;

interface Keys {
  readonly database: DatabaseSync;
  readonly find: StatementSync;
  readonly removed: StatementSync;
}

/** The writer's look-ups in archives. `refresh` once another thread has written there. */
export function createArchived(paths: Paths): Archived {
  let years = new Map<number, Keys>();
  let months = new Map<Month, { readonly database: DatabaseSync; readonly entries: Entries }>();

  function refresh(): void {
    close();
    years = new Map(keyYears(paths).map((year) => [year, keysOf(openKeys(paths, year * 12))]));
  }

  function entriesOf(month: Month): Entries {
    const known = months.get(month);
    if (known !== undefined) return known.entries;
    // Made anew it would be empty, and every key of the month free again.
    if (!existsSync(archivePath(paths, month))) throw namedFault("corrupt", `reading an archive: '${archivePath(paths, month)}' is missing`);
    for (const [oldest, { database }] of months) {
      if (months.size < OPEN_ARCHIVES) break;
      database.close();
      months.delete(oldest);
    }
    const database = openArchive(paths, month);
    const entries = openEntries(database);
    months.set(month, { database, entries });
    return entries;
  }

  function close(): void {
    for (const { database } of [...years.values(), ...months.values()]) database.close();
    years = new Map();
    months = new Map();
  }

  refresh();
  return {
    find(id) {
      if (years.size === 0) return [];
      const found: Row[] = [];
      for (const { find, removed } of years.values()) {
        for (const { month } of find.all(key48Of(id)) as unknown as { month: Month }[]) {
          if (removed.get(month) === undefined) found.push(...entriesOf(month).find(id));
        }
      }
      return found;
    },
    refresh,
    close,
  };
}

function keysOf(database: DatabaseSync): Keys {
  return { database, find: database.prepare("SELECT month FROM keys WHERE key48 = ?"), removed: database.prepare("SELECT 1 FROM removed WHERE month = ?") };
}
