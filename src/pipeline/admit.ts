import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { admitCaller } from "./admit-caller.ts";
import { banned } from "./banned.ts";
import { shed } from "./shed.ts";
import { inOrder, type Step, type Verdict } from "./verdict.ts";

/*
 * admit: may this caller speak at all.
 * Reads how loaded this process is, the ban table, and the allowlists of clients, principals and taxpayers.
 */

const STEPS: readonly Step<Exchange, Generation, Surroundings>[] = [shed, banned, admitCaller];

/** See the top of this file. */
export function admit(x: Exchange, generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  return inOrder(STEPS, x, generation, around);
}
