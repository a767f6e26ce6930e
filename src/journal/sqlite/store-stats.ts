import { readdirSync } from "node:fs";
import { join } from "node:path";
import { STATES } from "../entry.ts";
import { ENDED, type Reply } from "./cells.ts";
import type { LiveFile } from "./live-file.ts";
import { sizeOf } from "./paths.ts";
import { LAST_OPEN, PROVISIONAL } from "./schema.ts";

/** The store in numbers: entries by state, then when the oldest open and the oldest provisional one were made, and bytes. Costs about the same however much is stored. */
export function storeStats({ database, meta, paths }: LiveFile): Reply {
  // The first one is the oldest but where the clock was put back.
  const oldest = database.prepare(`SELECT created FROM entries INDEXED BY entries_open WHERE state <= ${LAST_OPEN} ORDER BY sequence LIMIT 1`).get();
  const awaited = database.prepare(`SELECT created FROM entries INDEXED BY entries_provisional WHERE state = ${PROVISIONAL} ORDER BY sequence LIMIT 1`).get();
  const madeAt = (row: typeof oldest): number | null => (row === undefined ? null : Number(row["created"]));
  const live = ["", "-wal", "-shm"].reduce((sum, end) => sum + sizeOf(paths.live + end), sizeOf(paths.reserve));
  return [ENDED.done, [STATES.map((_, state) => meta.entries(state)), [madeAt(oldest), madeAt(awaited), live + sizesBelow(paths.archives)]]];
}

function sizesBelow(directory: string): number {
  if (sizeOf(directory) === 0) return 0;
  return readdirSync(directory).reduce((sum, name) => sum + sizeOf(join(directory, name)), 0);
}
