import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { claimOpenLoop } from "./journal-claims.ts";
import type { JournalFigures } from "./journal-figures.ts";
import { fillJournal } from "./journal-fill.ts";
import { bytesBelow, measureSizes } from "./journal-sizes.ts";
import { openStore } from "./journal-store-opening.ts";

// Run as a process of its own by journal.ts: `journal-process.ts DIRECTORY ENTRIES`. Progress goes to standard error, the
// figures to standard output as JSON. The directory is emptied.

const [directory = "", count = ""] = process.argv.slice(2);
const entries = Number(count);
const perSecond = 500;
const seconds = 30;
const rehearsalSeconds = 5;
/** At half a million a day ten millions are twenty days; archived is what is older than a week. */
const archivedShare = 0.65;

const sizes = await inFolder("sizes", measureSizes);
const figures = await inFolder("journal", measureClaims);
console.log(JSON.stringify({ ...figures, sizes }));

async function measureClaims(folder: string): Promise<Omit<JournalFigures, "fileSystem" | "sizes">> {
  const archived = Math.floor(entries * archivedShare);
  const before = performance.now();
  await fillJournal(folder, { entries, archived, now: Date.now() }, (what) => console.error(what));
  const fillSeconds = (performance.now() - before) / 1000;
  console.error(`${entries} entries in ${fillSeconds.toFixed(0)} s; claims at ${perSecond}/s for ${seconds} s`);
  const store = await openStore(folder);
  const { states } = await store.stats();
  if (states.accepted !== entries) throw new Error(`fill a journal with ${entries} entries: it counts ${states.accepted}`);
  await claimOpenLoop(store, perSecond, rehearsalSeconds);
  const latencies = await claimOpenLoop(store, perSecond, seconds);
  const logBytes = statSync(join(folder, "journal.sqlite-wal")).size;
  await store.close();
  return { entries, archived, ...latencies, perSecond, seconds, bytes: bytesBelow(folder), logBytes, fillSeconds };
}

async function inFolder<Result>(name: string, work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
