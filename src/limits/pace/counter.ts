import type { Clock, Timer } from "../../base/clock.ts";
import type { Rate } from "../../base/units.ts";
import { Pace } from "./pace.ts";
import { MAY_BE_LOST, SHORTEST_KEPT, type ScopeNotes } from "./turn-log.ts";
import { Queue, type Rank, type Waiter } from "../queue.ts";

/** What counters of a group have in common. */
export interface CounterRules {
  readonly windows: readonly Rate[];
  /** See pace.ts; ms. */
  readonly margin: number;
}

/** More wait nowhere: whoever comes takes the place of one who has many others of his own waiting, or is told to come again. */
const MOST_WAITERS = 4000;
/** A forecast looks so many turns ahead; what is further away is as far. */
const FURTHEST = MOST_WAITERS + 1;
/** The longest wait that a platform may ask for, in ms: a slip of its must not stop everything for good. */
const LONGEST_WAIT = 86_400_000;
/** After a refusal nothing goes for so many ms at least; doubled with each that comes after the pause for the one before. */
const SHORTEST_PAUSE = 250;
/** The same, where it does not say how long. */
const UNSAID_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** Lateness in ms that is made up for. */
const MADE_UP = 50;
/** Waiters that go so many ms apart go one by one, whatever the window allows. */
const WIDE = 100;

/**
 * One counter: what has gone, who waits, and what the platform has said. It gives turns; a request that needs turns of
 * several counters takes them one after the other, always in the same order, so that nobody waits in a ring.
 */
export class Counter {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #queue = new Queue();
  readonly #notes: ScopeNotes | null;
  /** Its longest window, in ms. */
  #longest: number;
  /** Between two turns of waiters, in ms: those whose time comes together do not go together. */
  #spacing: number;
  #spacedUntil = -Infinity;
  /** The platform wants to hear nothing until then. */
  #quietUntil = -Infinity;
  #refusals = 0;
  #timer: Timer | null = null;

  /** `notes` keep its turns beyond a restart; null: nothing does. */
  constructor(rules: CounterRules, clock: Clock, notes: ScopeNotes | null = null) {
    this.#clock = clock;
    this.#notes = notes;
    this.#pace = new Pace(rules.windows, rules.margin);
    this.#spacing = spacingOf(rules.windows);
    this.#longest = longestOf(rules.windows);
    const past = notes?.past() ?? null;
    // It is not known when they arrived: at the latest a margin after they went.
    if (past !== null) this.#pace.restore([...past.instants.map((at) => Math.min(clock.now(), at + rules.margin)), ...(past.mayLack ? lost(rules.windows, clock.now()) : [])]);
  }

