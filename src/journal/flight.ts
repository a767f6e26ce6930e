import type { Clock } from "../base/clock.ts";
import type { AttemptResult } from "../upstream/result.ts";
import type { Entry, EntryFacts, StoredAnswer, StoredRequest } from "./entry.ts";
import type { SubmissionPolicy } from "./policy.ts";
import type { StoreFault } from "./store.ts";

/** How an answer came to whoever waited for it: what `Taxgate-Submission` says. */
export type AnsweredHow = "fresh" | "confirmed" | "replayed";

/** How a flight ends for those who wait. */
export type Ending =
  /** The platform's answer, its outcome known; `executed` is false where the platform said that it did nothing. */
  | { readonly kind: "answered"; readonly how: AnsweredHow; readonly answer: StoredAnswer; readonly executed: boolean; readonly region: string; readonly endpoint: string }
  /** Certainly not executed, and no answer of the platform to show for it. */
  | { readonly kind: "unsent"; readonly result: Exclude<AttemptResult, { kind: "answered" }> | null; readonly why: string }
  /** It is held, queued, or was decided by a person. */
  | { readonly kind: "told"; readonly entry: Entry }
  /** The journal could not be written before anything was sent. */
  | { readonly kind: "failed"; readonly fault: StoreFault };

/** Why a wait ended without an outcome. */
export type NoEnding = "patience" | "gone";

interface Waiter {
  readonly done: (ending: Ending | NoEnding) => void;
}

/**
 * A submission that this process works on, from its claim to its known outcome. It does not depend on any caller: those
 * who ask for it wait here, each for its own time.
 */
export class Flight {
  readonly policy: SubmissionPolicy;
  readonly facts: EntryFacts;
  /** What is sent; let go of while it is in doubt, when the store has it. */
  request: StoredRequest | null;
  /** As it was last written; null until the claim is durable. */
  entry: Entry | null = null;
  ending: Ending | null = null;
  /** Attempts whose answer may still come. */
  open = 0;
  /** Attempts that may have reached the platform, in this life of the process. */
  attempts = 0;
  /** Monotonic ms since which nothing of it has been under way. */
  quietSince: number;
  /** Whether sending has begun. */
  departed = false;
  /** True from the first doubt to the end of it. */
  inDoubt = false;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  readonly #watchers: ((ending: Ending) => void)[] = [];

  constructor(policy: SubmissionPolicy, facts: EntryFacts, request: StoredRequest | null, clock: Clock) {
    this.policy = policy;
    this.facts = facts;
    this.request = request;
    this.#clock = clock;
    this.quietSince = clock.now();
  }

  /** Callers that wait now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Waits for the end, at most `ms`; `giveUp` takes a function that ends the wait earlier. */
  wait(ms: number, giveUp: (stop: () => void) => void): Promise<Ending | NoEnding> {
    if (this.ending !== null) return Promise.resolve(this.ending);
    return new Promise((resolve) => {
      const done = (ending: Ending | NoEnding): void => {
        timer.cancel();
        this.#waiters.delete(waiter);
        resolve(ending);
      };
      const waiter: Waiter = { done };
      const timer = this.#clock.after(Math.max(0, ms), () => done("patience"));
      this.#waiters.add(waiter);
      giveUp(() => done("gone"));
    });
  }

  /** Tells a function of the end, once it is there. */
  onEnd(run: (ending: Ending) => void): void {
    if (this.ending !== null) run(this.ending);
    else this.#watchers.push(run);
  }

  /** Ends it; the first ending counts. */
  end(ending: Ending): void {
    if (this.ending !== null) return;
    this.ending = ending;
    for (const waiter of this.#waiters) waiter.done(ending);
    for (const watcher of this.#watchers.splice(0)) watcher(ending);
  }
}
