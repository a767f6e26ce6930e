import type { Clock } from "../base/clock.ts";
import type { Headers } from "../http/message.ts";
import type { AttemptResult } from "../upstream/result.ts";
import type { Entry, EntryFacts, StoredAnswer, StoredRequest } from "./entry.ts";
import type { Item } from "./batch/items.ts";
import type { LaneHead } from "./lanes.ts";
import type { SubmissionPolicy } from "./policy.ts";
import type { Recalled } from "./recalled.ts";
import { PAST_THE_LAW } from "./time-limit.ts";

/** How an answer came to whoever waited for it: what `Taxgate-Submission` says. */
export type AnsweredHow = "fresh" | "confirmed";

/** How a flight ends for those who wait. */
export type Ending =
  /** The platform's answer, its outcome known; `executed` is false where the platform said that it did nothing. */
  | { readonly kind: "answered"; readonly how: AnsweredHow; readonly answer: StoredAnswer; readonly executed: boolean; readonly region: string; readonly endpoint: string }
  /** Certainly not executed, and no answer of the platform to show for it. */
  | { readonly kind: "unsent"; readonly result: Exclude<AttemptResult, { kind: "answered" }> | null; readonly why: string }
  /** Nothing of it was sent: what stands before it in its lane is held for a person. */
  | { readonly kind: "behind"; readonly head: LaneHead }
  /** It is held, queued, or was decided by somebody else. */
  | { readonly kind: "told"; readonly entry: Entry };

/** Why a wait ended without an outcome. */
export type NoEnding = "patience" | "gone";

/**
 * A submission that this process works on, from its durable claim to its known outcome. It does not depend on any caller:
 * those who ask for it wait here, each for its own time.
 */
export class Flight {
  readonly policy: SubmissionPolicy;
  /** The entry as it was when this flight began: for what never changes of it, and for what earlier lives left in it. */
  readonly facts: Entry;
  /** The entry as it was last seen; its fence is the one under which this flight may change it. */
  entry: Entry;
  /** What is sent; let go of while it is in doubt, because the store has it. */
  request: StoredRequest | null;
  /** Fields of the latest try: its credentials may be newer than those of the first. */
  latest: Headers | null = null;
  /** Accepted for later delivery: wall ms after which it must not be sent any more. */
  readonly until: number | null;
  /** Monotonic ms. */
  readonly bornAt: number;
  /** Taken up from an earlier life, so that `bornAt` says nothing about its claim. */
  readonly revived: boolean;
  ending: Ending | null = null;
  /** Of a batch, with what is known of each; null where it is none, or they were not read yet. */
  items: readonly Item[] | null = null;
  /** Whether it was handed over to be sent, or to wait for its turn. */
  departed = false;
  /** Whether it waits for its turn in its lane: nothing of it was sent. */
  inLane = false;
  /** Whether it is not sent at once after it came: then not past the law's time either. */
  delayed: boolean;
  /** What it says beside its key, of the request that is sent; null where nothing is recalled. */
  recalled: Recalled | null;
  /** The journal was put back: when its turn comes it is asked about before it is sent. */
  distrusted = false;
  /** Called when nobody waits for it any more. */
  alone: (() => void) | null = null;
  /** Its outcome is known and being written: nothing else is learnt any more. */
  settling = false;
  /** True from a doubt to the end of it. */
  inDoubt = false;
  /** The platform said that it knows the submission. */
  isKnown = false;
  /** The same bytes were sent while it was in doubt: what was not executed now may have been executed then. */
  resent = false;
  /** Attempts that may have reached the platform in this flight. */
  attempts = 0;
  /** Monotonic ms since which nothing of it has been under way. */
  quietSince: number;
  readonly #clock: Clock;
  /** Wall ms. Of one from an earlier life its first claim, which is never later. */
  readonly #cameAt: number;
  readonly #waiters = new Set<(ending: Ending | NoEnding) => void>();
  #open = 0;
  #turn = 0;
  /** What ends a pause early. */
  #watchers: Set<() => void> | null = null;
  #still: (() => void)[] | null = null;

