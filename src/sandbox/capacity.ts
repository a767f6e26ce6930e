import type { FaultSet } from "./faults.ts";

/** How an attempt to be worked on ended: at work, no place in the queue, or the sandbox stopped. */
export type Entry = "in" | "full" | "stopped";

/** The platform's workers: a bounded number at work and a bounded queue, both unbounded while the fault is off. */
export interface Capacity {
  /** Waits for a worker. After `in` the caller must call `leave` once. */
  enter(): Promise<Entry>;
  leave(): void;
  /** Lets waiting requests in after the limit was changed. */
  refresh(): void;
  state(): { readonly working: number; readonly queued: number };
  /** Turns away everyone who waits. */
  stop(): void;
}

/** Makes the workers; `limit` is asked each time, so that a new fault set acts at once. */
export function createCapacity(limit: () => FaultSet["capacity"]): Capacity {
  const queue: ((entry: Entry) => void)[] = [];
  let working = 0;
  let stopped = false;

  function enter(): Promise<Entry> {
    const { concurrent, queue: places } = limit() ?? { concurrent: Infinity, queue: 0 };
    if (stopped) return Promise.resolve("stopped");
    if (working < concurrent && queue.length === 0) {
      working += 1;
      return Promise.resolve("in");
    }
    if (queue.length >= places) return Promise.resolve("full");
    return new Promise((resolve) => queue.push(resolve));
  }

  function refresh(): void {
    const concurrent = limit()?.concurrent ?? Infinity;
    while (working < concurrent) {
      const next = queue.shift();
      if (!next) return;
      working += 1;
      next("in");
    }
  }

  function leave(): void {
    working -= 1;
    refresh();
  }

  function stop(): void {
    stopped = true;
    for (const turnAway of queue.splice(0)) turnAway("stopped");
  }

  return { enter, leave, refresh, stop, state: () => ({ working, queued: queue.length }) };
}
