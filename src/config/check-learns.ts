import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { checkVariable, variablesIn } from "./match-variables.ts";
import { wantedName } from "./nearest.ts";

/** Where numbers stand in a rule, and how many there may be. */
const PLACES: readonly (readonly string[])[] = [["reference"], ["index"], ["number"], ["request", "reference"]];
const LISTS: readonly (readonly string[])[] = [["key"], ["scope"], ["request", "key"], ["request", "scope"]];
/** Classes of which an answer is read by one caller, and was not sent by one. */
const HEARD: ReadonlySet<string> = new Set(["poll", "read"]);

/** What answers tell about submissions: of which, where the number stands, and on which routes that can be. */
export function checkLearns(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    const routes = draft.items([...site, "routes"]);
    const operations = new Map(routes.flatMap((route) => (draft.has([...route, "submission"]) ? [[operationOf(draft, route), route] as const] : [])));
    for (const route of routes) {
      const at = [...route, "learns"];
      const routeClass = draft.text([...route, "class"]);
      if (draft.has(at) && routeClass !== null && !HEARD.has(routeClass)) draft.refuseKey(at, "class poll or read beside it, or none", `learns in class ${routeClass}`);
      for (const rule of draft.items(at)) checkRule(draft, rule, route, operations);
    }
    for (const route of routes) checkAsk(draft, [...route, "submission", "provisional", "ask"], [...route, "match", "path"]);
  }
}

function operationOf(draft: Draft, route: Path): string {
  return draft.text([...route, "submission", "operation"]) ?? draft.text([...route, "name"]) ?? "";
}

function checkRule(draft: Draft, rule: Path, route: Path, operations: ReadonlyMap<string, Path>): void {
  const of = draft.text([...rule, "of"]);
  const submission = of === null ? undefined : operations.get(of);
  if (of !== null && submission === undefined) draft.refuse([...rule, "of"], operations.size === 0 ? "the operation of a submission, and no route of the site has one" : wantedName(of, [...operations.keys()], "the operation of a submission"));
  const places = [...PLACES.map((place) => [...rule, ...place]), ...LISTS.flatMap((list) => draft.items([...rule, ...list]))];
  for (const place of places) checkVariable(draft, [...place, "path"], [...route, "match", "path"]);
  if (submission === undefined) return;
  // Of a batch each item has a number of its own.
  const isBatch = draft.has([...submission, "submission", "items"]);
  if (!isBatch && draft.has([...rule, "index"])) draft.refuseKey([...rule, "index"], `nothing here: '${of}' takes no batches`, "index");
  const own = isBatch ? [...submission, "submission", "items"] : [...submission, "submission"];
  for (const side of [[], ["request"]]) {
    if (draft.items([...rule, ...side, "key"]).length === 0) continue;
    checkLength(draft, [...rule, ...side, "key"], [...own, "key"]);
    // Whose number it is may stand in the request alone.
    const isAsked = draft.items([...rule, "scope"]).length === 0 && draft.items([...rule, "request", "scope"]).length > 0;
    checkLength(draft, [...rule, ...(isAsked ? ["request"] : side), "scope"], [...own, "scope"]);
  }
}

/** With more parts or fewer it is never the number of a submission. */
function checkLength(draft: Draft, list: Path, own: Path): void {
  const [written, wanted] = [draft.items(list).length, draft.items(own).length];
  if (written === wanted) return;
  const want = `${wanted} part${wanted === 1 ? "" : "s"}, as the submission's own ${String(list.at(-1))} has`;
  if (draft.has(list)) draft.refuse(list, want, `${written}`);
  else draft.refuse(list.slice(0, -1), `'${String(list.at(-1))}' with ${want}`, "nothing");
}

/** A place that nothing fills would leave every question out. */
function checkAsk(draft: Draft, ask: Path, match: Path): void {
  const [path, pattern] = [draft.text([...ask, "query", "path"]), draft.text(match)];
  if (path === null || pattern === null) return;
  const known = variablesIn(pattern);
  const wrong = [...path.matchAll(/\{path\.([A-Za-z_][A-Za-z0-9_-]*)[^}]*\}/g)].map(([, name]) => name as string).find((name) => !known.includes(name));
  if (wrong !== undefined) draft.refuse([...ask, "query", "path"], known.length === 0 ? `no {path.${wrong}}: match.path has no variables` : `{path.${known[0] ?? ""}} or another variable of match.path`);
  if (!/\{(reference|key)\b/.test(path) && !/\{(reference|key)\b/.test(draft.text([...ask, "query", "body"]) ?? "")) draft.refuse([...ask, "query", "path"], "{reference} or {key} in it, or in the body: else every question is the same");
}
