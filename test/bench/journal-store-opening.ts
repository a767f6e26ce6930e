import { systemClock, type Clock } from "../../src/base/clock.ts";
import { openSqliteStore, type SqliteStore } from "../../src/journal/sqlite/store.ts";

/** Opens the embedded store as a Taxgate with its defaults does: not encrypted, nobody else's. What cannot be written is told and fails. */
export function openStore(directory: string, clock: Clock = systemClock): Promise<SqliteStore> {
  const events = { committed: () => undefined, failed: (fault: Error) => console.error(fault.message) };
  return openSqliteStore({ directory, clock, events, sealKeys: [], exclusive: true, witness: null });
}
