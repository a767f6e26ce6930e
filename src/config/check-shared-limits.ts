import type { Draft } from "./draft.ts";

/** Limits that instances share need the place where they are shared. */
export function checkSharedLimits(draft: Draft): void {
  if (draft.has(["cache", "redis"])) return;
  for (const name of draft.keys(["limits"])) {
    const path = ["limits", name, "shared"];
    if (draft.value(path) === true) draft.refuse(path, "'cache.redis' beside 'limits': that is where instances count together");
  }
}
