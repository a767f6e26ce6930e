/** How long calls of one kind take while nothing waits at the platform. */
interface Baseline {
  /** Mean in ms; 0 before the first. */
  ms: number;
  /** Of the window that is open, or of all until there is a mean. */
  sum: number;
  count: number;
  /** Of the calls that went out among few, until there is a mean. */
  aloneSum: number;
  alone: number;
}

/** Kinds that are kept apart; what comes later counts as one kind. */
const MOST = 64;
/** A window says something about a kind from so many calls on, and makes a first mean of twice as many. */
const FEWEST = 4;

/**
 * Baselines by kind of call: routes differ in latency by orders of magnitude, and a mixture that changes must not look like
 * a platform that became slower. Means, not minima: one call in five may be slow by nature, and then no minimum is its measure.
 */
export class Baselines {
  readonly #kinds = new Map<string, Baseline>();

  /**
   * Takes the time of a call in, and gives what was to be expected of its kind, both in ms. One that went out among few, as the
   * first ones do, waited for nobody: they make the first mean. That it may be too low is soon seen, that it is too high is not.
   */
  heard(kind: string, ms: number, isAmongFew: boolean): number {
    const baseline = this.#of(kind);
    baseline.sum += ms;
    baseline.count += 1;
    if (baseline.ms > 0) return baseline.ms;
    if (isAmongFew) {
      baseline.aloneSum += ms;
      if (++baseline.alone >= FEWEST) baseline.ms = baseline.aloneSum / baseline.alone;
    }
    return ms;
  }

  /** What is to be expected of a kind, in ms; 0: nobody knows yet. */
  usual(kind: string): number {
    return this.#kinds.get(kind)?.ms ?? 0;
  }

  /** Moves each kind toward what the window showed, by this share of the way. */
  follow(share: number): void {
    for (const one of this.#kinds.values()) if (one.ms > 0 && one.count >= FEWEST) one.ms += (one.sum / one.count - one.ms) * share;
  }

  /** What the window showed is the measure from now on: its calls took `total` ms together. Kinds that did not come move along. */
  accept(total: number): void {
    const before = this.#expected();
    this.follow(1);
    const after = this.#expected();
    if (before <= 0 || after <= 0 || total <= 0) return;
    for (const one of this.#kinds.values()) one.ms *= total / (one.count >= FEWEST ? after : before);
  }

  /** Opens the next window. */
  next(): void {
    for (const one of this.#kinds.values()) {
      if (one.ms === 0 && one.count < 2 * FEWEST) continue;
      if (one.ms === 0) one.ms = one.alone > 0 ? one.aloneSum / one.alone : one.sum / one.count;
      one.sum = one.count = 0;
    }
  }

  #expected(): number {
    let sum = 0;
    for (const one of this.#kinds.values()) sum += one.count * one.ms;
    return sum;
  }

  #of(kind: string): Baseline {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    if (this.#kinds.size > MOST && kind !== "") return this.#of("");
    const made: Baseline = { ms: 0, sum: 0, count: 0, aloneSum: 0, alone: 0 };
    this.#kinds.set(kind, made);
    return made;
  }
}
