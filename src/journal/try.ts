import type { ExtractorSource } from "../document/extractor.ts";
import type { EntryFacts, StoredRequest } from "./entry.ts";
import type { Identified } from "./identify.ts";
import type { Caller } from "./may-hear.ts";
import type { SubmissionPolicy } from "./policy.ts";

/** A submission as it arrived. */
export interface Submission extends Caller {
  readonly source: ExtractorSource;
  /** As it is sent. */
  readonly request: StoredRequest;
  readonly taxpayer: string | null;
  readonly region: string;
}

/** One try of a submission, recognised, on its way through the store. */
export interface Try {
  readonly policy: SubmissionPolicy;
  readonly identified: Identified;
  readonly submission: Submission;
}

/** The content's fingerprint as an earlier policy makes it; the present one's where that does not recognise it. */
export function fingerprintUnder(then: SubmissionPolicy, now: SubmissionPolicy, { submission, identified }: Try): string {
  if (then.hash === now.hash) return identified.fingerprint;
  const read = then.identify(submission.source, submission.request.target);
  return read.kind === "identified" ? read.fingerprint : identified.fingerprint;
}

/** What an entry of this try would state for good. */
export function factsOf({ policy, identified, submission }: Try, revision: number): EntryFacts {
  const { id, key, scope, fingerprint, lane } = identified;
  const { taxpayer, region, principal } = submission;
  return { id, revision, site: policy.site, route: policy.route, key, scope, taxpayer, region, principal, lane, fingerprint, profile: policy.hash };
}
