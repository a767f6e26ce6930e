import { isDeepStrictEqual } from "node:util";
import type { Path } from "../document/yaml-node.ts";
import { ROUTE_CLASSES } from "../pipeline/options.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { checkVariable, variablesIn } from "./match-variables.ts";
import { wantedName } from "./nearest.ts";

/** Fields whose value is another one after the next log-in, and must not be shown in lists of order numbers. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);
const PATH_PLACE = /\{path\.([A-Za-z0-9_][A-Za-z0-9_-]*)(?:\[[0-9.]*\])?\}/g;
/** Fields that belong to the connection, and that Taxgate states itself. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "via"]);

/** Submissions that would be recognised wrongly, or not at all: the wrong class, places that nothing has, numbers that change. */
export function checkSubmissions(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    for (const route of draft.items([...site, "routes"])) if (draft.has([...route, "submission"])) checkRoute(draft, route);
    checkEntitled(draft, [...site, "identity"]);
  }
}

function checkRoute(draft: Draft, route: Path): void {
  const submission = [...route, "submission"];
  const routeClass = draft.text([...route, "class"]) ?? "";
  if (routeClass !== "submit" && ROUTE_CLASSES.some((known) => known === routeClass)) draft.refuseKey(submission, "class submit beside it, or none", `submission in class ${routeClass}`);
  for (const list of [["key"], ["scope"], ["items", "key"], ["items", "scope"]]) checkNumbers(draft, draft.items([...submission, ...list]));
  for (const list of [["key"], ["scope"], ["fingerprint", "fields"], ["serialBy"], ["within"], ["items", "key"], ["items", "scope"], ["items", "fingerprint", "fields"]]) {
    for (const item of draft.items([...submission, ...list])) checkVariable(draft, [...item, "path"], [...route, "match", "path"]);
  }
  for (const name of draft.keys([...submission, "remember"])) checkVariable(draft, [...submission, "remember", name, "path"], [...route, "match", "path"]);
  checkPathPlaces(draft, submission, [...route, "match", "path"]);
  checkOfAnswer(draft, [...submission, "reference"]);
  for (const outcome of draft.items([...submission, "items", "outcomes"])) {
    for (const part of draft.items([...outcome, "key"])) checkOfAnswer(draft, part);
    checkOfAnswer(draft, [...outcome, "reference"]);
  }
  for (const one of draft.items([...submission, "duplicate"])) checkOfAnswer(draft, [...one, "reference"]);
  for (const step of draft.items([...submission, "resolve"])) {
    for (const match of draft.items([...step, "match"])) checkOfAnswer(draft, [...match, "read"]);
    checkOfAnswer(draft, [...step, "reference"]);
    checkOfAnswer(draft, [...step, "next", "read"]);
    checkFields(draft, [...step, "query", "headers"]);
  }
}

/** Every text below `submission` that names a variable of the path as a place; those that are no template hold no such thing. */
function checkPathPlaces(draft: Draft, at: Path, match: Path): void {
  const pattern = draft.text(match);
  const text = draft.text(at);
  if (pattern === null) return;
  for (const key of draft.keys(at)) checkPathPlaces(draft, [...at, key], match);
  for (const item of draft.items(at)) checkPathPlaces(draft, item, match);
  const unknown = text === null ? undefined : [...text.matchAll(PATH_PLACE)].map(([, name]) => name as string).find((name) => !variablesIn(pattern).includes(name));
  if (unknown !== undefined) draft.refuse(at, wantedPlace(unknown, pattern), `{path.${unknown}}`);
}

function wantedPlace(name: string, pattern: string): string {
  const known = variablesIn(pattern);
  return known.length === 0 ? `no {path.NAME}: match.path has no variables (${pattern})` : wantedName(name, known, "a variable of match.path");
}

/** Each part of a number says something of its own, and the same at the next try. */
function checkNumbers(draft: Draft, parts: readonly Path[]): void {
  for (const [index, part] of parts.entries()) {
    const header = draft.text([...part, "header"])?.toLowerCase() ?? "";
    if (CREDENTIALS.has(header) && !draft.has([...part, "jwt"])) draft.refuse([...part, "header"], "a field without credentials: tokens change between two tries, and numbers are shown to operators");
    if (parts.slice(0, index).some((earlier) => isDeepStrictEqual(draft.value(earlier), draft.value(part)))) draft.refuse(part, "each part once", "one that stands before it");
  }
}

/** The platform's answer has no path and no query. */
function checkOfAnswer(draft: Draft, extractor: Path): void {
  for (const key of ["path", "query"]) {
    if (draft.has([...extractor, key])) draft.refuseKey([...extractor, key], "a place in an answer: header, json, xml, form or body", `${key}, which only a request has`);
  }
}

function checkFields(draft: Draft, headers: Path): void {
  const seen = new Set<string>();
  for (const field of draft.keys(headers)) {
    const name = field.toLowerCase();
    if (OWN_FIELDS.has(name)) draft.refuseKey([...headers, field], "another field: this one is stated by Taxgate", JSON.stringify(field));
    else if (seen.has(name)) draft.refuseKey([...headers, field], "each field once", JSON.stringify(field));
    seen.add(name);
  }
}

/** Without knowing whose invoice it is, nobody would be entitled to anything. */
function checkEntitled(draft: Draft, identity: Path): void {
  const path = [...identity, "entitled"];
  if (draft.items(path).length > 0 && draft.items([...identity, "taxpayer"]).length === 0) draft.refuseKey(path, "'taxpayer' beside it, which says where the number stands", "entitled without taxpayer");
}
