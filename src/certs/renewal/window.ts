import type { Random } from "../../base/random.ts";
import type { RenewalInfo } from "../acme/issuer.ts";
import { lifeOf, usualAhead, type Validity } from "./spans.ts";

/** When the authority wants a certificate to be renewed (RFC 9773), and when it will be. Times in ms since 1970. */
export interface Window {
  readonly start: number;
  readonly end: number;
  /** The moment inside it that was drawn for this certificate; drawn once, and kept while the window stays. */
  readonly chosen: number;
  /** It came forward, as it does before a revocation: what is left on the certificate's own face counts no more. */
  readonly movedUp: boolean;
}

/** What is known when the authority's word arrives. */
export interface Heard {
  readonly info: Pick<RenewalInfo, "start" | "end">;
  /** The window that was known before; null: none. */
  readonly before: Window | null;
  readonly leaf: Validity;
  readonly wall: number;
  readonly random: Random;
}

/** The window that holds from now on. A word of the authority that makes no sense counts as unsaid (RFC 9773 section 4.2). */
export function hearWindow({ info: { start, end }, before, leaf, wall, random }: Heard): Window | null {
  if (!Number.isFinite(start) || !Number.isFinite(end) || end <= start || start >= leaf.notAfter) return before;
  if (before !== null && before.start === start && before.end === end) return before;
  // One that is over before a certificate usually is renewed at all has been moved too, only that nobody was there to see it.
  const movedUp = before === null ? end <= wall && wall < leaf.notAfter - usualAhead(lifeOf(leaf)) : before.movedUp || end <= before.start;
  return { start, end, chosen: start + random.next() * (end - start), movedUp };
}
