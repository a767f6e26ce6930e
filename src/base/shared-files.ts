import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { codeOf } from "./fault-code.ts";
import { reasonOf, removeFile, syncDirectory, type Done } from "./files.ts";
import { randomHex } from "./random.ts";

/* Files in directories that several processes write to, perhaps on several machines. */

/**
 * Makes a file that is not there yet, whole and synced, for exactly one of several processes that try: by a hard link, which
 * network file systems too make once only. `taken` where the name is in use. Where links are unknown it is made in place,
 * and a reader may find it cut off.
 */
export function createOnce(path: string, content: string, mode = 0o600): Done | { readonly ok: false; readonly reason: "taken" } {
  const draft = join(dirname(path), `.${basename(path)}.${randomHex(6)}`);
  try {
    fs.writeFileSync(draft, content, { flag: "wx", mode, flush: true });
    linkOrMake(draft, path, content, mode);
    syncDirectory(dirname(path));
    return { ok: true };
  } catch (fault) {
    return { ok: false, reason: codeOf(fault) === "EEXIST" ? "taken" : reasonOf(fault) };
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function linkOrMake(draft: string, path: string, content: string, mode: number): void {
  try {
    fs.linkSync(draft, path);
  } catch (fault) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(fault))) throw fault;
    fs.writeFileSync(path, content, { flag: "wx", mode, flush: true });
  }
}

/** The names in a directory; none where it cannot be read. */
export function listDirectory(path: string): readonly string[] {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
}

/**
 * Removes what {@link writeAtomic} and {@link createOnce} left behind when their process was killed: drafts older than
 * `ageMs`, by the file system's own time as it stands on `fresh`, which was just written there; of younger ones all but
 * `keep`.
 */
export function sweepDrafts(directory: string, fresh: string, ageMs: number, keep: number): void {
  const now = modifiedAt(join(directory, fresh));
  if (now === null) return;
  const drafts = listDirectory(directory).filter((name) => /^\..+\.[0-9a-f]{12}$/.test(name)).map((name) => ({ path: join(directory, name), age: now - (modifiedAt(join(directory, name)) ?? now) }));
  for (const [index, { path, age }] of drafts.toSorted((a, b) => a.age - b.age).entries()) if (index >= keep || Math.abs(age) > ageMs) removeFile(path);
}

function modifiedAt(path: string): number | null {
  try {
    return fs.lstatSync(path).mtimeMs;
  } catch {
    return null;
  }
}
