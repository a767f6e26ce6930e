import type { Leaf } from "../leaf.ts";
import type { RenewOptions } from "../options.ts";

/** From when to when a certificate is valid; ms since 1970. */
export type Validity = Pick<Leaf, "notBefore" | "notAfter">;

/** How long before the end of a certificate something begins, in ms. */
export interface Spans {
  /** Renewal, where the authority says nothing. */
  readonly ahead: number;
  /** The emergency: blackouts do not count any more. Never more than `ahead`. */
  readonly emergency: number;
}

const SHORT_MS = 10 * 86_400_000;
/** A certificate is in use for a fifth of its life at least, whatever was written: else every new one would be due at once. */
const MOST_AHEAD = 0.8;
const LONGEST_REST_MS = 6 * 3_600_000;

/** Ms from the first to the last instant of a certificate; 0 where they are reversed. */
export function lifeOf({ notBefore, notAfter }: Validity): number {
  return Math.max(0, notAfter - notBefore);
}

/** The spans of a certificate: as written, else a third of its life (half of one below ten days) and a quarter of that. */
export function spansOf(life: number, { before, emergency }: Pick<RenewOptions, "before" | "emergency">): Spans {
  const ahead = Math.min(before ?? usualAhead(life), life * MOST_AHEAD);
  return { ahead, emergency: Math.min(emergency ?? ahead / 4, ahead) };
}

/** What authorities recommend: a third of the life, half of a short one. */
export function usualAhead(life: number): number {
  return life < SHORT_MS ? life / 2 : life / 3;
}

/** Ms after an order in which no other is due by itself, of the ms that the certificate had left then: an authority whose windows always lie in the past must not be flooded. */
export function restAfterOrder(left: number): number {
  return Math.min(LONGEST_REST_MS, Math.max(0, left) / 10);
}
