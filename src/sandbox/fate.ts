import type { Random } from "../base/random.ts";
import type { FaultState } from "./fault-state.ts";
import type { ChanceName, Latency } from "./faults.ts";

/** Faults that take the place of processing. */
export type BeforeName = "halfOpen" | "garbage" | "html" | "unauthorized" | "errorBefore";
/** Faults that spoil the answer to a processed request. */
export type AfterName = "garbage" | "html" | "errorAfter" | "resetAfterProcessing" | "resetMidAnswer";

/** What is going to happen to one request, settled when its head arrives. */
export interface Fate {
  /** Time of work before processing, in milliseconds. */
  readonly delayMs: number;
  readonly before: BeforeName | undefined;
  readonly after: AfterName | undefined;
  /** Number in [0, 1) that picks among forms of the same fault. */
  readonly form: number;
}

const BEFORE: readonly BeforeName[] = ["halfOpen", "garbage", "html", "unauthorized", "errorBefore"];
const AFTER: readonly AfterName[] = ["garbage", "html", "errorAfter", "resetAfterProcessing", "resetMidAnswer"];
const DRAWS = 12;

/**
 * Settles the fate of one request. Every request takes the same number of draws whatever faults
 * are on, so that the n-th request of a run meets the same luck when a fault was switched before it.
 */
export function drawFate(random: Random, faults: FaultState, operation: string): Fate {
  const draws = Array.from({ length: DRAWS }, () => random.next());
  const draw = (index: number): number => draws[index] ?? 0;
  const delayMs = delayOf(faults.set().latency, operation, [draw(0), draw(1), draw(2)]);
  const strikes = (name: ChanceName, index: number): boolean => faults.strikes(name, operation, draw(index));
  const before = BEFORE.find((name, i) => !comesAfter(faults, name) && strikes(name, 3 + i));
  const after = before ? undefined : AFTER.find((name, i) => comesAfter(faults, name) && strikes(name, lateDraw(i)));
  return { delayMs, before, after, form: draw(11) };
}

// Garbage and HTML come before or after processing, never both, so each has one draw: 4 and 5; the late ones have 8 to 10.
function lateDraw(index: number): number {
  return index < 2 ? 4 + index : 6 + index;
}

function comesAfter(faults: FaultState, name: ChanceName): boolean {
  if (name === "garbage" || name === "html") return faults.set()[name]?.issued === true;
  return name === "errorAfter" || name === "resetAfterProcessing" || name === "resetMidAnswer";
}

/** Milliseconds of work for three draws: the place in the uniform part, the chance of the tail, the place in the tail. */
export function delayOf(latency: Latency | undefined, operation: string, draws: readonly [number, number, number]): number {
  if (!latency || (latency.on && !latency.on.includes(operation))) return 0;
  const { minMs, maxMs, tail } = latency;
  if (!tail || draws[1] >= tail.probability) return minMs + draws[0] * (maxMs - minMs);
  // Inverse of the Pareto distribution; 1 - draw is in (0, 1], so that the power is finite.
  return Math.min(tail.capMs, tail.minMs * (1 - draws[2]) ** (-1 / tail.alpha));
}
