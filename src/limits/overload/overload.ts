import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { OverloadOptions } from "./options.ts";
import { isRefused, pressureAfter, type PressureReason } from "./pressure.ts";

/** Whether this process is loaded so much that it must refuse. */
export interface Overload {
  /** Why a request of this class is refused; null: it is not. Looks at the load from time to time, by the way. */
  refuses(routeClass: string): PressureReason | null;
  /** From 0 to 3; see pressure.ts. */
  readonly pressure: number;
  configure(options: OverloadOptions): void;
}

/** What it looks at. */
export interface OverloadEnv {
  readonly clock: Clock;
  readonly random: Random;
  /** Runs something when the event loop comes round. */
  readonly turn: (run: () => void) => void;
  /** Share of the memory that may be used which is used. */
  readonly memory: () => number;
}

/** Between two looks, in ms. No timer runs for them: they are made when requests come. */
const LOOK_MS = 100;
/** Memory is looked at every so many looks: that asks the system. */
const LOOKS_A_MEMORY = 5;
/** After so long without a request, in ms, nothing is known any more. */
const STALE_MS = 2000;

/** See {@link Overload}. */
export function createOverload(first: OverloadOptions, { clock, random, turn, memory }: OverloadEnv): Overload {
  let options = first;
  let pressure = 0;
  let lookedAt = -Infinity;
  let looks = 0;
  let used = 0;
  let isLooking = false;
  let lastLag = 0;
  let why: PressureReason = "lag";

  function look(lagMs: number): void {
    if (looks++ % LOOKS_A_MEMORY === 0) used = memory();
    // One turn that took long is no load yet: two in a row are.
    const lag = options.lag === 0 ? 0 : Math.min(lastLag, lagMs) / options.lag;
    lastLag = lagMs;
    // One where the bound is, two where nothing is left.
    const above = options.memory >= 1 ? 0 : used < options.memory ? used / options.memory : 1 + (used - options.memory) / (1 - options.memory);
    if (Math.max(lag, above) >= 1) why = lag >= above ? "lag" : "memory";
    pressure = pressureAfter(pressure, { lag, memory: above });
    lookedAt = clock.now();
    isLooking = false;
  }

  /** From one coming round to the next: a whole turn of the loop, with all that is done in it. */
  function startLooking(now: number): void {
    if (now - lookedAt > STALE_MS) pressure = lastLag = 0;
    isLooking = true;
    turn(() => {
      const roundAt = clock.now();
      turn(() => look(clock.now() - roundAt));
    });
  }

  return {
    refuses(routeClass) {
      const now = clock.now();
      if (!isLooking && now - lookedAt >= LOOK_MS) startLooking(now);
      return pressure > 0 && isRefused(routeClass, pressure, random.next()) ? why : null;
    },
    get pressure() {
      return !isLooking && clock.now() - lookedAt > STALE_MS ? 0 : pressure;
    },
    configure(next) {
      options = next;
    },
  };
}
