import type { PacedCall, Waiting } from "../limits/pace/paced-call.ts";
import type { ExtractorSource } from "../document/extractor.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import type { EntryFacts, StoredRequest } from "./entry.ts";
import type { LearnRules } from "./verdicts/rules.ts";
import type { SubmissionPolicy } from "./policy.ts";

/** What is heard of the answers to a request. */
export interface Hearing {
  readonly rules: LearnRules;
  /** Where in the request's target values stand. */
  readonly source: Pick<ExtractorSource, "pathVariables" | "query">;
}

/** The way of one route to its platform, by the configuration in use. Times in ms. */
export interface Way {
  /** Null where the route does not journal any more. */
  readonly policy: SubmissionPolicy | null;
  /** Wait for an answer's head; null: the region's own. */
  readonly response: number | null;
  /** Bound on all attempts together; null: the region's own. */
  readonly total: number | null;
  /** Wants a connection that never carried a request, for every attempt. */
  readonly fresh: boolean;
  /** What answers to a request tell about submissions, by the route that it matches; null where that is nothing. */
  readonly hearing?: (request: StoredRequest) => Hearing | null;
  /** Null where there is no such region any more. */
  readonly region: (name: string) => RegionUpstream | null;
  /** What counts a request about an entry: the submission itself (`submit`), or one that the route it fits counts; null: nothing. */
  readonly paced: (routeClass: "submit" | "poll", request: StoredRequest, facts: Pick<EntryFacts, "region" | "taxpayer" | "principal">, waiting: Waiting) => PacedCall | null;
}

/** Finds the way of a route; null where the configuration in use has no such site or route. */
export type Ways = (site: string, route: string) => Way | null;
