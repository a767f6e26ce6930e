import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { codeOf } from "./fault-code.ts";
import { reasonOf, syncDirectory, type Done } from "./files.ts";
import { inheritOwner } from "./file-owners.ts";
import { randomHex } from "./random.ts";

/** One of several files that change together. */
export interface Replacement {
  readonly path: string;
  readonly content: string;
  /** Its mode where there was none; a file that was there keeps its own, less what `mode` denies to others. */
  readonly mode: number;
}

interface Staged extends Replacement {
  /** The file itself, where `path` is a link to it. */
  readonly target: string;
  readonly draft: string;
  /** What stood there; null: nothing. */
  readonly before: { readonly content: Buffer; readonly stat: fs.Stats } | null;
}

/**
 * Replaces several files as nearly at once as a file system does: all are written and synced beside, then renamed one right
 * after the other; where one cannot be, those before it are put back. What stood there is kept as `PATH.previous`, readable by
 * its owner alone. Links stay, owners too where we may set them; what root makes anew belongs to the owner of the directory.
 */
export function replaceFiles(replacements: readonly Replacement[]): Done {
  const staged: Staged[] = [];
  try {
    for (const one of replacements) staged.push(stage(one));
    for (const { before, target } of staged) if (before !== null) written(`${target}.previous`, before.content, 0o600, before.stat);
    rename(staged);
    for (const directory of new Set(staged.map(({ target }) => dirname(target)))) syncDirectory(directory);
    return { ok: true };
  } catch (fault) {
    const at = replacements[staged.length]?.path ?? staged.map(({ path }) => path).join("', '");
    return { ok: false, reason: `writing '${at}': ${reasonOf(fault)}` };
  } finally {
    for (const { draft } of staged) fs.rmSync(draft, { force: true });
  }
}

function stage(one: Replacement): Staged {
  const target = existing(() => fs.realpathSync(one.path)) ?? one.path;
  const before = existing(() => ({ content: fs.readFileSync(target), stat: fs.statSync(target) }));
  const mode = before === null ? one.mode : before.stat.mode & 0o777 & (one.mode | 0o770);
  const draft = join(dirname(target), `.${basename(target)}.${randomHex(6)}`);
  try {
    put(draft, one.content, mode, before?.stat);
  } catch (fault) {
    fs.rmSync(draft, { force: true });
    throw fault;
  }
  return { ...one, target, draft, before };
}

function existing<T>(read: () => T): T | null {
  try {
    return read();
  } catch (fault) {
    if (codeOf(fault) === "ENOENT") return null;
    throw fault;
  }
}

function rename(staged: readonly Staged[]): void {
  const done: Staged[] = [];
  try {
    for (const one of staged) {
      fs.renameSync(one.draft, one.target);
      done.push(one);
    }
  } catch (fault) {
    for (const { target, before } of done) {
      if (before === null) fs.rmSync(target, { force: true });
      else written(target, before.content, before.stat.mode & 0o777, before.stat);
    }
    throw fault;
  }
}

/** Replaces one file, with the owner of another. */
function written(path: string, content: Uint8Array, mode: number, owner: fs.Stats): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomHex(6)}`);
  try {
    put(draft, content, mode, owner);
    fs.renameSync(draft, path);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function put(draft: string, content: string | Uint8Array, mode: number, owner?: fs.Stats): void {
  const handle = fs.openSync(draft, "wx", 0o600);
  try {
    fs.writeFileSync(handle, content);
    // A service that does not run as whoever imports must be able to read what it read before.
    if (owner === undefined) inheritOwner(handle, draft);
    else if (process.getuid?.() === 0) fs.fchownSync(handle, owner.uid, owner.gid);
    fs.fchmodSync(handle, mode);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
