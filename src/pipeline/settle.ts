import type { Exchange } from "./exchange.ts";

/*
 * settle: makes a submission's outcome durable before its first byte goes to the caller.
 * Without a journal there is nothing to make durable: the phase decides who ended the exchange, for the record.
 */

/** See the top of this file. */
export function settle(x: Exchange): void {
  // An answer of the platform's, from the cache or not, is what everybody wanted.
  if (x.verdict?.kind === "answer") x.endedBy = x.lastTried === null && x.cached === null ? "edge" : "none";
  else if (x.endedBy === "none") x.endedBy = x.gone ? "client" : "edge";
}
