import { manualClock, type Clock, type ManualClock, type Timer } from "../../../src/base/clock.ts";

/** Virtual time of one run, moved from one due call to the next with all promises settled in between. */
export interface Timeline {
  /** For what outlives a process: platform and clients. */
  readonly clock: ManualClock;
  /** The clock of one life of the process: its monotonic time begins at 0, and once it is dead nothing of it runs. */
  lifeClock(isAlive: () => boolean): Clock;
  /** Moves time on by so many ms. */
  pass(ms: number): Promise<void>;
  /** Moves to the next due call; false where none is due within `most` ms. */
  passToNext(most: number): Promise<boolean>;
}

/** Lets everything happen that waits for no time. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Makes one at 0. */
export function createTimeline(): Timeline {
  const manual = manualClock();
  const due = new Set<{ readonly at: number }>();

  function after(ms: number, run: () => void): Timer {
    const one = { at: manual.now() + ms };
    due.add(one);
    const timer = manual.after(ms, () => {
      due.delete(one);
      run();
    });
    return {
      cancel() {
        due.delete(one);
        timer.cancel();
      },
    };
  }

  const clock: ManualClock = { ...manual, after };

  async function passToNext(most: number): Promise<boolean> {
    let next = Infinity;
    for (const { at } of due) next = Math.min(next, at);
    const wait = next - manual.now();
    if (wait > most) return false;
    manual.advance(Math.max(0, wait));
    await settled();
    return true;
  }

  return {
    clock, passToNext,
    lifeClock(isAlive) {
      const bornAt = manual.now();
      return { now: () => manual.now() - bornAt, wall: () => manual.wall(), after: (ms, run) => after(ms, () => void (isAlive() && run())) };
    },
    async pass(ms) {
      const until = manual.now() + ms;
      await settled();
      while (await passToNext(until - manual.now()));
      manual.advance(until - manual.now());
      await settled();
    },
  };
}
