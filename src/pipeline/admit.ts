import { GO_ON, type Verdict } from "./verdict.ts";

/*
 * admit: who may speak at all.
 * Will read principals, client allowlist, ban table; will refuse with unauthenticated, forbidden, abuse. This release has no
 * admission, so nothing is held against an exchange here.
 */

/** See the top of this file. */
export function admit(): Verdict {
  return GO_ON;
}
