import type { Clock } from "../../../src/base/clock.ts";

interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

/** A clock for simulations: as `manualClock`, for hundreds of thousands of calls. */
export interface VirtualClock extends Clock {
  /** Runs everything that falls due up to this time, in ms. */
  runUntil(ms: number): void;
}

/** Makes a clock at 0, on a heap. */
export function virtualClock(): VirtualClock {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  const before = (a: number, b: number): boolean => {
    const [one, other] = [heap[a] as Entry, heap[b] as Entry];
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  };
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b] as Entry, heap[a] as Entry];
  };
  const push = (entry: Entry): void => {
    let at = heap.push(entry) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && before(at, parent); parent = (at - 1) >> 1) {
      swap(at, parent);
      at = parent;
    }
  };
  const pop = (): Entry => {
    swap(0, heap.length - 1);
    const entry = heap.pop() as Entry;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && before(child, least)) least = child;
      if (least === at) return entry;
      swap(at, least);
      at = least;
    }
  };
  return {
    now: () => now,
    wall: () => now,
    after(ms, run) {
      const entry: Entry = { at: now + Math.max(0, ms), order: order++, run };
      push(entry);
      return { cancel: () => void (entry.run = null) };
    },
    runUntil(ms) {
      while (heap.length > 0 && (heap[0] as Entry).at <= ms) {
        const entry = pop();
        if (entry.run === null) continue;
        now = Math.max(now, entry.at);
        entry.run();
      }
      now = ms;
    },
  };
}
