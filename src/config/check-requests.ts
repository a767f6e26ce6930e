import { parseAddress, parseNetwork } from "../base/cidr.ts";
import type { Path } from "../document/yaml-node.ts";
import { regionPaths, sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { wantedName } from "./nearest.ts";

const SEGMENT = /^([^{}*]*|\{[A-Za-z_][A-Za-z0-9_]*\})$/;
const LABELS = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** What requests are compared with: networks, host names, paths, header names. */
export function checkRequests(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    for (const path of networks(draft, site)) checkNetwork(draft, path);
    for (const path of draft.items([...site, "hosts"])) checkHost(draft, path);
    for (const route of draft.items([...site, "routes"])) {
      checkRoutePath(draft, [...route, "match", "path"]);
      checkVariables(draft, [...route, "match"]);
      for (const field of draft.keys([...route, "match", "header"])) {
        if (!FIELD_NAME.test(field)) draft.refuseKey([...route, "match", "header", field], "a header name", JSON.stringify(field));
      }
    }
  }
}

/** A variable that the path does not have has no value, and its route would never be chosen. */
function checkVariables(draft: Draft, match: Path): void {
  const pattern = draft.text([...match, "path"]);
  if (pattern === null) return;
  const known = pattern.split("/").flatMap((segment) => /^\{(.*)\}$/.exec(segment)?.[1] ?? []);
  for (const name of draft.keys([...match, "variables"])) {
    if (!known.includes(name)) draft.refuseKey([...match, "variables", name], known.length === 0 ? `a variable of match.path, which has none (${pattern})` : wantedName(name, known, "a variable of match.path"), JSON.stringify(name));
  }
}

function networks(draft: Draft, site: Path): Path[] {
  const identity = [...site, "identity"];
  return [
    ...draft.items([...identity, "trustedProxies"]),
    ...draft.items([...identity, "taxpayer"]).flatMap((path) => draft.items([...path, "from"])),
    ...[...regionPaths(draft, site).values()].flatMap((path) => draft.items([...path, "clients"])),
  ];
}

function checkNetwork(draft: Draft, path: Path): void {
  const text = draft.text(path);
  if (text !== null && parseNetwork(text) === null) draft.refuse(path, "a network such as 10.0.0.0/8 or an address");
}

function checkHost(draft: Draft, path: Path): void {
  const text = draft.text(path);
  if (text === null || text === "" || text === "*") return;
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (!(text.length <= 253 && LABELS.test(text)) && parseAddress(bare) === null) draft.refuse(path, "a host name in small letters without a port, *.NAME or *");
}

/** `**` stands last, `{name}` is a whole segment; anything else with a star or brace would be taken literally by surprise. */
export function checkRoutePath(draft: Draft, path: Path): void {
  const text = draft.text(path);
  if (text === null || !/^\/[^?#\s]*$/.test(text)) return;
  const segments = text.slice(1).split("/");
  if (segments.at(-1) === "**") segments.pop();
  if (!segments.every((segment) => SEGMENT.test(segment))) draft.refuse(path, "a path such as /api/invoices, /api/{id} or /api/**");
}
