/*
 * The platform's own count. It shares no code with the pacing of the product (limits/pace.ts): a mistake that both made would
 * not be seen.
 */

/** When things happened, seen through several sliding windows. A thing at time t is in a window of length w until t + w, exclusive. */
export interface SlidingWindows {
  /** Lets go of what has left the windows; times must not go back. */
  moveTo(now: number): void;
  add(at: number): void;
  /** How many are in the window with this index. */
  number(window: number): number;
  /** When a full window will hold fewer than `count`. */
  freeAt(window: number, count: number): number;
}

/** A bound for memory: beyond it the oldest are forgotten. Only a counter that is not enforced comes so far. */
const MOST_TIMES = 200_000;
const SWEEP = 1024;

/** Makes empty windows of these lengths in milliseconds. */
export function createSlidingWindows(lengths: readonly number[]): SlidingWindows {
  const times: number[] = [];
  // Where in `times` each window begins.
  const starts = lengths.map(() => 0);

  function moveTo(now: number): void {
    for (const [i, ms] of lengths.entries()) {
      let start = starts[i] ?? 0;
      while (start < times.length && now - (times[start] ?? 0) >= ms) start += 1;
      starts[i] = start;
    }
    const unused = Math.max(Math.min(...starts), times.length - MOST_TIMES);
    if (unused >= SWEEP) sweep(unused);
  }

  function sweep(count: number): void {
    times.splice(0, count);
    for (const [i, start] of starts.entries()) starts[i] = Math.max(0, start - count);
  }

  function freeAt(window: number, count: number): number {
    return (times[times.length - count] ?? 0) + (lengths[window] ?? 0);
  }

  return { moveTo, freeAt, add: (at) => void times.push(at), number: (window) => times.length - (starts[window] ?? 0) };
}
