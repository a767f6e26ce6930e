import type { Leaf } from "../leaf.ts";

/** How an authority's certificate stands in time: `ending` calls for a successor, which applications need time to learn of. */
export type AuthorityState = "good" | "ending" | "ended" | "not-yet";

/** Clients' clocks may be behind ours by so much, or in a zone that was set wrong. */
export const CLOCK_SKEW = 24 * 3_600_000;

/** Of its whole life: as long before an authority ends its successor has to be prepared, for applications to learn of it. */
export const LAST_PART = 0.1;

/** The last tenth of its life is its end: a year of ten. Takes ms since 1970. */
export function authorityState({ notBefore, notAfter }: Pick<Leaf, "notBefore" | "notAfter">, now: number): AuthorityState {
  if (now < notBefore) return "not-yet";
  if (now >= notAfter) return "ended";
  return notAfter - now < (notAfter - notBefore) * LAST_PART ? "ending" : "good";
}
