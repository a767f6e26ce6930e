import type { DatabaseSync } from "node:sqlite";
import { type Blobs, openBlobs } from "./blobs.ts";
import { type Items, openItems } from "./items.ts";
import { type Meta, openMeta } from "./meta.ts";
import { createNames, type Names } from "./names.ts";
import { type Paths, pathsOf } from "./paths.ts";
import { LIVE_STEPS, openDatabase } from "./schema.ts";
import type { ThreadData } from "./thread.ts";
import { createVault, type Vault } from "./vault.ts";

/** What the jobs of a reader work on. */
export interface ReadFile {
  readonly paths: Paths;
  readonly database: DatabaseSync;
  readonly names: Names;
  readonly meta: Meta;
  readonly items: Items;
  readonly requests: Blobs;
  readonly answers: Blobs;
  readonly vault: Vault;
  /** Up to which sequence the live file was looked through for entries to archive. */
  archivedTo: number;
}

/** KiB of pages that a reader keeps. */
const CACHE = 1024;

/** Opens the live file beside the writer. */
export function openReadFile(data: ThreadData): ReadFile {
  const paths = pathsOf(data.directory);
  const database = openDatabase(paths.live, { steps: LIVE_STEPS, cacheKiB: CACHE });
  return {
    paths, database, names: createNames(database), meta: openMeta(database), vault: createVault(data.sealKeys), archivedTo: 0,
    items: openItems(database), requests: openBlobs(database, "requests"), answers: openBlobs(database, "answers"),
  };
}

/** Lets other jobs of the thread come in between. */
export function yieldTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
