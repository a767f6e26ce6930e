/** Sums of fractions of a unit are this much off at most. */
const SLIP = 1e-9;

/**
 * A steady rate with room for a burst (generic cell rate algorithm): what came drains away at `most` units in `per` ms, and up to
 * `burst` of them may stand undrained. Times are monotonic ms.
 */
export class CellRate {
  readonly kind = "burst";
  readonly per: number;
  readonly largest: number;
  readonly #most: number;
  /** Undrained at `#at`. */
  #level = 0;
  #at = -Infinity;

  constructor(most: number, per: number, burst: number) {
    this.#most = most;
    this.per = per;
    this.largest = burst;
  }

  /** When so many more fit; `now` where they do. */
  at(units: number, now: number): number {
    const over = this.level(now) + units - this.largest;
    return over <= SLIP ? now : now + (over * this.per) / this.#most;
  }

  add(units: number, now: number): void {
    // Of what is told late it counts when it came.
    const at = Math.max(now, this.#at);
    this.#level = this.level(at) + units;
    this.#at = at;
  }

  /** So many did not go after all: what has drained of them since is not given twice. */
  remove(units: number, at: number): void {
    const drained = (Math.max(0, this.#at - at) * this.#most) / this.per;
    this.#level = Math.max(0, this.#level - Math.max(0, units - drained));
  }

  left(now: number): number {
    return Math.max(0, Math.floor(this.largest - this.level(now) + SLIP));
  }

  reset(now: number): number {
    return (this.level(now) * this.per) / this.#most;
  }

  isIdle(now: number): boolean {
    return this.level(now) <= SLIP;
  }

  /** Units that have not drained yet. */
  level(now: number): number {
    return this.#at === -Infinity ? 0 : Math.max(0, this.#level - (Math.max(0, now - this.#at) * this.#most) / this.per);
  }
}
