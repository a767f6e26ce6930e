import type { Path } from "../document/yaml-node.ts";
import type { Draft } from "./draft.ts";
import { SITE_KEYS } from "./schema.ts";

/** Leads to each site: the entries of `sites`, or the top of the file. */
export function sitePaths(draft: Draft): Path[] {
  return draft.has(["sites"]) ? draft.items(["sites"]) : [[]];
}

/** Leads to each region of a site, by name. */
export function regionPaths(draft: Draft, site: Path): Map<string, Path> {
  const regions = [...site, "regions"];
  return new Map(draft.keys(regions).map((name) => [name, [...regions, name]]));
}

/** One way of writing sites in a file, and at least one region in each. */
export function checkSites(draft: Draft): void {
  const beside = SITE_KEYS.filter((key) => draft.has([key]));
  if (draft.has(["sites"])) {
    for (const key of beside) draft.refuseKey([key], "a site's keys either below sites or at the top", `${key} beside sites`);
  } else if (!draft.has(["regions"])) {
    draft.refuse(["regions"], "a mapping of regions here, or sites", "nothing");
  }
  for (const site of sitePaths(draft)) {
    const regions = [...site, "regions"];
    const empty = draft.has(regions) && draft.keys(regions).length === 0;
    if (empty && typeof draft.value(regions) === "object" && draft.value(regions) !== null) draft.refuse(regions, "at least one region", "none");
  }
}
