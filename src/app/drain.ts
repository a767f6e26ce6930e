import { every, type Clock } from "../base/clock.ts";
import type { DrainOptions } from "../server/options.ts";
import type { Listener } from "../server/listener.ts";

/** What is drained. */
export interface Draining {
  readonly clock: Clock;
  readonly options: DrainOptions;
  readonly listeners: readonly Listener[];
  readonly inFlight: () => number;
  /** Cuts what is left. */
  readonly cut: () => void;
}

const LOOK_MS = 20;

/**
 * Lets balancers notice (`grace`), then takes no more connections and waits for exchanges under way, at most `max`.
 * Resolves with the number of exchanges that had to be cut.
 */
export function drainAll({ clock, options, listeners, inFlight, cut }: Draining): Promise<number> {
  return new Promise((resolve) => {
    clock.after(options.grace, () => {
      for (const listener of listeners) listener.close();
      const deadline = clock.now() + options.max;
      const look = (): void => {
        for (const listener of listeners) listener.closeIdle();
        const left = inFlight();
        if (left > 0 && clock.now() < deadline) return;
        watch.cancel();
        cut();
        resolve(left);
      };
      const watch = every(clock, LOOK_MS, look);
      look();
    });
  });
}
