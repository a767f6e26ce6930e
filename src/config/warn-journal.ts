import { resolve, sep } from "node:path";
import type { SubmissionOptions } from "../journal/options.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Settings of the journal as a whole that can never act, or that give away what it is for. */
export function warnOfJournal(draft: Draft, config: Config): void {
  const submissions = config.sites.flatMap(({ routes }) => routes.flatMap(({ submission }) => submission ?? []));
  const warn = (never: boolean, key: string, why: string): void => {
    if (never && isChosen(draft, ["journal", key])) draft.warn(["journal", key], `can never act: ${why}`);
  };
  for (const key of ["witness", "ballast", "distrustFor", "encryption"]) warn(submissions.length === 0, key, "no route has a submission");
  const { witness } = config.journal;
  if (submissions.length > 0 && witness !== undefined && resolve(witness).startsWith(`${config.stateDir}${sep}`)) {
    draft.warn(["journal", "witness"], "risky: it stands in the state directory, and whoever puts that back puts back the witness with it; another volume notices");
  }
  warnOfRetention(draft, config, submissions);
}

/** There is one journal for all routes: the longest time counts. */
function warnOfRetention(draft: Draft, { sites }: Config, submissions: readonly SubmissionOptions[]): void {
  const paths = sitePaths(draft);
  const outcome = Math.max(0, ...submissions.map(({ retain }) => retain.outcome));
  const bodies = Math.max(0, ...submissions.map(({ retain }) => retain.bodies));
  for (const [index, site] of sites.entries()) {
    for (const [number, { submission }] of site.routes.entries()) {
      if (submission === undefined) continue;
      const at = [...(paths[index] ?? []), "routes", number, "submission", "retain"];
      const warn = (never: boolean, key: string, why: string): void => {
        if (never && isChosen(draft, [...at, key])) draft.warn([...at, key], `can never act: ${why}`);
      };
      warn(submission.retain.outcome < outcome, "outcome", "another route keeps outcomes longer, and the journal is kept as a whole");
      warn(submission.retain.bodies < bodies, "bodies", "another route keeps bodies longer, and the journal is kept as a whole");
      warn(submission.retain.bodies > outcome, "bodies", "the whole entry is forgotten before, after retain.outcome");
    }
  }
}
