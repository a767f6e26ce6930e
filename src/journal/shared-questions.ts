import type { Clock } from "../base/clock.ts";

/*
 * Doubts that put the same question share it while it waits for its turn: a platform that answers twenty lists a minute is
 * asked once for all of them. What has left is never joined, because it may have been answered before whoever comes had been
 * still for long enough.
 */

/** What a question needs to know of those that share it, and what it tells them. */
export interface Turn {
  /** Whether anybody still wants its answer. */
  readonly isWanted: () => boolean;
  /** It has its slot in the pace of the route: what is urgent would not be quicker by itself. */
  readonly slotted: () => void;
  /** It leaves now, and nobody joins any more. */
  readonly left: () => void;
}

/** How somebody asks. */
export interface Asking {
  /** Somebody waits for it: it does not join one that nobody waits for, and that has no slot yet. */
  readonly urgent: boolean;
  readonly isWanted: () => boolean;
}

/** What a question brought, and the monotonic ms at which it left; where it did not leave, those at which it was to be put. */
export interface Brought<Answer> {
  readonly answer: Answer;
  readonly leftAt: number;
}

/** Questions that wait for their turn, by what makes two of them the same. */
export interface SharedQuestions<Answer> {
  /** Puts a question, or joins the same one. Rejects with what `put` rejects with. */
  put(same: string, asking: Asking, put: (turn: Turn) => Promise<Answer>): Promise<Brought<Answer>>;
  /** How many wait. */
  count(): number;
}

/** Questions that can be joined; one beyond is put by itself. */
const MOST_WAITING = 1000;
/** Of those that share one; whoever comes then begins another. */
const MOST_TOGETHER = 1000;

interface Waiting<Answer> {
  urgent: boolean;
  readonly wanted: (() => boolean)[];
  brought: Promise<Brought<Answer>> | null;
}

/** See the top of this file. */
export function createSharedQuestions<Answer>(clock: Pick<Clock, "now">): SharedQuestions<Answer> {
  const waiting = new Map<string, Waiting<Answer>>();

  async function begin(same: string, one: Waiting<Answer>, put: (turn: Turn) => Promise<Answer>): Promise<Brought<Answer>> {
    // Those that come at the same moment join before it leaves.
    await Promise.resolve();
    let leftAt: number | null = null;
    const close = (): void => void (waiting.get(same) === one && waiting.delete(same));
    const left = (): void => {
      leftAt ??= clock.now();
      close();
    };
    const began = clock.now();
    try {
      const answer = await put({ left, slotted: () => void (one.urgent = true), isWanted: () => one.wanted.some((isWanted) => isWanted()) });
      return { answer, leftAt: leftAt ?? began };
    } finally {
      close();
    }
  }

  return {
    count: () => waiting.size,
    put(same, { urgent, isWanted }, put) {
      const known = waiting.get(same);
      if (known?.brought != null && known.wanted.length < MOST_TOGETHER && (known.urgent || !urgent)) {
        known.wanted.push(isWanted);
        return known.brought;
      }
      const one: Waiting<Answer> = { urgent, wanted: [isWanted], brought: null };
      if (known !== undefined || waiting.size < MOST_WAITING) waiting.set(same, one);
      const brought = begin(same, one, put);
      one.brought = brought;
      return brought;
    },
  };
}
