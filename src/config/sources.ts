import { contentHash, readBounded, type FileReading } from "../base/files.ts";

/** Largest file that belongs to a configuration: the file itself, a secret, a certificate. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Reads a file that belongs to a configuration. */
export type ReadFile = (path: string) => FileReading;

/** Reads from the disk, within {@link MAX_FILE_BYTES}. */
export const readFromDisk: ReadFile = (path) => readBounded(path, MAX_FILE_BYTES);

/** Reads files and remembers which, so that the watcher knows what a configuration was made of. */
export interface Sources {
  readonly read: ReadFile;
  /** Every path asked for, readable or not, in the order of the first asking. */
  files(): string[];
  /** See {@link fingerprintOf}. */
  fingerprint(): string;
}

/** Makes sources on top of `read`; a path is read once, so that all of a load sees one content. */
export function sourcesOf(read: ReadFile): Sources {
  const known = new Map<string, FileReading>();
  const once: ReadFile = (path) => {
    const reading = known.get(path) ?? read(path);
    known.set(path, reading);
    return reading;
  };
  return { read: once, files: () => [...known.keys()], fingerprint: () => fingerprintOf([...known.keys()], once) };
}

/** A hash over the contents of files; one that cannot be read counts as such, so that its coming is a change. */
export function fingerprintOf(files: readonly string[], read: ReadFile): string {
  const lines = files.map((path) => {
    const reading = read(path);
    return `${JSON.stringify(path)} ${reading.ok ? contentHash(reading.bytes) : "unreadable"}`;
  });
  return contentHash(lines.join("\n"));
}
