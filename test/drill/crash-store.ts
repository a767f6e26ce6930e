import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore } from "../../src/journal/sqlite/store.ts";
import type { Store } from "../../src/journal/store.ts";

/** Opens the journal of a state directory as Taxgate does; only while none runs on it. */
export function openStore(stateDir: string): Promise<Store> {
  return openSqliteStore({
    directory: join(stateDir, "journal"), clock: systemClock, sealKeys: [], exclusive: true, witness: null,
    events: { committed: () => undefined, failed: () => undefined },
  });
}
