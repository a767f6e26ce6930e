import type { Challenge, Solver } from "../../../src/certs/challenges/solver.ts";

/** A solver that notes what it is asked. */
export interface RecordingSolver extends Solver {
  /** What is shown now. */
  readonly shown: readonly Challenge[];
  /** All that was ever shown. */
  readonly all: readonly Challenge[];
}

/** Shows by `present` (nothing unless given) and takes away by `clear`. */
export function recordingSolver({ present, clear }: Partial<Solver> = {}): RecordingSolver {
  const shown: Challenge[] = [];
  const all: Challenge[] = [];
  return {
    shown,
    all,
    async present(challenge, signal) {
      shown.push(challenge);
      all.push(challenge);
      return present === undefined ? { ok: true } : present(challenge, signal);
    },
    async clear(challenge) {
      const index = shown.indexOf(challenge);
      if (index >= 0) shown.splice(index, 1);
      await clear?.(challenge);
    },
  };
}
