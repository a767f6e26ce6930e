import { existsSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { archivePath, keyYears, openArchive, openKeys } from "./archives.ts";
import { type Entries, openEntries } from "./entries.ts";
import { namedFault } from "./faults.ts";
import { type ItemRow, type Items, openItems } from "./items.ts";
import { type Month, monthOf } from "./month.ts";
import type { Paths } from "./paths.ts";
import { key48Of, type Row } from "./row.ts";

/** Entries that have left the live file. */
export interface Archived {
  /** All revisions of an id that are archived, the oldest first. */
  find(id: string): Row[];
  /** Items of an id with their entries. */
  findItems(id: string): { readonly item: ItemRow; readonly entry: Row }[];
  /** The items of an archived entry. */
  itemsOf(entry: Row): ItemRow[];
  /** Another thread has written to them. */
  refresh(): void;
  close(): void;
}

/** Archives that are kept open; what is asked for again is mostly of one month. */
const OPEN_ARCHIVES = 3;

interface OpenMonth {
  readonly database: DatabaseSync;
  readonly entries: Entries;
  readonly items: Items;
}

interface Keys {
  readonly database: DatabaseSync;
  readonly find: StatementSync;
  readonly removed: StatementSync;
}

/** The writer's look-ups in archives. `refresh` once another thread has written there. */
export function createArchived(paths: Paths): Archived {
  let years = new Map<number, Keys>();
  let months = new Map<Month, OpenMonth>();

  function refresh(): void {
    close();
    years = new Map(keyYears(paths).map((year) => [year, keysOf(openKeys(paths, year * 12))]));
  }

  function opened(month: Month): OpenMonth {
    const known = months.get(month);
    if (known !== undefined) return known;
    // Made anew it would be empty, and every key of the month free again.
    if (!existsSync(archivePath(paths, month))) throw namedFault("corrupt", `reading an archive: '${archivePath(paths, month)}' is missing`);
    for (const [oldest, { database }] of months) {
      if (months.size < OPEN_ARCHIVES) break;
      database.close();
      months.delete(oldest);
    }
    const database = openArchive(paths, month);
    const open = { database, entries: openEntries(database), items: openItems(database) };
    months.set(month, open);
    return open;
  }

  /** The months whose archive may hold an id. */
  function monthsOf(id: string): Month[] {
    const found: Month[] = [];
    for (const { find, removed } of years.values()) {
      for (const { month } of find.all(key48Of(id)) as unknown as { month: Month }[]) if (removed.get(month) === undefined) found.push(month);
    }
    return found;
  }

  function close(): void {
    for (const { database } of [...years.values(), ...months.values()]) database.close();
    years = new Map();
    months = new Map();
  }

  refresh();
  return {
    find: (id) => (years.size === 0 ? [] : monthsOf(id).flatMap((month) => opened(month).entries.find(id))),
    findItems: (id) =>
      (years.size === 0 ? [] : monthsOf(id)).flatMap((month) => {
        const { entries, items } = opened(month);
        return items.find(id).flatMap((item) => {
          const entry = entries.at(item.sequence);
          return entry === null ? [] : [{ item, entry }];
        });
      }),
    itemsOf: ({ sequence, created }) => (existsSync(archivePath(paths, monthOf(created))) ? opened(monthOf(created)).items.of(sequence) : []),
    refresh,
    close,
  };
}

function keysOf(database: DatabaseSync): Keys {
  return { database, find: database.prepare("SELECT month FROM keys WHERE key48 = ?"), removed: database.prepare("SELECT 1 FROM removed WHERE month = ?") };
}
