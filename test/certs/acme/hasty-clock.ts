import { systemClock, type Clock } from "../../../src/base/clock.ts";

/** A clock that runs `factor` times as fast, for tests with real sockets that wait for what an authority asks. Its wall reading is the machine's. */
export function hastyClock(factor: number): Clock {
  return {
    now: () => systemClock.now() * factor,
    wall: () => systemClock.wall(),
    after: (ms, run, background) => systemClock.after(ms / factor, run, background),
  };
}
