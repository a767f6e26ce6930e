/*
 * Who waits for a turn of one counter, and in which order they get it: submissions before polls before reads, and within
 * each of the three the lanes (taxpayers) by turns, each in the order of its coming.
 */

/** How much a request is in a hurry: 0 submissions, 1 polls and what others depend on, 2 the rest. */
export type Rank = 0 | 1 | 2;

/** Somebody who waits. */
export interface Waiter {
  readonly rank: Rank;
  /** Waiters of one lane are served in their order, lanes by turns. */
  readonly lane: string;
  /** It has a turn. Called once, not after `remove`. */
  readonly granted: () => void;
  /** There will be none: what it waits for is gone. */
  readonly dropped: () => void;
}

type Lanes = Map<string, Set<Waiter>>;

/** After so many turns in a row that others got before them, one of a lower rank has its turn: slow is not never. */
const PASSED_OVER = 8;

/** See the top of this file. Every operation but `ahead` takes constant time. */
export class Queue {
  readonly #ranks: readonly [Lanes, Lanes, Lanes] = [new Map(), new Map(), new Map()];
  readonly #counts: [number, number, number] = [0, 0, 0];
  #passed = 0;
  #lower = 0;

  get size(): number {
    const [first, second, third] = this.#counts;
    return first + second + third;
  }

  add(waiter: Waiter): void {
    const lanes = this.#ranks[waiter.rank];
    const lane = lanes.get(waiter.lane);
    if (lane === undefined) lanes.set(waiter.lane, new Set([waiter]));
    else lane.add(waiter);
    this.#counts[waiter.rank]++;
  }

  /** Takes a waiter out that waits no longer. */
  remove(waiter: Waiter): void {
    const lanes = this.#ranks[waiter.rank];
    const lane = lanes.get(waiter.lane);
    if (lane?.delete(waiter) !== true) return;
    this.#counts[waiter.rank]--;
    if (lane.size === 0) lanes.delete(waiter.lane);
  }

  /** Takes the next one out; null where nobody waits. */
  take(): Waiter | null {
    const rank = this.#nextRank();
    if (rank === null) return null;
    const lanes = this.#ranks[rank];
    const [name, lane] = lanes.entries().next().value as [string, Set<Waiter>];
    const waiter = lane.values().next().value as Waiter;
    lane.delete(waiter);
    // Behind the other lanes from now on.
    lanes.delete(name);
    if (lane.size > 0) lanes.set(name, lane);
    this.#counts[rank]--;
    return waiter;
  }

  /** How many would be served before somebody of this rank and lane who came now. */
  ahead(rank: Rank, lane: string): number {
    let before = 0;
    for (let other: number = 0; other < rank; other++) before += this.#counts[other as Rank];
    const lanes = this.#ranks[rank];
    const own = lanes.get(lane)?.size ?? 0;
    for (const [name, waiters] of lanes) before += name === lane ? own : Math.min(waiters.size, own + 1);
    return before;
  }

  /** Sends everybody away. */
  clear(): void {
    for (let waiter = this.take(); waiter !== null; waiter = this.take()) waiter.dropped();
  }

  #nextRank(): Rank | null {
    const waiting = ([0, 1, 2] as const).filter((rank) => this.#counts[rank] > 0);
    const [first, ...lower] = waiting;
    if (first === undefined) return null;
    if (lower.length === 0) this.#passed = 0;
    else if (++this.#passed > PASSED_OVER) {
      // By turns, where both of the lower ones wait.
      this.#passed = 0;
      this.#lower = (this.#lower + 1) % lower.length;
      return lower[this.#lower] as Rank;
    }
    return first;
  }
}
