import * as fs from "node:fs";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { archiveFiles } from "./archives.ts";
import type { Jobs } from "./jobs.ts";
import { ensureDirectory } from "./paths.ts";
import type { ReadFile } from "./read-file.ts";

/** Pages a step: the thread's other jobs come in between. */
const STEP = 1000;

/**
 * Copies the live file to `file` and the archives into `file.archive/`, each of them as it is at one moment. The live file
 * comes first: an entry that moves meanwhile is in both copies, never in none.
 */
export async function backupStore({ paths }: ReadFile, { file }: Jobs["backup"]["in"]): Promise<null> {
  await copy(paths.live, file);
  const archives = archiveFiles(paths);
  if (archives.length > 0) ensureDirectory(`${file}.archive`);
  for (const name of archives) await copy(join(paths.archives, name), join(`${file}.archive`, name));
  return null;
}

/** The open read transaction keeps the copy at one moment; without it each commit of the writer would begin it anew. */
async function copy(from: string, to: string): Promise<void> {
  fs.closeSync(fs.openSync(to, "wx", 0o600)); // fails where it exists
  const source = new DatabaseSync(from, { timeout: 5000, readOnly: true });
  try {
    source.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
    await backup(source, to, { rate: STEP });
  } catch (fault) {
    fs.rmSync(to, { force: true });
    throw fault;
  } finally {
    source.close();
  }
}
