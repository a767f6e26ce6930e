import type { Clock, Timer } from "../base/clock.ts";

/** Waiting that ends with the sandbox, so that no timer keeps a stopped process alive. */
export interface Waits {
  /** Resolves with true after `ms`, or with false when the sandbox stops before. */
  wait(ms: number): Promise<boolean>;
  /** How many waits are pending. */
  pending(): number;
  /** Ends every pending wait, and every later one at once. */
  stop(): void;
}

/** Makes waits on a clock. */
export function createWaits(clock: Clock): Waits {
  const open = new Map<Timer, () => void>();
  let stopped = false;

  function wait(ms: number): Promise<boolean> {
    if (stopped || ms <= 0) return Promise.resolve(!stopped);
    return new Promise((resolve) => {
      const timer = clock.after(ms, () => {
        open.delete(timer);
        resolve(true);
      });
      open.set(timer, () => resolve(false));
    });
  }

  function stop(): void {
    stopped = true;
    for (const [timer, release] of open) {
      timer.cancel();
      release();
    }
    open.clear();
  }

  return { wait, stop, pending: () => open.size };
}
