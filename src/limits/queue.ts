/*
 * Who waits for a turn of one counter, and in which order they get it: submissions before polls before reads, and within
 * each of the three the lanes (taxpayers) by turns, each in the order of its coming. A lane whose submissions went first
 * lets the others' reads go before its own as often: one who sends much has no more than his share beside it.
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

/** Those of one rank who wait in one lane. */
interface Lane {
  readonly waiters: Set<Waiter>;
  /** Turns that it lets pass, for those that it had in a higher rank. */
  debt: number;
}

type Lanes = Map<string, Lane>;

/** More turns are not held against a lane: what is long ago is forgiven. */
const MOST_DEBT = 16;

const RANKS: Readonly<Record<string, Rank>> = { submit: 0, poll: 1, auth: 1, control: 1, inbound: 1 };

/** The rank of a class of routes. */
export function rankOf(routeClass: string): Rank {
  return RANKS[routeClass] ?? 2;
}

/** After so many turns in a row that others got before them, one of a lower rank has its turn: slow is not never. */
const PASSED_OVER = 8;

/** See the top of this file. Every operation takes constant time, unless it says otherwise. */
export class Queue {
  readonly #ranks: readonly [Lanes, Lanes, Lanes] = [new Map(), new Map(), new Map()];
  readonly #counts: [number, number, number] = [0, 0, 0];
  /** For each rank: how many lanes have at least so many waiters, by that number. No zeros at the end. */
  readonly #atLeast: readonly [number[], number[], number[]] = [[0], [0], [0]];
  #passed = 0;
  #lower = 0;

  get size(): number {
    const [first, second, third] = this.#counts;
    return first + second + third;
  }

  add(waiter: Waiter): void {
    const lanes = this.#ranks[waiter.rank];
    const lane = lanes.get(waiter.lane);
    if (lane === undefined) lanes.set(waiter.lane, { waiters: new Set([waiter]), debt: 0 });
    else lane.waiters.add(waiter);
    this.#grew(waiter.rank, lane?.waiters.size ?? 1);
  }

  /** Takes a waiter out that waits no longer. */
  remove(waiter: Waiter): void {
    const lanes = this.#ranks[waiter.rank];
    const lane = lanes.get(waiter.lane);
    if (lane?.waiters.delete(waiter) !== true) return;
    this.#shrank(waiter.rank, lane.waiters.size);
    if (lane.waiters.size === 0) lanes.delete(waiter.lane);
  }

  /** Does he wait here? */
  has(waiter: Waiter): boolean {
    return this.#ranks[waiter.rank].get(waiter.lane)?.waiters.has(waiter) ?? false;
  }

  /** How many of a rank wait. */
  waiting(rank: Rank): number {
    return this.#counts[rank];
  }

