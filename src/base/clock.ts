/** A pending call that can be taken back. */
export interface Timer {
  /** Takes the call back; harmless when it has already run. */
  cancel(): void;
}

/**
 * The only source of time in the product.
 *
 * `now` is for durations and deadlines (monotonic), `wall` for what a person or a law reads.
 */
export interface Clock {
  /** Monotonic time in milliseconds, with a fraction. Never goes back, whatever happens to the system clock. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC. May jump. */
  wall(): number;
  /** Calls `run` once after `ms` milliseconds. Keeps the process alive unless `background`. */
  after(ms: number, run: () => void, background?: boolean): Timer;
}

/** What a timer of the system holds; one that is set for longer runs at once. */
const LONGEST_MS = 2 ** 31 - 1;

function afterLong(ms: number, run: () => void, background: boolean): Timer {
  let timer: Timer;
  const rest = (): void => {
    timer = systemClock.after(ms - LONGEST_MS, run, background);
  };
  timer = systemClock.after(LONGEST_MS, rest, background);
  return { cancel: () => timer.cancel() };
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run, background = false) {
    if (ms > LONGEST_MS) return afterLong(ms, run, background);
    const handle = setTimeout(run, ms);
    if (background) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time on, running what falls due in order. Both readings move together. */
  advance(ms: number): void;
  /** Moves the wall reading alone, as an operator or an NTP step does. */
  stepWall(ms: number): void;
  /** How many calls are pending. */
  pending(): number;
}

/** Makes a clock for tests; `wall` starts at `startWall` (ms since 1970). */
export function manualClock(startWall = 1_790_000_000_000): ManualClock {
  let now = 0;
  let wall = startWall;
  const waiting: { at: number; run: () => void }[] = [];
  const runNext = (until: number): boolean => {
    waiting.sort((a, b) => a.at - b.at);
    const first = waiting[0];
    if (first === undefined || first.at > until) return false;
    waiting.shift();
    wall += Math.max(0, first.at - now);
    now = Math.max(now, first.at);
    first.run();
    return true;
  };
  return {
    now: () => now,
    wall: () => wall,
    after(ms, run) {
      const entry = { at: now + ms, run };
      waiting.push(entry);
      return {
        cancel() {
          const index = waiting.indexOf(entry);
          if (index >= 0) waiting.splice(index, 1);
        },
      };
    },
    advance(ms) {
      const until = now + ms;
      while (runNext(until));
      wall += until - now;
      now = until;
    },
    stepWall: (ms) => {
      wall += ms;
    },
    pending: () => waiting.length,
  };
}

/** Calls `run` every `ms` milliseconds until cancelled; a slow `run` delays the next one. Background work only. */
export function every(clock: Clock, ms: number, run: () => void): Timer {
  let timer: Timer;
  const tick = (): void => {
    timer = clock.after(ms, tick, true);
    run();
  };
  timer = clock.after(ms, tick, true);
  return { cancel: () => timer.cancel() };
}
