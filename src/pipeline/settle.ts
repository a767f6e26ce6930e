import type { Exchange } from "./exchange.ts";

/*
 * settle: makes a submission's outcome durable before its first byte goes to the caller.
 * The journal's flights do so by themselves, because an outcome counts although its caller has gone; what is left to
 * decide is who ended the exchange, for the record.
 */

/** See the top of this file. */
export function settle(x: Exchange): void {
  // An answer of the platform's, from the cache or not, is what everybody wanted.
  if (x.verdict?.kind === "answer") x.endedBy = x.lastTried === null && x.cached === null && x.submitted === null ? "edge" : "none";
  else if (x.endedBy === "none") x.endedBy = x.gone ? "client" : "edge";
}
