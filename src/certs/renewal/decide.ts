import type { RenewOptions } from "../options.ts";
import { blackoutsEnd } from "./blackouts.ts";
import { lifeOf, restAfterOrder, spansOf, type Validity } from "./spans.ts";
import type { Window } from "./window.ts";

/** What is known of one certificate at one moment. Times in ms since 1970. */
export interface Situation {
  /** The certificate that would be served; null: none that proves itself. */
  readonly leaf: Validity | null;
  /** What its authority said; null: nothing that counts. */
  readonly window: Window | null;
  /** Drawn once for this certificate, in [0, 1): spreads renewal where the authority says nothing. */
  readonly jitter: number;
  /** When the last order succeeded; null: unknown. */
  readonly orderedAt: number | null;
  /** It was made because of the time: a window, or what was left. */
  readonly orderedByTime: boolean;
  /** Since when this process has wanted what it wants now. */
  readonly wantedSince: number;
  /** Before then nothing is tried, because of what failed; 0: at any time. */
  readonly retryAt: number;
  readonly wall: number;
  /** Somebody wants another certificate, whatever the time. */
  readonly wish: Wish | null;
  readonly options: Pick<RenewOptions, "before" | "emergency" | "blackouts">;
}

/** A certificate is wanted for another reason than time: by a person, or because the configuration is not the one that it was ordered for. */
export type Wish = "asked" | "names-changed" | "key-changed" | "authority-changed";

/** Why something is ordered. */
export type OrderWhy =
  | Wish
  /** There is none. */
  | "none-yet"
  | "expired"
  /** The moment inside the authority's window has come. */
  | "window"
  /** The authority moved its window forward, and it has passed: a revocation, most likely. */
  | "moved-up"
  /** What has to be left is left, and the authority says nothing. */
  | "third-left"
  /** So little is left that blackouts count no more. */
  | "emergency";

/** Why nothing is ordered. */
export type WaitWhy =
  | "not-due"
  /** The last one came only just. */
  | "just-ordered"
  | "blackout"
  | "back-off"
  /** By this machine's clock the certificate in use is not valid yet: any new one would look the same. */
  | "clock-behind";

/** What to do now. Whoever waits may look again at any time before `until`, and does so at least every hour. */
export type Decision = { readonly kind: "wait"; readonly until: number; readonly why: WaitWhy } | { readonly kind: "order"; readonly why: OrderWhy };

/** Certificates that were ordered together are renewed within this share of what begins ahead. */
const SPREAD = 0.1;

/** Is this a reason that comes with time? */
export function isByTime(why: OrderWhy): boolean {
  return why === "window" || why === "moved-up" || why === "third-left" || why === "emergency";
}

/** Decides whether a certificate is ordered now. Pure; `until` is always later than `wall`. */
export function decide(known: Situation): Decision {
  const { leaf, wall, wish } = known;
  if (wish === "asked") return order("asked");
  if (leaf === null) return orderUnlessFailed("none-yet", known);
  if (wall > leaf.notAfter) return orderUnlessFailed("expired", known);
  if (wall < leaf.notBefore) return wait(leaf.notBefore, "clock-behind");
  return wish === null ? decideByTime(leaf, known) : decideWish(wish, leaf, known);
}

/** What came after the wish was there is not what was wished for: another process with another configuration orders too, and each must let the other's rest. */
function decideWish(wish: Wish, leaf: Validity, known: Situation): Decision {
  const { orderedAt, wantedSince, wall } = known;
  const rested = restedAt(leaf, known);
  if (orderedAt !== null && orderedAt > wantedSince && wall < rested) return wait(rested, "just-ordered");
  return orderUnlessFailed(wish, known);
}

function decideByTime(leaf: Validity, known: Situation): Decision {
  const { window, wall, options, orderedByTime } = known;
  const { due, emergency } = timesOf(leaf, known);
  // An authority whose windows always lie in the past gets two orders in a row, and then few.
  const rested = orderedByTime ? restedAt(leaf, known) : wall;
  if (wall < due) return wait(due, "not-due");
  if (wall < rested) return wait(rested, "just-ordered");
  if (wall >= emergency) return orderUnlessFailed("emergency", known);
  if (window?.movedUp === true && wall >= window.end) return orderUnlessFailed("moved-up", known);
  const end = blackoutsEnd(options.blackouts, wall, emergency);
  return end > wall ? wait(end, "blackout") : orderUnlessFailed(window === null ? "third-left" : "window", known);
}

function orderUnlessFailed(why: OrderWhy, { retryAt, wall }: Situation): Decision {
  return retryAt > wall ? wait(retryAt, "back-off") : order(why);
}

function wait(until: number, why: WaitWhy): Decision {
  return { kind: "wait", until, why };
}

function order(why: OrderWhy): Decision {
  return { kind: "order", why };
}

/** Until when the last order rests. One that seems to lie in the future was noted by a clock that was wrong. */
function restedAt({ notAfter }: Validity, { orderedAt, wall }: Situation): number {
  return orderedAt === null || orderedAt > wall ? wall : orderedAt + restAfterOrder(notAfter - orderedAt);
}

/** When renewal is due, and from when on it is an emergency; never the second before the first. */
function timesOf(leaf: Validity, { window, jitter, options }: Situation): { due: number; emergency: number } {
  const life = lifeOf(leaf);
  const spans = spansOf(life, options);
  const emergency = leaf.notAfter - spans.emergency;
  const spread = SPREAD * Math.min(spans.ahead, life - spans.ahead);
  return { due: window === null ? leaf.notAfter - spans.ahead - jitter * spread : Math.min(window.chosen, emergency), emergency };
}
