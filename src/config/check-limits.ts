import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { checkVariable } from "./match-variables.ts";
import { nearest } from "./nearest.ts";

/** Names that a message lists. */
const MOST_TOLD = 12;

/** Limits that sites and routes name and nobody defines, name twice, or that count by what a path does not have. */
export function checkLimits(draft: Draft): void {
  const known = draft.keys(["limits"]);
  for (const site of sitePaths(draft)) {
    const shared = namesAt(draft, [...site, "limits"], known);
    const matches = draft.items([...site, "routes"]).map((route) => ({ match: [...route, "match", "path"], names: namesAt(draft, [...route, "limits"], known) }));
    for (const { match, names } of matches) for (const name of new Set([...shared, ...names])) checkKey(draft, name, match);
  }
}

/** The names in a list, once each; those that cannot be meant are refused. */
function namesAt(draft: Draft, list: Path, known: readonly string[]): string[] {
  const seen = new Set<string>();
  for (const path of draft.items(list)) {
    const name = draft.text(path);
    if (name === null) continue;
    if (!known.includes(name)) draft.refuse(path, wantedLimit(name, known));
    else if (seen.has(name)) draft.refuse(path, "each limit once");
    seen.add(name);
  }
  return [...seen];
}

function wantedLimit(name: string, known: readonly string[]): string {
  if (known.length === 0) return "a name under the top's limits, which has none";
  return `the name of a limit: ${known.length <= MOST_TOLD ? known.join(", ") : (nearest(name, known) ?? "they stand under the top's limits")}`;
}

function checkKey(draft: Draft, name: string, match: Path): void {
  const key = ["limits", name, "key"];
  for (const part of [key, ...draft.items(key)]) checkVariable(draft, [...part, "path"], match);
}
