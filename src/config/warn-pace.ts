import type { Path } from "../document/yaml-node.ts";
import type { PaceOptions } from "../limits/pace/options.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Paces that are written and can never act, or count together what was meant to be counted apart. */
export function warnOfPaces(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const path = paths[index] ?? [];
    const total = Math.max(...site.regions.map(({ upstream }) => upstream.timeouts.total));
    if (draft.has([...path, "upstream", "pace"])) warnOfList(draft, [...path, "upstream", "pace"], site, site.regions[0]?.upstream.pace ?? [], total);
    for (const [at, route] of site.routes.entries()) warnOfList(draft, [...path, "routes", at, "pace"], site, route.pace, route.timeouts.total ?? total);
  }
}

function warnOfList(draft: Draft, path: Path, site: SiteOptions, paces: readonly PaceOptions[], total: number): void {
  for (const [index, pace] of paces.entries()) {
    const entry = [...path, index];
    warnOfWindows(draft, entry, pace);
    for (const [at, part] of pace.scope.entries()) {
      const place = [...entry, "scope", at];
      if (part === "site" && pace.scope.length > 1) draft.warn(place, "can never act: beside another one everything is counted apart by that");
      if (part === "region" && site.regions.length === 1) draft.warn(place, "can never act: the site has one region");
      if (part === "taxpayer" && site.identity.taxpayer.length === 0) draft.warn(place, "can never act: identity.taxpayer does not say where the number stands, so that all count together");
    }
    if (isChosen(draft, [...entry, "maxWait"]) && pace.maxWait > total) draft.warn([...entry, "maxWait"], "can never act: timeouts.total ends the request before");
  }
}

/** Whoever keeps to the longer one with the smaller count keeps to the shorter one too. */
function warnOfWindows(draft: Draft, entry: Path, { windows }: PaceOptions): void {
  for (const [index, { count, per }] of windows.entries()) {
    const stricter = windows.findIndex((other, at) => at !== index && other.count <= count && other.per >= per && (other.count < count || other.per > per || at < index));
    if (stricter >= 0) draft.warn([...entry, "windows", index], `can never act: '${draft.text([...entry, "windows", stricter]) ?? ""}' allows less`);
  }
}
