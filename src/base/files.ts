import { createHash, randomFillSync } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { OperatorError } from "./errors.ts";
import { codeOf } from "./fault-code.ts";
import { inheritOwner, inheritOwners } from "./file-owners.ts";
import type { Stoppable } from "./lifetime.ts";
import { randomHex } from "./random.ts";

/** The bytes of a file, or why it cannot be read, in a few words. */
export type FileReading = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly reason: string };

/** What went well, or why not. */
export type Done = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "a directory",
  ELOOP: "too many links",
  ENAMETOOLONG: "name too long",
  EROFS: "read-only file system",
  ENOSPC: "no space left",
  EDQUOT: "quota used up",
  EFBIG: "larger than the system allows",
};

/** A fault of the file system in a few words. */
export function reasonOf(fault: unknown): string {
  const code = codeOf(fault);
  return REASONS[code] ?? (code === "" ? String(fault) : code);
}

/** Reads a regular file of at most `maxBytes`. Never waits: pipes and devices are refused. */
export function readBounded(path: string, maxBytes: number): FileReading {
  let handle: number | null = null;
  try {
    handle = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    const stat = fs.fstatSync(handle);
    if (!stat.isFile()) return { ok: false, reason: stat.isDirectory() ? "a directory" : "not a regular file" };
    const space = Buffer.alloc(Math.min(stat.size, maxBytes) + 1); // one more, to notice a file that is larger or grows
    let length = 0;
    for (let got = -1; got !== 0 && length < space.length; length += got) got = fs.readSync(handle, space, length, space.length - length, length);
    return length > maxBytes ? { ok: false, reason: `larger than ${maxBytes} bytes` } : { ok: true, bytes: space.subarray(0, length) };
  } catch (fault) {
    return { ok: false, reason: reasonOf(fault) };
  } finally {
    if (handle !== null) fs.closeSync(handle);
  }
}

/**
 * Replaces a file as a whole: readers see the old or the new content, and after the return the new one survives a power
 * cut. Throws an OperatorError when the disk does not take it; the old file is untouched then. What root writes belongs to
 * the owner of the directory.
 */
