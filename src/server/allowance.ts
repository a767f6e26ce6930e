/** Bounds on how slow a client may be; both shrink and grow with the crowd at the listener. */
export interface Bounds {
  /** Longest pause, in ms. */
  pause: number;
  /** Least rate over more than a pause, in bytes a second; 0: pauses alone count. */
  readonly minRate: number;
}

/** A rest that is shorter is none, in ms: it only costs timers. */
const LEAST_REST = 20;

/**
 * How long a client may still make us wait. A pause is granted at first; waiting uses it up, and every byte earns a part of
 * it back, up to one pause: a client at four times the least rate never runs out, one that sends a byte now and then does
 * after one pause. What was sent fast earlier buys no more than that.
 */
export class Allowance {
  readonly #bounds: Bounds;
  #left: number;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#left = bounds.pause;
  }

  /** Ms until it is used up, if nothing comes; 0 where it is. */
  get left(): number {
    return this.#left < LEAST_REST ? 0 : Math.min(this.#left, this.#bounds.pause);
  }

  /** After a wait of `ms`, in which so many bytes were sent or taken. */
  waited(ms: number, bytes: number): void {
    const { pause, minRate } = this.#bounds;
    const earned = bytes === 0 ? 0 : minRate === 0 ? pause : (bytes * 1000) / minRate;
    this.#left = Math.min(pause, this.#left - ms + earned);
  }
}
