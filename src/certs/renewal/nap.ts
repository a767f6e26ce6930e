import type { Clock } from "../../base/clock.ts";

/** A sleep that can be ended from outside. */
export interface Nap {
  /** Resolves after so many ms, or when it is woken; a call to `wake` while nobody slept ends the next one at once. */
  sleep(ms: number): Promise<void>;
  wake(): void;
}

/** Makes one sleeper's bed. Its timer does not keep the process alive. */
export function createNap(clock: Clock): Nap {
  let woken = false;
  let end: (() => void) | null = null;
  return {
    sleep(ms) {
      if (woken) {
        woken = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const done = (): void => {
          timer.cancel();
          end = null;
          resolve();
        };
        const timer = clock.after(ms, done, true);
        end = done;
      });
    },
    wake() {
      if (end === null) woken = true;
      else end();
    },
  };
}

/** What `work` comes to, or null as soon as `signal` is aborted: nobody waits for one that does not listen. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(null);
    signal.addEventListener("abort", aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}
