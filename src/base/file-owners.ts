import * as fs from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { codeOf } from "./fault-code.ts";

/*
 * What root makes in a directory of someone else becomes theirs: a command that an administrator runs must not leave files
 * behind that the service cannot read. Best effort: where the system does not let us, the file stays ours.
 */

/** Gives an open file that was just made at `path` to the owner of the directory it stands in. Does nothing for users other than root. */
export function inheritOwner(handle: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  try {
    const { uid, gid } = fs.statSync(dirname(path));
    if (uid !== 0) fs.fchownSync(handle, uid, gid);
  } catch {
    // A container's root may lack the right to do so, and may need no more than it can do.
  }
}

/** The same for directories that were just made, from `first` down to `last`. */
export function inheritOwners(first: string, last: string): void {
  if (process.getuid?.() !== 0) return;
  for (let made = first; ; made = below(made, last)) {
    withDirectory(made, (handle) => inheritOwner(handle, made));
    if (made.length >= last.length) return;
  }
}

/** The next directory on the way down to `last`. */
function below(path: string, last: string): string {
  let next = last;
  while (dirname(next).length > path.length) next = dirname(next);
  return next;
}

/** Whoever owns the parent may have put a link in its place: that one is left alone. */
function withDirectory(path: string, act: (handle: number) => void): void {
  try {
    const handle = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW);
    try {
      act(handle);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    // It stays ours, as above.
  }
}

/** Makes an empty file where there is none. One that is there is not opened: closing it would end every lock that this process has on it. Throws what the system throws. */
export function makeEmptyFile(path: string, mode = 0o644): void {
  try {
    const handle = fs.openSync(path, "wx", mode);
    inheritOwner(handle, path);
    fs.closeSync(handle);
  } catch (fault) {
    if (codeOf(fault) !== "EEXIST") throw fault;
  }
}

/** False where the rights of a file, or of the way to it, say no. */
export function mayWrite(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.W_OK);
    return true;
  } catch (fault) {
    return codeOf(fault) !== "EACCES";
  }
}

/** Says that the first one of a directory and what lies in it belongs to someone else who keeps it from us, and what to do; null: none does. */
export function strangersText(paths: readonly string[]): string | null {
  const own = process.getuid?.();
  const [directory = ""] = paths;
  for (const path of own === undefined ? [] : paths) {
    const uid = ownerOf(path) ?? own;
    if (uid !== own && !mayWrite(path)) return `it belongs to ${uid === 0 ? "root" : `uid ${uid}`}, and this process is ${ownName()}: 'chown -R ${ownName()} ${directory}'`;
  }
  return null;
}

/** Null: there is nothing, or we may not look. */
function ownerOf(path: string): number | null {
  try {
    return fs.statSync(path).uid;
  } catch {
    return null;
  }
}

/** By its name where the system has one. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
