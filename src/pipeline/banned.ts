import { NO_BODY } from "../http/message.ts";
import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { GO_ON, refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * admit, its second step: is this client shut out for what it did before.
 * Reads the ban table by the client's address. Refuses 429 banned, whatever is asked for, the replay of an issued invoice
 * too: it is the caller that is refused, and it gets its answer once the ban is over.
 */

/** See the top of this file. */
export function banned(x: Exchange, _generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  const { bans } = around;
  const left = bans === undefined ? 0 : bans.refuses(x.clientAddress);
  if (left === 0) return GO_ON;
  const verdict = refuse("banned", "this client is shut out for a while", retryAfter(left / 1000));
  const held = bans?.holdBack() ?? null;
  if (held === null) return verdict;
  // It waits without its body.
  if (x.body.kind === "bytes") x.body = NO_BODY;
  around.bodies.give(x.heldBytes);
  x.heldBytes = 0;
  return held.then(() => verdict);
}
