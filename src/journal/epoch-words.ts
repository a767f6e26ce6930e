import { instantText } from "../base/instant.ts";
import type { EpochFinding } from "./epoch.ts";

const ASKS = "submissions whose keys it does not know may have been issued, so the platform is asked before they are sent, and where it cannot be asked they are held";

/**
 * What an operator reads about a finding: what was found, what Taxgate does now, what to do. Null where all is well.
 * `journal` is the path of the journal's directory, `witness` that of the witness's file.
 */
export function epochWords(finding: EpochFinding, journal: string, witness: string): string | null {
  switch (finding.kind) {
    case "fresh":
    case "same":
      return null;
    case "rolled-back":
      return `the journal '${journal}' is older than its witness '${witness}'${spanWords(finding)}: ${ASKS}. If a newer copy exists, stop Taxgate now and put it in place`;
    case "witness-lost":
      return `the journal '${journal}' has lost its witness '${witness}', so nobody can tell whether the file is the newest${spanWords(finding)}: ${ASKS}. A new witness is written; keep it on another volume than the journal ('journal.witness')`;
    case "foreign":
      return `the journal '${journal}' is another one than its witness '${witness}' belongs to: nothing is sent. Put the right file back, or delete the witness to go on with this one; keys that it does not know are then asked about before they are sent`;
  }
}

function spanWords({ since, until }: EpochFinding): string {
  if (since === null) return until === null ? "" : `, which was last written at ${instantText(until)}; nothing in it can be relied on to be complete`;
  return `; it knows what happened up to ${instantText(since)}${until === null ? "" : `, and at least up to ${instantText(until)} it was in use`}`;
}
