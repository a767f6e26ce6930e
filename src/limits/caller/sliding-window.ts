/*
 * A window that slides: no more than `most` units in any span of `per` ms, wherever it begins. What came is remembered as
 * instants with their units. Where many units are allowed, those that come within a 256th of the window are remembered as one,
 * at the instant of the last: they count for a little longer than they should, never for less, and memory has an end.
 */

/** Above so many units instants are drawn together. */
const SLOTS = 256;
/** Instants further apart than a slot, and those at either end of the window. */
const LARGEST = SLOTS + 4;
const SMALLEST = 4;

/** See the top of this file. Times are monotonic ms that never go back; nothing here asks a clock. */
export class SlidingWindow {
  readonly kind = "window";
  readonly per: number;
  #most: number;
  /** Instants and their units by turns, from `#tail` on, oldest first, in a ring. Most keys need few: those are close together. */
  #ring = new Float64Array(SMALLEST * 2);
  #tail = 0;
  #size = 0;
  #used = 0;
  /** When the newest instant that is remembered was begun. */
  #begun = -Infinity;

  constructor(most: number, per: number) {
    this.#most = most;
    this.per = per;
  }

  /** Units that fit when nothing has come. */
  get largest(): number {
    return this.#most;
  }

  /** Allows another number of units; what came goes on counting. */
  allow(most: number): void {
    this.#most = most;
  }

  /** When so many more fit: `now`, or the instant from which on they do, were all of them to come at once. More than the window holds take several of them. */
  at(units: number, now: number): number {
    this.#expire(now);
    const room = this.#most - this.#used;
    if (units <= room) return now;
    const turns = Math.max(0, Math.ceil(units / this.#most) - 1);
    let missing = units - turns * this.#most - room;
    let at = now;
    for (let index = 0; missing > 0 && index < this.#size; index++) {
      const place = this.#place(index);
      missing -= this.#ring[place + 1] as number;
      at = (this.#ring[place] as number) + this.per;
    }
    return at + turns * this.per;
  }

  /** So many have come. */
  add(units: number, now: number): void {
    this.#used += units;
    const newest = this.#place(this.#size - 1);
    const isOne = this.#size > 0 && (this.#ring[newest] === now || (this.#most > SLOTS && now - this.#begun < this.per / SLOTS) || this.#size === LARGEST);
    if (isOne) {
      this.#ring[newest] = now;
      this.#ring[newest + 1] = (this.#ring[newest + 1] as number) + units;
      return;
    }
    if (this.#size * 2 === this.#ring.length) this.#grow();
    const place = this.#place(this.#size++);
    this.#ring[place] = now;
    this.#ring[place + 1] = units;
    this.#begun = now;
  }

  /** So many of those that came at `at` did not go after all. */
  remove(units: number, at: number): void {
    let index = this.#size - 1;
    // Drawn together they stand at or after their own instant.
    if (index < 0 || (this.#ring[this.#place(index)] as number) < at) return;
    while (index > 0 && (this.#ring[this.#place(index - 1)] as number) >= at) index--;
    const place = this.#place(index);
    // Where it stood is forgotten by now: this is somebody else's.
    if ((this.#ring[place] as number) - at >= this.per / SLOTS) return;
    const gone = Math.min(units, this.#ring[place + 1] as number);
    this.#ring[place + 1] = (this.#ring[place + 1] as number) - gone;
    this.#used -= gone;
    if (index !== this.#size - 1 || this.#ring[place + 1] !== 0) return;
    this.#size--;
    this.#begun = -Infinity;
  }

  /** Units that fit now. */
  left(now: number): number {
    this.#expire(now);
    return Math.max(0, this.#most - this.#used);
  }

  /** Ms until none that came counts any more. */
  reset(now: number): number {
    this.#expire(now);
    return this.#size === 0 ? 0 : (this.#ring[this.#place(this.#size - 1)] as number) + this.per - now;
  }

  isIdle(now: number): boolean {
    this.#expire(now);
    return this.#size === 0;
  }

  /** What came within the last `per` ms, oldest first. */
  replay(now: number, per: number, into: { add(units: number, at: number): void }): void {
    for (let index = 0; index < this.#size; index++) {
      const place = this.#place(index);
      const at = this.#ring[place] as number;
      if (at + per > now) into.add(this.#ring[place + 1] as number, at);
    }
  }

  #expire(now: number): void {
    while (this.#size > 0 && (this.#ring[this.#tail] as number) + this.per <= now) {
      this.#used -= this.#ring[this.#tail + 1] as number;
      this.#tail = (this.#tail + 2) % this.#ring.length;
      this.#size--;
    }
  }

  #place(index: number): number {
    const place = this.#tail + index * 2;
    return place < this.#ring.length ? place : place - this.#ring.length;
  }

  /** Full, so that what stands from the tail on comes first, and what stands before it follows. */
  #grow(): void {
    const { length } = this.#ring;
    const larger = new Float64Array(Math.min(LARGEST * 2, length * 2));
    larger.set(this.#ring.subarray(this.#tail));
    larger.set(this.#ring.subarray(0, this.#tail), length - this.#tail);
    this.#ring = larger;
    this.#tail = 0;
  }
}
