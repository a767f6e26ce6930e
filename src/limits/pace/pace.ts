import type { Rate } from "../../base/units.ts";

/*
 * Sliding windows over one stream of requests, all of which must hold: exact instants, no buckets.
 *
 * The platform counts a request when it arrives, which nobody here can see. It lies between the hand-over of the head to
 * the socket and the arrival of the answer's head: until then a request counts as if it came this very moment, so that no
 * delay on the way can push two of them together. Where an answer takes its time that would waste what is allowed: at the
 * latest a `margin` after the hand-over it counts as having arrived. The margin has to cover what a lost packet costs
 * (200 ms and more until it is sent again) and a platform that stands still for a moment and then takes all that has come.
 */

/** The smallest ring; it grows as far as its windows need. */
const SMALLEST = 16;

/** When those go that a forecast looks at, for as long as it is made: it is made for each who has to wait. */
let coming = new Float64Array(256);

/** What is remembered of the requests of one counter. Times are monotonic ms; nothing here asks a clock. */
export class Pace {
  #windows: readonly Rate[];
  #margin: number;
  /** Instants from which on they count as arrived, oldest first, in a ring. */
  #ring = new Float64Array(SMALLEST);
  #next = 0;
  #size = 0;
  /** Of those under way: when they count as arrived at the latest. Rising. */
  readonly #open: number[] = [];
  /** Turns that are given and not handed over yet. */
  #reserved = 0;

  constructor(windows: readonly Rate[], margin: number) {
    this.#windows = windows;
    this.#margin = margin;
  }

  /** Takes other windows over; what was counted goes on counting. */
  configure(windows: readonly Rate[], margin: number): void {
    this.#windows = windows;
    this.#margin = margin;
  }

  /** When the next one may go, now or earlier where it may at once; Infinity: not before a turn that was given is used or comes back. */
  freeAt(now: number): number {
    this.#settle(now);
    let at = -Infinity;
    for (const { count, per } of this.#windows) {
      const newest = this.#newest(count);
      if (newest + per > at) at = newest + per;
    }
    return at;
  }

  /**
   * When the `nth` from now may go (1 is the next), none before `notBefore`, were all that are under way to arrive in their
   * time and nobody else to come.
   */
  forecast(now: number, nth: number, notBefore = now): number {
    this.#settle(now);
    if (coming.length < nth) coming = new Float64Array(2 * nth);
    const known = this.#reserved + this.#open.length + this.#size;
    let at = Math.max(notBefore, now);
    for (let taken = 0; taken < nth; taken++) {
      for (let index = 0; index < this.#windows.length; index++) {
        const { count, per } = this.#windows[index] as Rate;
        // So many are not known: nobody is held up.
        if (count - taken > known) continue;
        const before = count <= taken ? (coming[taken - count] as number) : Math.min(this.#newest(count - taken), now + this.#margin);
        if (before + per > at) at = before + per;
      }
      coming[taken] = at;
    }
    return nth <= 0 ? notBefore : at;
  }

  /** Counts what went before, at these instants, rising; before anything else is counted. */
  restore(instants: readonly number[]): void {
    for (const at of instants) this.#push(at);
  }

  /** Gives a turn. It is followed by one `hand` or one `back`. */
  reserve(): void {
    this.#reserved++;
  }

  /** Takes a turn back: nothing was handed over. */
  back(): void {
    this.#reserved--;
  }

  /** The head is handed over. Gives what `arrived` wants to know. */
  hand(now: number): number {
    this.#reserved--;
    this.#settle(now);
    // A margin that a reload made smaller must not bring it before those that went earlier.
    const latest = Math.max(now + this.#margin, this.#open.at(-1) ?? 0);
    this.#open.push(latest);
    return latest;
  }

  /** Its answer has come: it cannot arrive any later than now. */
  arrived(mark: number, now: number): void {
    this.#settle(now);
    const index = this.#open.findIndex((latest) => latest >= mark);
    if (mark <= now || index < 0) return;
    this.#open.splice(index, 1);
    this.#push(now);
  }

  /** True where nothing that was counted matters any more. */
  isIdle(now: number): boolean {
    this.#settle(now);
    if (this.#reserved > 0 || this.#open.length > 0) return false;
    const last = this.#newest(1);
    return this.#windows.every(({ per }) => last + per <= now);
  }

  /** The instant of the nth newest (from 1): what is not known yet is the newest. Minus infinity where there are not so many. */
  #newest(nth: number): number {
    let back = nth - this.#reserved;
    if (back <= 0) return Infinity;
    if (back <= this.#open.length) return this.#open[this.#open.length - back] as number;
    back -= this.#open.length;
    if (back > this.#size) return -Infinity;
    const { length } = this.#ring;
    return this.#ring[(this.#next - back + length) % length] as number;
  }

  /** Those under way whose time is over have arrived, in their order. */
  #settle(now: number): void {
    let done = 0;
    while (done < this.#open.length && (this.#open[done] as number) <= now) this.#push(this.#open[done++] as number);
    if (done > 0) this.#open.splice(0, done);
  }

  #push(at: number): void {
    if (this.#size === this.#ring.length && this.#size < this.#needed()) this.#grow();
    this.#ring[this.#next] = at;
    this.#next = (this.#next + 1) % this.#ring.length;
    this.#size = Math.min(this.#size + 1, this.#ring.length);
  }

  #needed(): number {
    return this.#windows.reduce((most, { count }) => Math.max(most, count), 0);
  }

  /** Full, so that the oldest stands where the next one would go. */
  #grow(): void {
    const { length } = this.#ring;
    const larger = new Float64Array(Math.min(this.#needed(), length * 2));
    larger.set(this.#ring.subarray(this.#next));
    larger.set(this.#ring.subarray(0, this.#next), length - this.#next);
    this.#ring = larger;
    this.#next = length % larger.length;
  }
}
