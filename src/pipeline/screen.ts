import { GO_ON, type Verdict } from "./verdict.ts";

/*
 * screen: is this content allowed, and within the caller's limits.
 * Will read content rules and the caller's limits; will refuse with forbidden, invalid, limited. This release has no
 * content rules and limits, so nothing is held against an exchange here.
 */

/** See the top of this file. */
export function screen(): Verdict {
  return GO_ON;
}
