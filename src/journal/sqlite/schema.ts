import { DatabaseSync } from "node:sqlite";
import { StoreFault } from "../store.ts";
import { namedFault } from "./faults.ts";

/** Number of the last state that is open, as entry.ts orders them; the index of open entries has it too. */
export const LAST_OPEN = 4;

/** Number of the state in which an accepted one awaits its verdict; open too, and in an index of its own. */
export const PROVISIONAL = 9;

/** Whether an entry in this state still has to change: it stays in the live file. */
export function isOpenState(state: number): boolean {
  return state <= LAST_OPEN || state === PROVISIONAL;
}

/** Marks our files, so that another program's database is refused ("TXJL"). */
const APPLICATION_ID = 0x54_58_4a_4c;

/**
 * Columns of an entry, in the order in which rows are read. `key48` are the first six bytes of the id: an index over them
 * is half as large as one over the whole id, and two ids of a store meet in them about never; the id decides.
 */
export const ENTRY_COLUMNS =
  "sequence, key48, id, revision, state, site, route, region, profile, owner, endpoint, fence, attempts, created, updated, fingerprint, key, scope, taxpayer, lane, principal, detail, sum, fields, answer";

const ENTRIES = `
  CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY, key48 INTEGER NOT NULL, id BLOB NOT NULL, revision INTEGER NOT NULL, state INTEGER NOT NULL,
    site INTEGER NOT NULL, route INTEGER NOT NULL, region INTEGER NOT NULL, profile INTEGER NOT NULL, owner INTEGER NOT NULL,
    endpoint INTEGER NOT NULL, fence INTEGER NOT NULL, attempts INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
    fingerprint BLOB NOT NULL, key TEXT NOT NULL, scope TEXT NOT NULL, taxpayer TEXT, lane TEXT, principal TEXT, detail TEXT,
    sum INTEGER NOT NULL, fields BLOB, answer ANY
  ) STRICT;
  CREATE INDEX entries_by_key ON entries (key48);
  CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;`;

const ITEMS = `
  CREATE TABLE items (
    sequence INTEGER NOT NULL, position INTEGER NOT NULL, key48 INTEGER NOT NULL, id BLOB NOT NULL, fingerprint BLOB NOT NULL,
    key TEXT NOT NULL, outcome INTEGER NOT NULL, reference TEXT, until INTEGER NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (sequence, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX items_by_key ON items (key48);`;

/** Steps of the live file; the number of steps taken is its version. A step, once released, never changes. */
export const LIVE_STEPS: readonly string[] = [
  `${ENTRIES}
  CREATE INDEX entries_open ON entries (sequence) WHERE state <= 4;
  CREATE TABLE requests (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE answers (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE profiles (hash TEXT PRIMARY KEY, sum INTEGER NOT NULL, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE owners (owner TEXT PRIMARY KEY, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;`,
  "CREATE INDEX entries_provisional ON entries (sequence) WHERE state = 9;",
  ITEMS,
];

/** Steps of an archive: entries whose outcome is known, created in one month. */
export const ARCHIVE_STEPS: readonly string[] = [ENTRIES, ITEMS];

/** Steps of a year's key file: in which month's archive a key stands, of an entry or an item, and which archives are beyond their time. */
export const KEYS_STEPS: readonly string[] = [
  `CREATE TABLE keys (key48 INTEGER NOT NULL, month INTEGER NOT NULL, PRIMARY KEY (key48, month)) STRICT, WITHOUT ROWID;
   CREATE TABLE removed (month INTEGER PRIMARY KEY) STRICT;`,
];

/** How a database is opened. */
export interface Opening {
  readonly steps: readonly string[];
  /** KiB of pages kept in memory. */
  readonly cacheKiB: number;
}

/** Opens a database of ours for durable writing and brings it to the present version. The file exists already, with its mode. */
export function openDatabase(file: string, { steps, cacheKiB }: Opening): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    refuseForeign(database, file); // before anything is changed
    // The mode is kept in the file; asking for it again takes no lock.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LOG_LIMIT};
      PRAGMA cache_size = -${cacheKiB}; PRAGMA temp_store = MEMORY;`);
    if (pragma(database, "user_version") !== steps.length) migrate(database, file, steps);
    return database;
  } catch (fault) {
    database.close();
    throw fault;
  }
}

/** Bytes that the log keeps when it begins anew: writing over them is cheaper than growing. */
const LOG_LIMIT = 32 << 20;

function refuseForeign(database: DatabaseSync, file: string): void {
  const tables = Number(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"]);
  if (tables > 0 && pragma(database, "application_id") !== APPLICATION_ID) throw namedFault("corrupt", `opening the journal: '${file}' is not a journal`);
}

/** The value of a pragma that is one number. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

function migrate(database: DatabaseSync, file: string, steps: readonly string[]): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = pragma(database, "user_version"); // another process may have been quicker
    if (version > steps.length) {
      // No advice to verify or restore: the file is well.
      throw new StoreFault("corrupt", `opening the journal: '${file}' has version ${version}, this taxgate knows ${steps.length}: start the newer one`);
    }
    for (const step of steps.slice(version)) database.exec(step);
    if (version === 0) database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (fault) {
    database.exec("ROLLBACK");
    throw fault;
  }
}
