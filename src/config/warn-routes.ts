import { isDeepStrictEqual } from "node:util";
import type { Path } from "../document/yaml-node.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import { sitePaths } from "./check-sites.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

type Match = RouteOptions["match"];

/** Sites and routes that never see a request because an earlier one takes them all. Only where that is certain. */
export function warnOfRoutes(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const path = paths[index] ?? [];
    const earlier = config.sites.findIndex((other) => site.hosts.every((host) => other.hosts.some((pattern) => coversHost(pattern, host))));
    if (earlier < index) draft.warn(path, `can never act: the site in line ${lineOf(draft, paths[earlier] ?? [])} stands before it and takes all its hosts`);
    warnOfSite(draft, path, site);
  }
}

function warnOfSite(draft: Draft, path: Path, site: SiteOptions): void {
  const fallbacks = site.regions.some((region) => region.fallback.length > 0);
  for (const [index, route] of site.routes.entries()) {
    const at = [...path, "routes", index];
    const earlier = site.routes.findIndex((other) => coversMatch(other.match, route.match));
    if (earlier < index) draft.warn([...at, "match"], `can never act: the route in line ${lineOf(draft, [...path, "routes", earlier])} stands before it and takes all its requests`);
    if (earlier < index) warnOfLoss(draft, [...path, "routes", earlier], at, route);
    if (route.crossRegion === true && !fallbacks) draft.warn([...at, "crossRegion"], "can never act: no region of the site has a fallback");
    const { response, total } = route.timeouts;
    if (response !== undefined && total !== undefined && response > total) draft.warn([...at, "timeouts", "response"], "can never act: total ends the request before");
  }
}

/** A profile's route that the site's own takes everything from: whoever wrote the site is told there, because the profile is not his. */
function warnOfLoss(draft: Draft, earlier: Path, at: Path, { name, submission }: RouteOptions): void {
  if (draft.spot(earlier).file === draft.spot(at).file) return;
  const lost = submission === undefined ? "" : ", and no submission there is protected";
  draft.warn([...earlier, "match"], `risky: it takes all requests of the profile's route '${name}'${lost}; a route of the same name is laid over the profile's instead`);
}

function lineOf(draft: Draft, path: Path): number {
  return draft.spot(path).line;
}

/** Does `pattern` match every host that `host` matches? */
function coversHost(pattern: string, host: string): boolean {
  if (pattern === "*" || pattern === host) return true;
  return pattern.startsWith("*.") && host !== "*" && host.endsWith(pattern.slice(1));
}

/** Does `a` match every request that `b` matches? False also means "not certain". */
function coversMatch(a: Match, b: Match): boolean {
  if (a.methods.length > 0 && (b.methods.length === 0 || !b.methods.every((method) => a.methods.includes(method)))) return false;
  const header = lowerKeys(b.header);
  if (!Object.entries(lowerKeys(a.header)).every(([name, value]) => header[name] === value)) return false;
  if (!Object.entries(a.query).every(([name, value]) => b.query[name] === value)) return false;
  return coversContent(a, b) && coversPath(a.path, b.path);
}

/** What an earlier route asks of variables, action and body a later one has to ask too; where it asks more, it still is not seen. */
function coversContent(a: Match, b: Match): boolean {
  // Variables go by the names in each route's own path.
  const places = (match: Match): Map<string, unknown> => new Map(match.path.split("/").flatMap((segment, index) => {
    const wanted = match.variables[/^\{(.*)\}$/.exec(segment)?.[1] ?? ""];
    return wanted === undefined ? [] : [[String(index), [wanted].flat()] as const];
  }));
  const [mine, theirs] = [places(a), places(b)];
  for (const [index, values] of mine) {
    const segment = b.path.split("/")[Number(index)] ?? "";
    const given = theirs.get(index) ?? (/[{*]/.test(segment) ? null : [segment]);
    if (!Array.isArray(given) || !given.every((value) => (values as string[]).includes(value as string))) return false;
  }
  if (a.soapAction !== undefined && a.soapAction !== b.soapAction) return false;
  const asksToo = (conditions: readonly unknown[], other: readonly unknown[]): boolean => conditions.every((one) => other.some((its) => isDeepStrictEqual(one, its)));
  return asksToo(a.json, b.json) && asksToo(a.xml, b.xml);
}

function lowerKeys(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
}

function coversPath(a: string, b: string): boolean {
  const deep = a.endsWith("/**");
  const wanted = (deep ? a.slice(0, -3) : a).split("/");
  const given = (b.endsWith("/**") ? b.slice(0, -3) : b).split("/");
  if (!deep && b.endsWith("/**")) return false;
  if (deep ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === given[index] || (segment.startsWith("{") && given[index] !== ""));
}
