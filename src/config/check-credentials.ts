import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";
import { wantedName } from "./nearest.ts";
import { formatPath } from "./problem.ts";

/** What a person renews at a platform: its profile knows it, and how that is done. */
export function checkCredentials(draft: Draft): void {
  for (const site of sitePaths(draft)) {
    const facts = draft.profiles.get(formatPath(site));
    const known = (facts?.credentials ?? []).filter(({ human }) => human).map(({ name }) => name);
    for (const name of draft.keys([...site, "credentials"])) {
      if (known.includes(name)) continue;
      const none = facts === undefined ? "nothing here: a site without a profile has no credentials that are known" : `nothing here: profile '${facts.name}' knows of nothing that a person renews`;
      draft.refuseKey([...site, "credentials", name], known.length === 0 ? none : wantedName(name, known, "a credential of the profile that a person renews"), `the name ${JSON.stringify(name)}`);
    }
  }
}
