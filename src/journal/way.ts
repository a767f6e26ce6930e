import type { RegionUpstream } from "../upstream/region-upstream.ts";
import type { SubmissionPolicy } from "./policy.ts";

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
  /** Null where there is no such region any more. */
  readonly region: (name: string) => RegionUpstream | null;
}

/** Finds the way of a route; null where the configuration in use has no such site or route. */
export type Ways = (site: string, route: string) => Way | null;
