import * as fs from "node:fs";
import { join } from "node:path";

/** Names below the store's directory. */
export interface Paths {
  readonly live: string;
  readonly reserve: string;
  readonly archives: string;
}

/** See {@link Paths}. */
export function pathsOf(directory: string): Paths {
  return { live: join(directory, "journal.sqlite"), reserve: join(directory, "reserve"), archives: join(directory, "archive") };
}

/** Makes a file that only its owner may read; SQLite gives the files beside it the same mode. One that is there is left. */
export function ensurePrivateFile(file: string): void {
  fs.closeSync(fs.openSync(file, "a", 0o600));
}

/** Makes a directory that only its owner may enter. */
export function ensureDirectory(path: string): void {
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Bytes of a file on disk; 0 where there is none. */
export function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
