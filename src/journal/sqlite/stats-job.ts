import { readdirSync } from "node:fs";
import { join } from "node:path";
import { STATES } from "../entry.ts";
import type { Jobs } from "./jobs.ts";
import { sizeOf } from "./paths.ts";
import type { ReadFile } from "./read-file.ts";

/** The store in numbers; costs about the same however much is stored. */
export async function statsJob({ database, meta, paths }: ReadFile): Promise<Jobs["stats"]["out"]> {
  // The first one is the oldest but where the clock was put back.
  const oldest = database.prepare("SELECT created FROM entries INDEXED BY entries_open WHERE state <= 4 ORDER BY sequence LIMIT 1").get();
  const archived = sizesBelow(paths.archives);
  return {
    entries: STATES.map((_, state) => meta.entries(state)),
    oldestOpenAt: oldest === undefined ? null : Number(oldest["created"]),
    bytes: archived + ["", "-wal", "-shm"].reduce((sum, end) => sum + sizeOf(paths.live + end), sizeOf(paths.reserve)),
  };
}

function sizesBelow(directory: string): number {
  if (sizeOf(directory) === 0) return 0;
  return readdirSync(directory).reduce((sum, name) => sum + sizeOf(join(directory, name)), 0);
}
