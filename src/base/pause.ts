import type { Clock } from "./clock.ts";

/** Lets `ms` milliseconds pass; false: the signal cut it short. Never rejects, leaves no timer and no listener behind. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stopped = (): void => {
      timer.cancel();
      resolve(false);
    };
    const timer = clock.after(
      ms,
      () => {
        signal.removeEventListener("abort", stopped);
        resolve(true);
      },
      true,
    );
    signal.addEventListener("abort", stopped, { once: true });
  });
}
