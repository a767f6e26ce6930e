import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/base/clock.ts";
import { acceptance, newClaim } from "./journal-entry.ts";
import type { EntrySizes } from "./journal-figures.ts";
import { openStore } from "./journal-store-opening.ts";

const entries = 50_000;
const flight = 256;
const day = 86_400_000;
const retention = { outcome: 3650 * day, bodies: 30 * day };

/** Writes some entries through the store as they come in production, lets it archive them, and looks at the files. */
export async function measureSizes(directory: string): Promise<EntrySizes> {
  await fill(directory);
  const live = statSync(join(directory, "journal.sqlite")).size;
  const bodies = bytesOfTable(join(directory, "journal.sqlite"), "requests");
  await archive(directory);
  return { live: live / entries, bare: (live - bodies) / entries, archived: bytesBelow(join(directory, "archive")) / entries };
}

/** Bytes of all files in a folder and below it. */
export function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).reduce((sum, file) => sum + (file.isFile() ? statSync(join(file.parentPath, file.name)).size : 0), 0);
}

async function fill(directory: string): Promise<void> {
  const store = await openStore(directory);
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < entries) {
      begun += 1;
      const entry = newClaim();
      await store.insert(entry);
      await store.update(acceptance(entry.id));
    }
  };
  await Promise.all(Array.from({ length: flight }, one));
  await store.close();
}

function bytesOfTable(file: string, table: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = ?").get(table)?.["bytes"]);
  } finally {
    database.close();
  }
}

async function archive(directory: string): Promise<void> {
  const store = await openStore(directory, { ...systemClock, wall: () => Date.now() + retention.bodies + day });
  while (await store.compact(retention));
  await store.close();
}
