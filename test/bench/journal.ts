import { statfsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "./children.ts";
import type { DiskFolder } from "./disk.ts";
import type { JournalFigures } from "./journal-figures.ts";

/** A third of the entries is live with a body of 2 kB, the others are archived. */
const bytesEach = 1500;
const limitMs = 45 * 60_000;

/** Fills a journal with so many entries, measures claims on it and removes it. Throws where the disk has no room for it. */
export async function measureJournal({ folder, fileSystem }: DiskFolder, entries: number, say: (what: string) => void): Promise<JournalFigures> {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < entries * bytesEach) throw new Error(`measure a journal of ${entries} entries: it needs ${((entries * bytesEach) / 1e9).toFixed(1)} GB of disk`);
  say(`a journal of ${entries} entries`);
  const args = [fileURLToPath(new URL("./journal-process.ts", import.meta.url)), join(folder, "large"), String(entries)];
  const printed = await output({ command: process.execPath, args, core: "any", tell: true }, limitMs);
  try {
    return { ...(JSON.parse(printed) as Omit<JournalFigures, "fileSystem">), fileSystem };
  } catch {
    throw new Error(`measure a journal of ${entries} entries: "${printed.trim()}"`);
  }
}
