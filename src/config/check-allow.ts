import type { Path } from "../document/yaml-node.ts";
import { PLATFORM_FORMAT, TAX_NUMBER_FORMATS } from "../waf/allow/options.ts";
import { checkRoutePath } from "./check-requests.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { formatsOf, wafPlaces } from "./waf-places.ts";

const FORMS: ReadonlySet<string> = new Set([...TAX_NUMBER_FORMATS, PLATFORM_FORMAT]);

/** Paths that would be taken literally by surprise, as would the name of a form be as a pattern; and `{ format: platform }` in a list that counts for a site whose profile names no form of taxpayer numbers: nobody would be let in. */
export function checkAllow(draft: Draft): void {
  for (const { path, sites, route } of wafPlaces(draft)) {
    for (const item of draft.items([...path, "allow", "paths"])) checkRoutePath(draft, item);
    const list = [...path, "allow", "taxpayers"];
    for (const item of draft.items(list)) {
      const text = draft.text(item);
      if (text !== null && FORMS.has(text)) draft.refuse(item, `a pattern; the form with check digits is { format: ${text} }`);
    }
    const asked = draft.items(list).find((item) => draft.text([...item, "format"]) === PLATFORM_FORMAT);
    if (asked === undefined) continue;
    const without = sites.filter((site) => formatsOf(draft, site).length === 0 && !isReplaced(draft, path, site, route));
    if (without.length > 0) draft.refuse([...asked, "format"], `the name of a form: ${whoLacks(draft, without)} has no profile that names any`);
  }
}

/** Does the site say a list of its own, so that this one does not count there? */
function isReplaced(draft: Draft, path: Path, site: number, route: number | null): boolean {
  const own = sitePaths(draft)[site] ?? [];
  return route === null && path.length === 1 && own.length > 0 && draft.has([...own, "waf", "allow", "taxpayers"]);
}

function whoLacks(draft: Draft, sites: readonly number[]): string {
  const names = sites.map((site) => draft.text([...(sitePaths(draft)[site] ?? []), "name"]));
  return names[0] === null || names[0] === undefined ? "the site" : `site '${names[0]}'`;
}
