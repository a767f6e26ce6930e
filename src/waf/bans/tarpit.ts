import type { Clock } from "../../base/clock.ts";

/** Holds refusals back for a while: who is refused asks less often. */
export interface Tarpit {
  /** Settles after `ms`; null where it is 0 or `most` are held already. */
  enter(ms: number, most: number): Promise<void> | null;
}

/** Makes an empty one. What is held costs a timer each, and must hold nothing else. */
export function createTarpit(clock: Clock): Tarpit {
  let held = 0;
  return {
    enter(ms, most) {
      if (ms === 0 || held >= most) return null;
      held += 1;
      return new Promise((resolve) => {
        clock.after(ms, () => {
          held -= 1;
          resolve();
        }, true);
      });
    },
  };
}
