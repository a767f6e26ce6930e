import type { Clock } from "../base/clock.ts";

/** What came of work that may fail or take too long. */
export type Within<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: "timeout" } | { readonly ok: false; readonly fault: "error"; readonly reason: unknown };

/** Waits for work, at most `limit` ms. Never rejects; work that is late goes on, and nobody hears of it. */
export function within<T>(clock: Clock, limit: number, work: Promise<T>): Promise<Within<T>> {
  return new Promise((resolve) => {
    const late = (): void => resolve({ ok: false, fault: "timeout" });
    // An answer that came while this process was busy lies in the socket, and is read before `setImmediate` runs.
    const timer = clock.after(Math.max(0, limit), () => setImmediate(late), true);
    const settle = (outcome: Within<T>): void => {
      timer.cancel();
      resolve(outcome);
    };
    work.then(
      (value) => settle({ ok: true, value }),
      (reason: unknown) => settle({ ok: false, fault: "error", reason }),
    );
  });
}
