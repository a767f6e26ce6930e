import { isDeepStrictEqual } from "node:util";
import type { Path } from "../document/yaml-node.ts";
import type { Draft } from "./draft.ts";
import { schemasAt } from "./json-schema.ts";

/** Is a value written there that is not the default? Whoever writes defaults out has chosen nothing. */
export function isChosen(draft: Draft, path: Path): boolean {
  const written = draft.value(path);
  return written !== undefined && !schemasAt(path).some((schema) => isDeepStrictEqual(schema.default, written));
}