export function writeAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomHex(6)}`);
  try {
    const handle = fs.openSync(draft, "wx", mode);
    try {
      fs.writeFileSync(handle, content);
      inheritOwner(handle, draft);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(draft, path);
    syncDirectory(dirname(path));
  } catch (fault) {
    fs.rmSync(draft, { force: true });
    throw new OperatorError(`writing '${path}': ${reasonOf(fault)}`);
  }
}

/** May users read this file who are neither its owner nor in its group? Never on Windows, where modes say nothing. */
export function isOpenToOthers(path: string): boolean {
  try {
    return process.platform !== "win32" && (fs.statSync(path).mode & 0o004) !== 0;
  } catch {
    return false;
  }
}

/** A rename is durable once its directory is; Windows has no such call and needs none. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const handle = fs.openSync(path, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** New directories are durable once those that they stand in are; where that cannot be asked for they are used all the same. */
function syncUpTo(first: string, last: string): void {
  try {
    for (let made = last; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
  } catch {
    // A parent that we may write to, and not read.
  }
}

/** A hash of a content, to notice change: SHA-256, hexadecimal. */
export function contentHash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Calls back on every change of a directory's entries; null when it cannot be watched (now). `onLost` follows if it goes away. */
export function watchDirectory(path: string, onChange: () => void, onLost: () => void): Stoppable | null {
  try {
    const watcher = fs.watch(path, { persistent: false }, onChange);
    watcher.on("error", () => {
      watcher.close();
      onLost();
    });
    return { stop: () => watcher.close() };
  } catch {
    return null;
  }
}

/**
 * Makes a directory that only its owner may enter (0700), with its parents. A directory that exists is closed to others;
 * where it belongs to someone else and others may enter it, the answer is no. What root makes belongs to the owner of what
 * it is made in.
 */
export function ensurePrivateDirectory(path: string): Done {
  try {
    const first = fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    if (first !== undefined) {
      inheritOwners(resolve(first), resolve(path));
      syncUpTo(resolve(first), resolve(path));
    }
    const stat = fs.statSync(path);
    if (process.platform === "win32" || (stat.mode & 0o077) === 0) return { ok: true };
    if (stat.uid === process.getuid?.()) {
      fs.chmodSync(path, 0o700);
      return { ok: true };
    }
    // A volume's root often belongs to root and is shared with our group alone.
    return (stat.mode & 0o007) === 0 ? { ok: true } : { ok: false, reason: `open to everyone and owned by uid ${stat.uid}; name a directory below it` };
  } catch (fault) {
    return { ok: false, reason: reasonOf(fault) };
  }
}

const PIECE = 64 * 1024;

/**
 * Makes a file of so many bytes that really takes up their room: random, so that no file system leaves out holes or presses
 * it together. Waits for the disk. Where it does not fit, or the path is taken, nothing is left behind.
 */
export function fillFile(path: string, bytes: number, mode = 0o600): Done {
  let handle: number | null = null;
  try {
    handle = fs.openSync(path, "wx", mode);
    const piece = new Uint8Array(PIECE);
    for (let left = bytes; left > 0; ) left -= fs.writeSync(handle, randomFillSync(piece), 0, Math.min(left, PIECE));
    fs.fsyncSync(handle);
    return { ok: true };
  } catch (fault) {
    if (handle !== null) fs.rmSync(path, { force: true });
    return { ok: false, reason: reasonOf(fault) };
  } finally {
    if (handle !== null) fs.closeSync(handle);
  }
}

/** The size of a file and the bytes that it takes up on the disk (fewer where it has holes); null where there is none or it cannot be seen. */
export function fileRoom(path: string): { readonly size: number; readonly taken: number } | null {
  try {
    const stat = fs.lstatSync(path);
    const taken = process.platform === "win32" ? stat.size : stat.blocks * 512; // 512 whatever the blocks of the file system are
    return stat.isFile() ? { size: stat.size, taken } : null;
  } catch {
    return null;
  }
}

/** Bytes that we may still write where a file would stand; null where the system does not say. */
export function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = fs.statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Removes a file; well, too, where there was none. */
export function removeFile(path: string): Done {
  try {
    fs.rmSync(path, { force: true });
    return { ok: true };
  } catch (fault) {
    return { ok: false, reason: reasonOf(fault) };
  }
}

/** Renames a file; one that has the new name already is replaced. */
export function moveFile(from: string, to: string): Done {
  try {
    fs.renameSync(from, to);
    return { ok: true };
  } catch (fault) {
    return { ok: false, reason: reasonOf(fault) };
  }
}

/** A file that is only added to. */
export interface Appender {
  /** The text is with the system when it returns, not yet on the disk. */
  append(text: string): Done;
  /** Asks for the disk, without waiting; where that fails, the next one that is added tells. */
  sync(): void;
  close(): void;
}

/** Opens a file to be added to; one that is not there is made. */
export function openAppender(path: string, mode = 0o600): { readonly ok: true; readonly appender: Appender } | { readonly ok: false; readonly reason: string } {
  try {
    const handle = fs.openSync(path, "a", mode);
    let late: string | null = null;
    let syncing = false;
    let closed = false;
    const close = (): void => {
      if (closed && !syncing) fs.closeSync(handle);
    };
    return {
      ok: true,
      appender: {
        append(text) {
          try {
            fs.writeSync(handle, text);
            return late === null ? { ok: true } : { ok: false, reason: late };
          } catch (thrown) {
            return { ok: false, reason: reasonOf(thrown) };
          }
        },
        sync() {
          if (syncing || closed) return;
          syncing = true;
          fs.fdatasync(handle, (thrown) => {
            syncing = false;
            if (thrown !== null) late ??= reasonOf(thrown);
            close();
          });
        },
        close() {
          if (closed) return;
          closed = true;
          close();
        },
      },
    };
  } catch (fault) {
    return { ok: false, reason: reasonOf(fault) };
  }
}