  constructor(policy: SubmissionPolicy, entry: Entry, request: StoredRequest | null, clock: Clock, revived = false) {
    this.policy = policy;
    this.facts = entry;
    this.entry = entry;
    this.request = request;
    this.revived = revived;
    const { state } = entry;
    this.until = (state.kind === "queued" || state.kind === "sending" || state.kind === "in-doubt" ? state.until : null) ?? null;
    this.#clock = clock;
    this.delayed = revived;
    this.recalled = request === null ? null : (policy.recall?.(request) ?? null);
    this.#cameAt = revived ? entry.createdAt : clock.wall();
    this.bornAt = clock.now();
    this.quietSince = this.bornAt;
  }

  /** Why nothing of it may be sent now by the law's time; null where it may. A wall that was put back changes nothing. */
  past(): string | null {
    const last = this.lastAt();
    if (last === null) return null;
    const isPast = this.#clock.wall() >= last || (!this.revived && this.#clock.now() - this.bornAt >= last - this.#cameAt);
    return isPast ? PAST_THE_LAW : null;
  }

  /** Wall ms of the law's time, counted from when it came; null: no such time. */
  lastAt(): number | null {
    return this.policy.notPast?.next(this.#cameAt) ?? null;
  }

  /** A request with the newest credentials, where its bytes are those of the newest try too: what signs a body belongs to it. */
  withLatest(request: StoredRequest): StoredRequest {
    // Of two batches with the same items the bytes around them may differ.
    const isSame = this.policy.options.fingerprint.over === "bytes" && this.policy.batch === null;
    return this.latest === null || !isSame ? request : { ...request, headers: this.latest };
  }

  /** What a question about it speaks of. Where the journal was put back, its claim does not say since when it may have been sent. */
  get asked(): EntryFacts & { readonly createdAt?: number } {
    const { facts, entry: { state }, distrusted } = this;
    if (!distrusted && (state.kind !== "in-doubt" || state.cause !== "restored")) return facts;
    const { createdAt: _, ...rest } = facts;
    return rest;
  }

  /** Fields for a question: the newest that passed, the newest try's and the first one's (null) by turns, because any may have the better credentials. */
  fieldsInTurn(passed: Headers | null): Headers | null {
    const all = [...(passed === null ? [] : [passed]), ...(this.latest === null ? [] : [this.latest]), null];
    return all[this.#turn++ % all.length] ?? null;
  }

  /** Callers that wait now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Attempts whose answer may still come. */
  get open(): number {
    return this.#open;
  }

  /** Nothing more is to be learnt: it is over, or its outcome is being written. */
  get isOver(): boolean {
    return this.ending !== null || this.settling;
  }

  /** An attempt begins. */
  begin(): void {
    this.#open++;
  }

  /** An attempt is over, whatever became of it. */
  finish(): void {
    this.#open--;
    this.quietSince = this.#clock.now();
    // The store has it: many doubts at once must not fill the memory.
    if (this.#open === 0 && this.entry.state.kind === "in-doubt") this.request = null;
    if (this.#open === 0) for (const run of this.#still?.splice(0) ?? []) run();
  }

  /** Resolves when no answer can come any more. */
  still(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => void (this.#still ??= []).push(resolve));
  }

  /** Waits for the end, at most `ms`; `giveUp` takes a function that ends the wait earlier. */
  wait(ms: number, giveUp: (stop: () => void) => void): Promise<Ending | NoEnding> {
    if (this.ending !== null) return Promise.resolve(this.ending);
    return new Promise((resolve) => {
      const done = (ending: Ending | NoEnding): void => {
        timer.cancel();
        this.#waiters.delete(done);
        resolve(ending);
        if (typeof ending === "string" && this.#waiters.size === 0) this.alone?.();
      };
      const timer = this.#clock.after(Math.max(0, ms), () => done("patience"));
      this.#waiters.add(done);
      const stop = (): void => done("gone");
      giveUp(stop);
    });
  }

  /** Lets time pass, in the background; its end comes earlier where the flight's does. */
  pause(ms: number): Promise<void> {
    if (this.ending !== null) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.#watchers?.delete(done);
        resolve();
      };
      const timer = this.#clock.after(ms, done, true);
      (this.#watchers ??= new Set()).add(done);
    });
  }

  /** Ends it; the first ending counts. */
  end(ending: Ending): void {
    if (this.ending !== null) return;
    this.ending = ending;
    for (const done of this.#waiters) done(ending);
    for (const done of this.#watchers ?? []) done();
  }
}
