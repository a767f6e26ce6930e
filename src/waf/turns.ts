/*
 * Judging a large request takes longer than everybody else should wait. It is done in steps of some milliseconds: after each, the
 * process serves others first. All large requests together get one step at a time, by turns.
 */

/** Does long work in steps. */
export interface Turns {
  /** Calls `step` until it gives true, once a turn. Rejects where it throws. */
  take(step: () => boolean): Promise<void>;
}

interface Job {
  readonly step: () => boolean;
  readonly done: () => void;
  readonly failed: (fault: unknown) => void;
}

/** `later` calls a function once others were served. */
export function createTurns(later: (run: () => void) => void): Turns {
  const jobs: Job[] = [];
  const turn = (): void => {
    const job = jobs.shift();
    if (job === undefined) return;
    if (!isOver(job)) jobs.push(job);
    if (jobs.length > 0) later(turn);
  };
  return {
    take: (step) =>
      new Promise((done, failed) => {
        jobs.push({ step, done, failed });
        if (jobs.length === 1) later(turn);
      }),
  };
}

function isOver({ step, done, failed }: Job): boolean {
  try {
    if (!step()) return false;
    done();
  } catch (fault) {
    failed(fault);
  }
  return true;
}
