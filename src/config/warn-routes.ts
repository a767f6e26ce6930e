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
    if (route.crossRegion === true && !fallbacks) draft.warn([...at, "crossRegion"], "can never act: no region of the site has a fallback");
    const { response, total } = route.timeouts;
    if (response !== undefined && total !== undefined && response > total) draft.warn([...at, "timeouts", "response"], "can never act: total ends the request before");
  }
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
  return coversPath(a.path, b.path);
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
