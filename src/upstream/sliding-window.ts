/**
 * Counts events of a few kinds over the last `window` milliseconds, to the nearest bucket. Time is handed in, so it
 * needs no timer: buckets that have run out are emptied when somebody counts or asks.
 */
export interface SlidingWindow {
  /** Counts one event of a kind at `now` (monotonic ms). */
  add(now: number, kind: number): void;
  /** How many of a kind were counted within the window that ends at `now`. */
  sum(now: number, kind: number): number;
  /** Forgets everything. */
  clear(): void;
}

const BUCKETS = 10;

/** Makes an empty window of `window` milliseconds for kinds 0 … `kinds` - 1. Adding and asking allocate nothing. */
export function slidingWindow(window: number, kinds: number): SlidingWindow {
  const width = window / BUCKETS;
  const counts = new Float64Array(BUCKETS * kinds);
  const sums = new Float64Array(kinds);
  let current = 0;

  function forget(slot: number): void {
    for (let kind = 0; kind < kinds; kind++) {
      const at = slot * kinds + kind;
      sums[kind] = (sums[kind] as number) - (counts[at] as number);
      counts[at] = 0;
    }
  }

  function moveTo(now: number): number {
    const bucket = Math.floor(now / width);
    const steps = Math.min(bucket - current, BUCKETS);
    for (let step = 0; step < steps; step++) forget((bucket - step) % BUCKETS);
    // The clock never goes back, but a caller may hand in a reading it took earlier: that still counts as now.
    if (bucket > current) current = bucket;
    return (current % BUCKETS) * kinds;
  }

  return {
    add(now, kind) {
      const at = moveTo(now) + kind;
      counts[at] = (counts[at] as number) + 1;
      sums[kind] = (sums[kind] as number) + 1;
    },
    sum(now, kind) {
      moveTo(now);
      return sums[kind] as number;
    },
    clear() {
      counts.fill(0);
      sums.fill(0);
    },
  };
}
