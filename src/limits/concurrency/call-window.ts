/** What a window of calls showed. */
export interface Seen {
  /** What the calls took, divided by what was to be expected of them. */
  readonly slowness: number;
  /** Ms that were spent on all of them together. */
  readonly spent: number;
  /** How many ms longer than expected a call took, on average. */
  readonly waited: number;
  /** Mean time of a call in ms. */
  readonly mean: number;
  /** How many were under way, on average. */
  readonly underWay: number;
  /** Work done in a ms: calls, each weighed by what was to be expected of it. */
  readonly work: number;
  /** Share of the calls that the platform was not up to. */
  readonly failures: number;
  /** Share of the calls beside which another one would have had to wait. */
  readonly full: number;
}

/** Slowness where nothing at all was done. */
const NOTHING_DONE = 10;

/**
 * Calls of a stretch of time. Two measures of what they took: the times of those that ended, among which the quick ones come
 * first; and the time that all of them spent under way, by Little's law, which is too long while their number grows. The
 * smaller one is taken: a platform is not called slow where one of the two has another reason.
 */
export class CallWindow {
  /** Monotonic ms. */
  openedAt = 0;
  #inFlight = 0;
  #lastAt = 0;
  #spent = 0;
  #took = 0;
  #calls = 0;
  #full = 0;
  #failed = 0;
  #expected = 0;

  get calls(): number {
    return this.#calls;
  }

  /** Mean time of the calls that ended, in ms. */
  get mean(): number {
    return this.#took / Math.max(1, this.#calls);
  }

  /** The number of calls under way is another one. */
  changed(inFlight: number, now: number): void {
    this.#spent += this.#inFlight * (now - this.#lastAt);
    this.#inFlight = inFlight;
    this.#lastAt = now;
  }

  /** A call that took `ms` is over, and was expected to take so many; 0 where it did not do its work. */
  ended(ms: number, expected: number, isFailure: boolean, wasFull: boolean): void {
    this.#calls += 1;
    this.#took += ms;
    this.#expected += expected;
    if (isFailure) this.#failed += 1;
    if (wasFull) this.#full += 1;
  }

  seen(now: number): Seen {
    const lasted = Math.max(1e-6, now - this.openedAt);
    const calls = Math.max(1, this.#calls);
    const spent = Math.min(this.#spent, this.#took);
    return {
      slowness: this.#expected > 0 ? Math.min(NOTHING_DONE, spent / this.#expected) : NOTHING_DONE,
      spent, waited: (spent - this.#expected) / calls, mean: this.mean, underWay: this.#spent / lasted,
      work: this.#expected / lasted, failures: this.#failed / calls, full: this.#full / calls,
    };
  }

  /** Begins anew. */
  open(now: number): void {
    this.openedAt = this.#lastAt = now;
    this.#spent = this.#took = this.#calls = this.#full = this.#failed = this.#expected = 0;
  }
}
