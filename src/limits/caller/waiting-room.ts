import type { Clock, Timer } from "../../base/clock.ts";
import { Queue, type Rank, type Waiter } from "../queue.ts";

/** Somebody who waits for units of a limit. */
export interface UnitsWaiter extends Waiter {
  readonly units: number;
}

/** What a waiting room gives turns by. */
export interface WaitingRoomRules {
  /** Takes units: 0, or ms until they would fit. */
  readonly take: (units: number, now: number) => number;
  /** Ms between two turns for each unit. */
  readonly spacing: () => number;
  /** Nobody waits any more. */
  readonly empty: () => void;
}

/** Where those wait whose key has no room in a limit: served in the order of the queue, a little apart in time. */
export class WaitingRoom {
  readonly #rules: WaitingRoomRules;
  readonly #clock: Clock;
  readonly #queue = new Queue();
  #units = 0;
  /** The next turn is a little apart from the last one, and not before another place has room. */
  #notBefore = -Infinity;
  #closedUntil = -Infinity;
  #timer: Timer | null = null;
  #isGoing = false;

  constructor(rules: WaitingRoomRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  get size(): number {
    return this.#queue.size;
  }

  add(waiter: UnitsWaiter): void {
    this.#queue.add(waiter);
    this.#units += waiter.units;
    this.go();
  }

  /** Somebody who had a turn, and has to wait on: it comes first. */
  putBack(waiter: UnitsWaiter): void {
    this.#queue.putBack(waiter);
    this.#units += waiter.units;
    this.go();
  }

  /** Waits no longer. */
  leave(waiter: UnitsWaiter): void {
    const before = this.#queue.size;
    this.#queue.remove(waiter);
    if (this.#queue.size === before) return;
    this.#units -= waiter.units;
    this.go();
  }

  /** Gives no turn before this instant: another place has said that there is none. */
  closeUntil(at: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, at);
  }

  /** Units that would go before somebody of this rank and lane who came now, as far as can be said. */
  unitsAhead(rank: Rank, lane: string): number {
    const { size } = this.#queue;
    return size === 0 ? 0 : Math.ceil((this.#queue.ahead(rank, lane) * this.#units) / size);
  }

  /** Somebody can wait no longer: what there is room for is given out at once, up to him. */
  hurry(waiter: UnitsWaiter): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    while (this.#queue.has(waiter)) {
      this.#notBefore = -Infinity;
      if (this.#next() !== 0) break;
    }
    this.#isGoing = false;
    this.go();
  }

  /** Gives as many turns as there are, and sees to it that the next one is not missed. */
  go(): void {
    // Whoever has a turn may give it back at once, and come by here.
    if (this.#isGoing) return;
    this.#isGoing = true;
    this.#timer?.cancel();
    this.#timer = null;
    for (let wait = this.#next(); wait !== null; wait = this.#next()) {
      if (wait === 0) continue;
      this.#timer = this.#clock.after(Math.ceil(wait), () => this.go(), true);
      break;
    }
    this.#isGoing = false;
    if (this.#queue.size === 0) this.#rules.empty();
  }

  /** Sends everybody away. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#units = 0;
    this.#queue.clear();
  }

  /** 0: somebody had a turn; else ms until the next may have one; null: nobody waits. */
  #next(): number | null {
    const first = this.#queue.first() as UnitsWaiter | null;
    if (first === null) return null;
    const now = this.#clock.now();
    const notBefore = Math.max(this.#notBefore, this.#closedUntil);
    const wait = notBefore > now ? notBefore - now : this.#rules.take(first.units, now);
    if (wait > 0 && wait !== Infinity) return wait;
    this.#queue.take();
    this.#units -= first.units;
    if (wait === Infinity) {
      // A limit that was made smaller: nobody waits behind one that never fits.
      first.dropped();
      return 0;
    }
    this.#notBefore = now + this.#rules.spacing() * first.units;
    first.granted();
    return 0;
  }
}
