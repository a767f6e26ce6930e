import type { Path } from "../document/yaml-node.ts";
import type { Draft } from "./draft.ts";
import { wantedName } from "./nearest.ts";

/** Names of the variables of a path's pattern, such as `/sessions/{session}/invoices`. */
export function variablesIn(pattern: string): string[] {
  return [...pattern.matchAll(/\/\{([A-Za-z_][A-Za-z0-9_]*)\}(?=\/|$)/g)].map(([, variable]) => variable as string);
}

/** Refuses the name at `path` where the pattern at `match` has no such variable; what is not written is no mistake here. */
export function checkVariable(draft: Draft, path: Path, match: Path): void {
  const [name, pattern] = [draft.text(path), draft.text(match)];
  if (name === null || pattern === null) return;
  const known = variablesIn(pattern);
  if (!known.includes(name)) draft.refuse(path, known.length === 0 ? `a variable of match.path, which has none (${pattern})` : wantedName(name, known, "a variable of match.path"));
}
