import type { Clock } from "../../../base/clock.ts";

/** Keeps the pace that AEAT prescribes (order HAC/1177/2024, article 16.2). */
export interface Flow {
  /** Milliseconds that this submission comes too early; 0 where it may come. One that may starts the next wait. */
  early(sender: string, records: number, waitMs: number): number;
  /** How many came too early so far. */
  count(): number;
}

/** As many records as fit into one message need not wait. */
const FULL = 1000;

/** Counts from each submission that was let in to the next one of the same sender. */
export function createFlow(clock: Clock): Flow {
  const freeAt = new Map<string, number>();
  let count = 0;
  return {
    count: () => count,
    early(sender, records, waitMs) {
      const now = clock.now();
      const left = (freeAt.get(sender) ?? now) - now;
      if (left > 0 && records < FULL) {
        count += 1;
        return left;
      }
      freeAt.set(sender, now + waitMs);
      return 0;
    },
  };
}
