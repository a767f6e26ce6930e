import type { Path } from "../document/yaml-node.ts";
import type { Draft } from "./draft.ts";

/** Keys of an `encryption`: what was encrypted names its key by id, so that each id stands for one. */
export function checkKeyIds(draft: Draft, encryption: Path): void {
  const lines = new Map<string, number>();
  for (const key of draft.items([...encryption, "keys"])) {
    const path = [...key, "id"];
    const id = draft.text(path);
    const first = id === null ? undefined : lines.get(id);
    if (first !== undefined) draft.refuse(path, `another id (line ${first} has this one)`);
    else if (id !== null) lines.set(id, draft.spot(path).line);
  }
}