  /** Takes other rules over; what was counted goes on counting, and who waits goes on waiting. */
  configure({ windows, margin }: CounterRules): void {
    this.#pace.configure(windows, margin);
    this.#spacing = spacingOf(windows);
    this.#longest = longestOf(windows);
    this.#go();
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Monotonic ms until which the platform wants to hear nothing. */
  get quietUntil(): number {
    return this.#quietUntil;
  }

  /** A turn at once, where there is one and nobody waits for it. */
  tryEnter(): boolean {
    const now = this.#clock.now();
    if (this.#queue.size > 0 || this.#freeAt(now) > now) return false;
    this.#pace.reserve();
    return true;
  }

  /** Waits for a turn; false where too many do, and nobody has to leave for it. */
  wait(waiter: Waiter): boolean {
    if (this.#queue.size >= MOST_WAITERS) {
      const other = this.#queue.toLeave(waiter.rank, waiter.lane);
      if (other === null) return false;
      this.#queue.remove(other);
      other.dropped();
    }
    this.#queue.add(waiter);
    this.#go();
    return true;
  }

  /** Waits no longer. */
  leave(waiter: Waiter): void {
    this.#queue.remove(waiter);
    this.#go();
  }

  /** Monotonic ms at which somebody of this rank and lane who came now would have a turn, as far as can be said. */
  forecast(rank: Rank, lane: string): number {
    const nth = Math.min(FURTHEST, this.#queue.ahead(rank, lane) + 1);
    return this.#pace.forecast(this.#clock.now(), nth, Math.max(this.#clock.now(), this.#quietUntil));
  }

  /** Gives a turn back that was not used. */
  back(): void {
    this.#pace.back();
    this.#go();
  }

  /** The head is handed to the socket; gives what `arrived` wants. */
  hand(): number {
    const mark = this.#pace.hand(this.#clock.now());
    if (this.#longest >= SHORTEST_KEPT) this.#notes?.spent(this.#longest);
    this.#go();
    return mark;
  }

  /** The answer's head has come. */
  arrived(mark: number): void {
    this.#pace.arrived(mark, this.#clock.now());
    this.#go();
  }

  /** The platform wants to hear nothing for so many ms; null: it did not say how long. Gives what was made of it. */
  quiet(ms: number | null, isRefusal: boolean): number {
    const now = this.#clock.now();
    // Those that were under way together are refused together, which is one refusal.
    if (isRefusal && (this.#refusals === 0 || now >= this.#quietUntil)) this.#refusals++;
    const least = isRefusal ? Math.min(LONGEST_PAUSE, (ms === null ? UNSAID_PAUSE : SHORTEST_PAUSE) * 2 ** (this.#refusals - 1)) : 0;
    const wait = Math.min(LONGEST_WAIT, Math.max(least, ms ?? 0));
    this.#quietUntil = Math.max(this.#quietUntil, now + wait);
    this.#go();
    return wait;
  }

  /** The platform took one in: what it did not say is not guessed any longer. */
  welcomed(): void {
    this.#refusals = 0;
  }

  /** True where forgetting it changes nothing. */
  isIdle(): boolean {
    const now = this.#clock.now();
    return this.#queue.size === 0 && this.#quietUntil <= now && this.#pace.isIdle(now);
  }

  /** Sends those who wait away. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    // Whoever comes again finds nothing that counts.
    this.#pace.configure([], 0);
    this.#queue.clear();
  }

  #freeAt(now: number): number {
    return Math.max(this.#pace.freeAt(now), this.#quietUntil);
  }

  /** Gives as many turns as there are, and sees to it that the next one is not missed. */
  #go(): void {
    if (this.#queue.size === 0 && this.#timer === null) return;
    while (this.#queue.size > 0) {
      const now = this.#clock.now();
      const at = Math.max(this.#freeAt(now), this.#spacedUntil);
      if (at > now) {
        this.#timer?.cancel();
        this.#timer = null;
        // Infinity: whoever has a turn now uses it or gives it back, and comes by here.
        if (at !== Infinity) this.#timer = this.#clock.after(Math.ceil(at - now), () => this.#go(), true);
        return;
      }
      this.#pace.reserve();
      // What a late timer cost is made up for, or so many would not fit into the window.
      this.#spacedUntil = Math.max(this.#spacedUntil, now - MADE_UP) + this.#spacing;
      // It may come back here at once, by giving the turn back.
      this.#queue.take()?.granted();
    }
    this.#timer?.cancel();
    this.#timer = null;
  }
}

/**
 * A little less than an even flow would have, so that all of them still fit into the window: half of it would leave everybody
 * waiting for the other half of each second. Where few may go in a long time, half.
 */
function spacingOf(windows: readonly Rate[]): number {
  const even = windows.reduce((least, { count, per }) => Math.min(least, per / count), windows.length === 0 ? 0 : Infinity);
  return Math.min(even * 0.9, Math.max(WIDE, even / 2));
}

function longestOf(windows: readonly Rate[]): number {
  return windows.reduce((longest, { per }) => Math.max(longest, per), 0);
}

/** As many as may have gone in the time of which nothing is known. */
function lost(windows: readonly Rate[], now: number): number[] {
  const most = windows.reduce((least, { count, per }) => Math.min(least, count * Math.ceil(MAY_BE_LOST / per)), Infinity);
  return Array<number>(most === Infinity ? 0 : most).fill(now);
}
