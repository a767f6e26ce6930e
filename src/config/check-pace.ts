import { isDeepStrictEqual } from "node:util";
import type { Path } from "../document/yaml-node.ts";
import { groupName } from "../limits/pace/options.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Draft } from "./draft.ts";
import { checkVariable } from "./match-variables.ts";
import { wantedName } from "./nearest.ts";

const ENTRY_WANTED = "windows, rules to learn from, or the group of an entry that has them";
const SAYS = ["windows", "learn"] as const;
const RULES = ["scope", "maxWait", "margin"] as const;

/** Paces that name a group that nothing defines, define one in two ways, or count by what a path does not have. */
export function checkPaces(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    for (const entry of draft.items([...site, "upstream", "pace"])) checkVariables(draft, entry, null);
    for (const name of draft.keys([...site, "regions"])) for (const entry of draft.items([...site, "regions", name, "upstream", "pace"])) checkVariables(draft, entry, null);
    const entries = draft.items([...site, "routes"]).flatMap((route) => draft.items([...route, "pace"]).map((path, index) => ({ path, name: nameOf(draft, path, route, index), match: [...route, "match", "path"] })));
    const defined = entries.filter(({ path }) => saysSomething(draft, path));
    for (const { path, name, match } of entries) {
      checkVariables(draft, path, match);
      if (saysSomething(draft, path)) checkSame(draft, path, defined.find((other) => other.name === name)?.path ?? path);
      else checkReference(draft, path, defined.map((one) => one.name));
    }
    const shared = [[...site, "upstream"], ...draft.keys([...site, "regions"]).map((name) => [...site, "regions", name, "upstream"])].flatMap((upstream) => draft.items([...upstream, "pace"]));
    const routes = draft.items([...site, "routes"]).flatMap((route) => draft.text([...route, "name"]) ?? []);
    for (const entry of [...shared, ...entries.map(({ path }) => path)]) checkRoutes(draft, entry, routes);
    for (const entry of draft.items([...site, "upstream", "pace"])) if (!saysSomething(draft, entry)) draft.refuse(entry, "windows, or rules to learn from", "neither");
  }
}

function saysSomething(draft: Draft, entry: Path): boolean {
  return SAYS.some((key) => draft.items([...entry, key]).length > 0);
}

function nameOf(draft: Draft, entry: Path, route: Path, index: number): string {
  const group = draft.text([...entry, "group"]);
  return groupName(group === null ? {} : { group }, draft.text([...route, "name"]) ?? "", index);
}

/** One that says only which group it means; the rest stands where the group is defined. */
function checkReference(draft: Draft, entry: Path, known: readonly string[]): void {
  const group = draft.text([...entry, "group"]);
  if (group === null) return draft.refuse(entry, ENTRY_WANTED, "neither");
  for (const key of RULES) if (isChosen(draft, [...entry, key])) draft.refuseKey([...entry, key], "it where the group is defined", `${key} beside nothing but a group`);
  if (!known.includes(group)) draft.refuse([...entry, "group"], known.length === 0 ? "'windows' beside it, or a group that another route defines" : wantedName(group, [...known], "a group that a route of the site defines"));
}

/** Whatever of a group stands twice is the same. */
function checkSame(draft: Draft, entry: Path, first: Path): void {
  if (entry === first) return;
  const says = (path: Path): unknown => [...SAYS, ...RULES].map((key) => draft.value([...path, key]));
  if (!isDeepStrictEqual(says(entry), says(first))) draft.refuse(entry, `the same as in line ${draft.spot(first).line}, or nothing but the group`, "other rules for the same group");
}

/** What a route says is said for those who ask it: by its path nobody is told apart. */
function checkRoutes(draft: Draft, entry: Path, routes: readonly string[]): void {
  const rules = draft.items([...entry, "learn"]).filter((rule) => draft.text([...rule, "route"]) !== null);
  for (const rule of rules) {
    const route = draft.text([...rule, "route"]) ?? "";
    if (!routes.includes(route)) draft.refuse([...rule, "route"], wantedName(route, [...routes], "a route of the site"));
    const byPath = draft.items([...entry, "scope"]).find((part) => draft.text([...part, "path"]) !== null);
    if (byPath !== undefined) draft.refuse(byPath, "a place that the requests of both routes have: a header, a claim or a member of the query", `a place in the path beside a rule that learns from route '${route}'`);
  }
}

/** `match` leads to the route's path; null: it is for all routes, which have no variable in common. */
function checkVariables(draft: Draft, entry: Path, match: Path | null): void {
  for (const part of draft.items([...entry, "scope"])) {
    if (match !== null) checkVariable(draft, [...part, "path"], match);
    else if (draft.text([...part, "path"]) !== null) draft.refuse([...part, "path"], "a place that all requests have: a header, a claim or a member of the query");
  }
}
