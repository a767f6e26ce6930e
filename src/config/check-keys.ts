import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { wantedName } from "./nearest.ts";
import { formatPath } from "./problem.ts";

/** Keys that extractors decode with: whatever names one names one that its site has. */
export function checkKeys(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    const known = draft.keys([...site, "keys"]);
    for (const path of keyUses(draft, site)) {
      const name = draft.text(path);
      if (name === null || known.includes(name)) continue;
      draft.refuse(path, known.length === 0 ? "a name under the site's 'keys', which has none" : wantedName(name, known, "a name under the site's 'keys'"));
    }
  }
}

/** Keys that nothing decodes with. A profile may choose its routes by the mere presence of one. */
export function warnOfKeys(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    const ofProfile = draft.profiles.get(formatPath(site))?.keys ?? [];
    const used = new Set([...ofProfile, ...keyUses(draft, site).map((path) => draft.text(path))]);
    const wanted = ofProfile.length === 0 ? "" : `; the profile knows ${ofProfile.join(", ")}`;
    for (const name of draft.keys([...site, "keys"])) if (!used.has(name)) draft.warn([...site, "keys", name], `can never act: nothing decodes with this key${wanted}`);
  }
}

/** Leads to every name of a key, wherever in the site an extractor stands. */
function keyUses(draft: Draft, path: Path): Path[] {
  const below = [...draft.items(path), ...draft.keys(path).map((key) => [...path, key])];
  return below.flatMap((at) => (at.at(-1) === "decode" ? draft.items(at).map((step) => [...step, "sm4-ecb"]).filter((step) => draft.has(step)) : keyUses(draft, at)));
}
