import { resolve, sep } from "node:path";
import { checkKeyIds } from "./check-key-ids.ts";
import type { Draft } from "./draft.ts";

const DEFAULT_STATE = "./data";

/** Where the journal is kept: keys that can be told apart, and a witness that is not put back together with it. */
export function checkJournal(draft: Draft, directory: string): void {
  checkKeyIds(draft, ["journal", "encryption"]);
  const path = ["journal", "witness"];
  const witness = draft.text(path);
  if (witness === null || witness === "") return;
  const state = resolve(directory, draft.text(["state", "dir"]) ?? DEFAULT_STATE);
  const at = resolve(directory, witness);
  const folders = ["journal", "backups"].map((name) => resolve(state, name));
  if (at === state || folders.some((folder) => at === folder || at.startsWith(`${folder}${sep}`))) {
    draft.refuse(path, "a file outside the journal's own folders, better on another volume: it is there to notice that they were put back");
  }
}
