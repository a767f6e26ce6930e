import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { screenContent } from "./screen-content.ts";
import { screenLimits } from "./screen-limits.ts";
import { screenRequire } from "./screen-require.ts";
import { inOrder, type Step, type Verdict } from "./verdict.ts";

/*
 * screen: is this content allowed, and is it within the caller's limits, or in how long.
 * Reads content rules and the caller's limits. Only what is about to go to the platform comes here, so that neither a replay
 * nor a hit is refused by a rule that was made later.
 */

const STEPS: readonly Step<Exchange, Generation, Surroundings>[] = [screenRequire, screenContent, screenLimits];

/** See the top of this file. */
export function screen(x: Exchange, generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  return inOrder(STEPS, x, generation, around);
}
