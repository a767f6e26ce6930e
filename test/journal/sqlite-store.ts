import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore, type SqliteOptions, type SqliteStore } from "../../src/journal/sqlite/store.ts";

/** A directory that goes with the test. */
export function scratchDirectory(test: { after(run: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), "taxgate-journal-"));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens a store as the product does, small and without a witness. */
export function openTestStore(directory: string, more: Partial<SqliteOptions> = {}): Promise<SqliteStore> {
  const events = { committed: () => undefined, failed: () => undefined };
  return openSqliteStore({ directory, clock: systemClock, events, sealKeys: [], exclusive: true, witness: null, reserve: 1 << 16, ...more });
}

