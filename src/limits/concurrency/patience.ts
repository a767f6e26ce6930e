import type { Rank } from "../queue.ts";

/** A wait that is short for a rank: this share of the longest, or one call's time where that is longer, but never above half of the longest. */
const SHORT_SHARE = 0.05;
const LONGEST_SHARE = 0.5;
/** Polls are what others depend on. */
const OF_RANK: readonly [number, number, number] = [Infinity, 2, 1];

/**
 * Controlled delay: a line is well as long as somebody comes through it quickly now and then, however long it is for a
 * moment. One in which nobody did for a while *stands*: everybody in it waits for nothing, because it is as long when he
 * leaves it as it was when he came. Whoever waits in a standing line for longer than what is short is sent away, and
 * newcomers who would wait longer are not let in. Reads come first in that, polls later, and submissions never: theirs is
 * the longest wait there is.
 */
export class Patience {
  /** For each rank, monotonic ms at which its line was well last. */
  readonly #wellAt: [number, number, number] = [0, 0, 0];
  #longest: number;
  /** Mean time of a call in ms. */
  #callMs = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  configure(longest: number): void {
    this.#longest = longest;
  }

  /** A call took so long, in ms. */
  took(ms: number): void {
    this.#callMs += (ms - this.#callMs) * (this.#callMs === 0 ? 1 : 0.1);
  }

  get callMs(): number {
    return this.#callMs;
  }

  /** The wait in ms that a rank has in a standing line; for submissions the longest. */
  short(rank: Rank): number {
    // Before the first call is over nobody knows what is short.
    const least = this.#callMs === 0 ? this.#longest * LONGEST_SHARE : Math.min(Math.max(this.#callMs, this.#longest * SHORT_SHARE), this.#longest * LONGEST_SHARE);
    return Math.min(this.#longest, least * OF_RANK[rank]);
  }

  /** The first one of a rank begins to wait. */
  began(rank: Rank, now: number): void {
    this.#wellAt[rank] = now;
  }

  /** One of a rank had its turn after so many ms. Half of what is short ends it, so that it is not over because many were sent away. */
  served(rank: Rank, waited: number, now: number): void {
    if (waited <= this.short(rank) / 2) this.#wellAt[rank] = now;
  }

  /** Does the line of this rank stand? */
  stands(rank: Rank, now: number): boolean {
    return rank > 0 && now - this.#wellAt[rank] >= this.short(rank);
  }
}
