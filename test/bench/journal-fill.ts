import { closeSync, fsyncSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { createArchived } from "../../src/journal/sqlite/archived.ts";
import { archivePath, keysPath } from "../../src/journal/sqlite/archives.ts";
import { type LiveFile, openLiveFile } from "../../src/journal/sqlite/live-file.ts";
import { yearOf } from "../../src/journal/sqlite/month.ts";
import { runOperation } from "../../src/journal/sqlite/operations.ts";
import { pathsOf } from "../../src/journal/sqlite/paths.ts";
import { LIVE_STEPS, openDatabase } from "../../src/journal/sqlite/schema.ts";
import { createVault } from "../../src/journal/sqlite/vault.ts";
import { insertCells, updateCells } from "../../src/journal/sqlite/wire.ts";
import { acceptance, newClaim, PROFILE } from "./journal-entry.ts";
import { fillArchives } from "./journal-fill-archives.ts";
import { createdAt, type FillPlan, type Say, spansOf, TOOK, writeInPieces } from "./journal-fill-plan.ts";
import { openStore } from "./journal-store-opening.ts";

/*
 * Entries by the million. The writer's own operations make the rows, so that files are what years of work leave; only
 * threads, groups and fsync are left out, and a large page cache keeps the indexes' random pages in memory meanwhile.
 */

const cacheKiB = 1 << 20;

/** Fills a new journal. */
export async function fillJournal(directory: string, plan: FillPlan, say: Say): Promise<void> {
  const store = await openStore(directory);
  await store.keepProfile(PROFILE, "{}");
  await store.close();
  const paths = pathsOf(directory);
  const database = openDatabase(paths.live, { steps: LIVE_STEPS, cacheKiB });
  const archived = createArchived(paths);
  const file = openLiveFile(database, paths, createVault([]), archived, store.owner);
  hasten(database);
  fillLive(file, plan, say);
  fillArchives(file, plan, hasten, say);
  archived.close();
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
  const files = spansOf(plan).flatMap(({ month }) => [archivePath(paths, month), keysPath(paths, yearOf(month))]);
  for (const name of [paths.live, ...files]) makeDurable(name);
}

/** A fault here costs a run of the benchmark, no invoice. */
function hasten(database: DatabaseSync): void {
  database.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -${cacheKiB}`);
}

function fillLive(file: LiveFile, plan: FillPlan, say: Say): void {
  file.sequence = plan.archived;
  const one = (sequence: number): void => {
    const created = createdAt(plan, sequence);
    const entry = newClaim();
    runOperation(file, insertCells(entry), created, true);
    runOperation(file, updateCells(acceptance(entry.id)), created + TOOK, true);
  };
  writeInPieces(file.database, plan.archived, plan.entries, { one, close: () => file.counts.write() }, say);
}

function makeDurable(file: string): void {
  const descriptor = openSync(file, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
