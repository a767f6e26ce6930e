import type { Jobs } from "./jobs.ts";
import type { ReadFile } from "./read-file.ts";

/** Later. */
export async function archivePiece(_file: ReadFile, _given: Jobs["archive"]["in"]): Promise<Jobs["archive"]["out"]> {
  return { copied: [], removed: [], more: false };
}
