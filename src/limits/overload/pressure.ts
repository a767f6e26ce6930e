import { rankOf } from "../queue.ts";

/** How loaded the process is: 1 is where it begins to refuse. */
export interface Load {
  readonly lag: number;
  /** Reaches 1 at the bound of the configuration, and 2 where all memory is used up. */
  readonly memory: number;
}

/** Why a request is refused. */
export type PressureReason = "lag" | "memory";

/** Below this share of the bounds there is room again. */
const ROOM = 0.7;
/** A look moves pressure by so much, up for each unit of load. */
const STEP = 0.1;
/** The same between the two: so little that refusing does not swing, and enough that it ends where memory does not come back. */
const SMALL_STEP = 0.01;
const MOST_LOAD = 5;
/** Above so much lag, or with so much of the memory above its bound gone, submissions are refused too. */
const FAR_LAG = 5;
const FAR_MEMORY = 1.67;
/** Nobody but submissions is left to refuse. */
const ALL_BUT_SUBMISSIONS = 2;
const ALL = 3;

/**
 * The pressure after one more look, from 0 to 3. Its whole part says which ranks are refused, its fraction which share of
 * the next one: up to 1 reads, up to 2 polls and their like, up to 3 submissions, and those only far above the bounds.
 */
export function pressureAfter(pressure: number, { lag, memory }: Load): number {
  const load = Math.max(lag, memory);
  const most = lag >= FAR_LAG || memory >= FAR_MEMORY ? ALL : ALL_BUT_SUBMISSIONS;
  if (load >= 1) return Math.max(Math.min(pressure, most), Math.min(most, pressure + STEP * Math.min(MOST_LOAD, load)));
  return Math.max(0, Math.min(pressure, most) - (load >= ROOM ? SMALL_STEP : STEP));
}

/** Is a request of this class refused under this pressure? `chance` is from [0, 1). */
export function isRefused(routeClass: string, pressure: number, chance: number): boolean {
  return chance < pressure - (2 - rankOf(routeClass));
}
