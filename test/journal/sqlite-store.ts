import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore, type SqliteOptions, type SqliteStore } from "../../src/journal/sqlite/store.ts";

/** A directory that goes with the test. */
export function scratchDirectory(test: { after(run: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), "taxgate-journal-"));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Stores that are open: what a failed test leaves behind would keep its process alive. */
const open = new Set<SqliteStore>();

/** Opens a store as the product does, small and without a witness; it is closed at the end of the file's tests at the latest. */
export async function openTestStore(directory: string, more: Partial<SqliteOptions> = {}): Promise<SqliteStore> {
  const events = { committed: () => undefined, failed: () => undefined };
  const store = await openSqliteStore({ directory, clock: systemClock, events, sealKeys: [], exclusive: true, witness: null, reserve: 1 << 16, ...more });
  open.add(store);
  return store;
}

after(async () => {
  for (const store of open) await store.close();
});
