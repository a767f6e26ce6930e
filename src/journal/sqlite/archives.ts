import * as fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Paths } from "./paths.ts";

/** Files of entries whose outcome is known, by the month in which they were made. */
export interface Archives {
  /** Names of all files. */
  files(): readonly string[];
  /** Opens those that may hold entries made in [from, to), wall ms, the oldest first. Their user closes them. */
  within(from?: number, to?: number): readonly { readonly name: string; readonly database: DatabaseSync }[];
}

/** See {@link Archives}. */
export function openArchives(paths: Paths): Archives {
  const files = (): string[] => (fs.existsSync(paths.archives) ? fs.readdirSync(paths.archives).filter((name) => name.endsWith(".sqlite")).toSorted() : []);
  return {
    files,
    within: () => files().filter((name) => name.startsWith("journal-")).map((name) => ({ name, database: new DatabaseSync(join(paths.archives, name), { timeout: 5000 }) })),
  };
}
