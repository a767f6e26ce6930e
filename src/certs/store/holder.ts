import { hostname } from "node:os";
import { join } from "node:path";
import { ensurePrivateDirectory, readBounded, writeAtomic } from "../../base/files.ts";
import { randomHex } from "../../base/random.ts";

/** Who holds locks in this process. */
export interface Holder {
  /** For people: process and machine; no other process has the same. */
  readonly name: string;
  /** Who held them in the process that owned the state directory before, and is gone, whatever its locks still say; null: nobody. */
  readonly former: string | null;
}

const FILE = "holder";
const MOST_BYTES = 1024;

/** Takes the place of the process before; to be called once, by the owner of the state directory that `directory` lies in. Never throws. */
export function takeHolder(directory: string): Holder {
  const path = join(directory, FILE);
  const reading = readBounded(path, MOST_BYTES);
  const name = `process ${process.pid} on ${hostname()} (${randomHex(4)})`;
  try {
    // Where the disk takes nothing, what we leave behind lasts for its whole time.
    if (ensurePrivateDirectory(directory).ok) writeAtomic(path, `${name}\n`);
  } catch {}
  return { name, former: reading.ok ? Buffer.from(reading.bytes).toString("utf8").trim() : null };
}
