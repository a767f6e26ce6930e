import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { formatPath } from "./problem.ts";

/** A place where `waf` may stand, and the sites and routes for which it counts. */
export interface WafPlace {
  readonly path: Path;
  /** Places of sites in the configuration. */
  readonly sites: readonly number[];
  /** Place of the one route; null: all of them. */
  readonly route: number | null;
}

/** The place for all, those of sites, and those of routes. At the top of a file with one platform `waf` is the place for all. */
export function wafPlaces(draft: Draft): WafPlace[] {
  const sites = sitePaths(draft);
  return [
    { path: ["waf"], sites: sites.map((_, index) => index), route: null },
    ...sites.flatMap((site, index) => [
      ...(site.length === 0 ? [] : [{ path: [...site, "waf"], sites: [index], route: null }]),
      ...draft.items([...site, "routes"]).map((route, at) => ({ path: [...route, "waf"], sites: [index], route: at })),
    ]),
  ];
}

/** Forms of taxpayer numbers that the profile of a site names. */
export function formatsOf(draft: Draft, site: number): readonly string[] {
  return draft.profiles.get(formatPath(sitePaths(draft)[site] ?? []))?.taxNumbers ?? [];
}
