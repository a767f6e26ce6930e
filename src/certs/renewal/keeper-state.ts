import type { Leaf } from "../leaf.ts";
import type { RenewOptions } from "../options.ts";
import { lifeOf, spansOf } from "./spans.ts";

/** How a certificate stands, in one word. */
export type KeeperState =
  /** None yet, and nothing has failed. */
  | "new"
  | "good"
  /** The last tries failed; there is time. */
  | "failing"
  /** Nothing can be shown, or soon nothing can be, or tries have failed for six hours. */
  | "alarm";

/** What the word depends on. */
export interface Standing {
  /** What is shown; null: nothing. */
  readonly leaf: Leaf | null;
  /** When the oldest row of failures began, ms since 1970; null: nothing fails. */
  readonly failingSince: number | null;
  readonly wall: number;
  readonly options: Pick<RenewOptions, "before" | "emergency">;
}

const LONG_MS = 6 * 3_600_000;

/** The state of a certificate. */
export function stateOf({ leaf, failingSince, wall, options }: Standing): KeeperState {
  if (leaf === null) return failingSince === null ? "new" : "alarm";
  if (isEmergency(leaf, wall, options)) return "alarm";
  if (failingSince === null) return "good";
  return wall - failingSince >= LONG_MS ? "alarm" : "failing";
}

/** Is so little left that a certificate is renewed at any price? Also true of one that has run out. */
export function isEmergency(leaf: Leaf, wall: number, options: Pick<RenewOptions, "before" | "emergency">): boolean {
  return wall >= emergencyAt(leaf, options);
}

/** When that begins; ms since 1970. */
export function emergencyAt(leaf: Leaf, options: Pick<RenewOptions, "before" | "emergency">): number {
  return leaf.notAfter - spansOf(lifeOf(leaf), options).emergency;
}