  /**
   * Who is to leave so that somebody of this rank and lane may come: the newest one of the longest lane of the lowest rank,
   * null where all of those are of a higher rank, or no lane of its own rank is longer than its own would be. Takes time for
   * each lane.
   */
  toLeave(rank: Rank, lane: string): Waiter | null {
    for (let other: number = 2; other >= rank; other--) {
      const longest = this.#atLeast[other as Rank].length - 1;
      if (longest === 0) continue;
      if (other === rank && longest <= (this.#ranks[rank].get(lane)?.waiters.size ?? 0) + 1) return null;
      for (const { waiters } of this.#ranks[other as Rank].values()) if (waiters.size === longest) return [...waiters].at(-1) ?? null;
    }
    return null;
  }

  /** An upper bound on {@link ahead} that takes constant time. */
  aheadAtMost(rank: Rank, lane: string): number {
    let before = 0;
    for (let other: number = 0; other < rank; other++) before += this.#counts[other as Rank];
    const lanes = this.#ranks[rank];
    return before + Math.min(this.#counts[rank], lanes.size * ((lanes.get(lane)?.waiters.size ?? 0) + 1));
  }

  /** Takes the next one out; null where nobody waits, or nobody of `lowest` rank or above. */
  take(lowest: Rank = 2): Waiter | null {
    const rank = this.#nextRank(lowest);
    if (rank === null) return null;
    const lanes = this.#ranks[rank];
    const [name, lane] = this.#firstLane(rank);
    const waiter = lane.waiters.values().next().value as Waiter;
    lane.waiters.delete(waiter);
    // Behind the other lanes from now on.
    lanes.delete(name);
    if (lane.waiters.size > 0) lanes.set(name, lane);
    this.#shrank(rank, lane.waiters.size);
    this.#charge(name, rank);
    return waiter;
  }

  /** Whom {@link take} would take out now; null where nobody waits. */
  first(): Waiter | null {
    const [passed, lower] = [this.#passed, this.#lower];
    const rank = this.#nextRank(2);
    [this.#passed, this.#lower] = [passed, lower];
    return rank === null ? null : (this.#firstLane(rank)[1].waiters.values().next().value as Waiter);
  }

  /** Puts one back who was taken out and could not use his turn: he is the next of his rank. Takes time for each lane. */
  putBack(waiter: Waiter): void {
    const lanes = this.#ranks[waiter.rank];
    const others = [...lanes].filter(([name]) => name !== waiter.lane);
    const waiters = new Set([waiter, ...(lanes.get(waiter.lane)?.waiters ?? [])]);
    lanes.clear();
    lanes.set(waiter.lane, { waiters, debt: 0 });
    for (const [name, lane] of others) lanes.set(name, lane);
    this.#grew(waiter.rank, waiters.size);
  }

  /** How many would be served before somebody of this rank and lane who came now. Takes time for each who waits in the lane. */
  ahead(rank: Rank, lane: string): number {
    let before = 0;
    for (let other: number = 0; other < rank; other++) before += this.#counts[other as Rank];
    const atLeast = this.#atLeast[rank];
    const own = this.#ranks[rank].get(lane);
    // Of each lane as many as of its own, and one: that is, those lanes that have at least one, two, three, ...
    const rounds = Math.min(atLeast.length - 1, (own?.waiters.size ?? 0) + 1 + (own?.debt ?? 0));
    for (let size = 1; size <= rounds; size++) before += atLeast[size] as number;
    return before;
  }

  /** Sends everybody away. */
  clear(): void {
    for (let waiter = this.take(); waiter !== null; waiter = this.take()) waiter.dropped();
  }

  /** The lane that is served next, with its name. Each that is passed over paid for it with a turn that it had. */
  #firstLane(rank: Rank): readonly [string, Lane] {
    const lanes = this.#ranks[rank];
    for (;;) {
      const [name, lane] = lanes.entries().next().value as [string, Lane];
      if (lane.debt === 0 || lanes.size === 1) return [name, lane];
      lane.debt--;
      lanes.delete(name);
      lanes.set(name, lane);
    }
  }

  #charge(lane: string, rank: Rank): void {
    for (let lower = rank + 1; lower <= 2; lower++) {
      const owing = this.#ranks[lower as Rank].get(lane);
      if (owing !== undefined && owing.debt < MOST_DEBT) owing.debt++;
    }
  }

  /** A lane has `size` waiters now, one more than before. */
  #grew(rank: Rank, size: number): void {
    const atLeast = this.#atLeast[rank];
    atLeast[size] = (atLeast[size] ?? 0) + 1;
    this.#counts[rank]++;
  }

  /** A lane has `size` waiters now, one less than before. */
  #shrank(rank: Rank, size: number): void {
    const atLeast = this.#atLeast[rank];
    if (--(atLeast[size + 1] as number) === 0) atLeast.length = size + 1;
    this.#counts[rank]--;
  }

  #nextRank(lowest: Rank): Rank | null {
    const waiting = ([0, 1, 2] as const).filter((rank) => rank <= lowest && this.#counts[rank] > 0);
    const [first, ...lower] = waiting;
    if (first === undefined) return null;
    // Who may not be served now was not passed over.
    if (lower.length === 0) this.#passed = lowest < 2 ? this.#passed : 0;
    else if (++this.#passed > PASSED_OVER) {
      // By turns, where both of the lower ones wait.
      this.#passed = 0;
      this.#lower = (this.#lower + 1) % lower.length;
      return lower[this.#lower] as Rank;
    }
    return first;
  }
}
