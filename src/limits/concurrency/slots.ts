import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { Queue, rankOf, type Rank } from "../queue.ts";
import { AdaptiveLimit, type CallEnd } from "./adaptive-limit.ts";
import { Patience } from "./patience.ts";
import { SlotWaiter, type NoSlotReason, type SlotAsk, type SlotLine, type SlotReady, type SlotWait } from "./slot-waiter.ts";

/** How many calls may be under way at one endpoint, and who waits. */
export interface SlotsOptions {
  readonly mode: "adaptive" | "fixed";
  /** Of the limit that adapts; a fixed one is `max`. */
  readonly min: number;
  readonly max: number;
  /** Calls that may wait. */
  readonly queue: number;
  /** Longest wait in ms. */
  readonly queueTimeout: number;
  /** Share of the slots that submissions alone may use. */
  readonly reserve: number;
}

/** The slots of one endpoint. Each one that was taken is given back by exactly one `leave`. */
export interface Slots {
  /** Takes a slot where one is free for this class; gives how many are taken then, 0 where none was free. */
  enter(routeClass: string): number;
  /** Takes one whether or not one is free: a trial of a breaker waits for nobody. */
  force(): number;
  /** Waits for one; null where it was refused at once, after `ready` was told. `taken` is as {@link enter} gives it. */
  wait(ask: SlotAsk, ready: SlotReady): SlotWait | null;
  /** Gives one back. */
  leave(end: CallEnd): void;
  status(): SlotsStatus;
}

/** How the slots stand. */
export interface SlotsStatus {
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
}

/** What slots need from outside. */
export interface SlotsEnv {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of everybody who got none. */
  readonly shed: (routeClass: string, reason: NoSlotReason) => void;
}

/** Nobody is told to come back later than this, in s, before it is spread. */
const MOST_RETRY_AFTER = 30;

/** Makes the slots of an endpoint. Nothing runs while nobody waits. */
export class EndpointSlots implements Slots, SlotLine {
  readonly env: SlotsEnv;
  readonly queue = new Queue();
  readonly patience: Patience;
  readonly #adaptive: AdaptiveLimit;
  #options: SlotsOptions;
  #limit = 0;
  /** So many of them others than submissions may use. */
  #open = 0;
  #inFlight = 0;
  #isServing = false;
  #isStopped = false;

  constructor(options: SlotsOptions, env: SlotsEnv) {
    this.env = env;
    this.#options = options;
    this.patience = new Patience(options.queueTimeout);
    // From the top: as long as nothing is known of a platform it gets what it would get without a limit.
    this.#adaptive = new AdaptiveLimit(options, options.max);
    this.configure(options);
  }

  /** Takes new options over; what was learnt stays. */
  configure(options: SlotsOptions): void {
    this.#options = options;
    this.patience.configure(options.queueTimeout);
    this.#adaptive.configure(options);
    this.#follow();
    this.#serve();
  }

  enter(routeClass: string): number {
    return this.#isStopped || this.#inFlight >= (rankOf(routeClass) === 0 ? this.#limit : this.#open) ? 0 : this.#went();
  }

  force(): number {
    return this.#went();
  }

  wait(ask: SlotAsk, ready: SlotReady): SlotWait | null {
    const rank = rankOf(ask.class);
    const now = this.env.clock.now();
    const patience = Math.min(this.#options.queueTimeout, ask.deadline - now);
    const refused = this.#refusal(rank, ask.lane, patience, now);
    if (refused !== null) {
      this.shed(ask.class, refused, ready);
      return null;
    }
    if (this.queue.waiting(rank) === 0) this.patience.began(rank, now);
    return new SlotWaiter(this, ask, patience, ready);
  }

  leave(end: CallEnd): void {
    if (end.sign === "done") this.patience.took(end.ms);
    const wasFull = this.#inFlight >= this.#open;
    this.#inFlight -= 1;
    if (this.#options.mode === "adaptive") {
      this.#adaptive.ended(end, this.#inFlight, wasFull, this.env.clock.now());
      this.#follow();
    }
    this.#serve();
  }

  status(): SlotsStatus {
    return { limit: this.#limit, inFlight: this.#inFlight, waiting: this.queue.size };
  }

  stop(): void {
    this.#isStopped = true;
    this.queue.clear();
  }

  /** Tells somebody that there is none, and when to come again: a little apart from the others. */
  shed(routeClass: string, reason: NoSlotReason, ready: SlotReady): void {
    this.env.shed(routeClass, reason);
    const seconds = Math.min(MOST_RETRY_AFTER, Math.max(1, this.#msFor(this.queue.size) / 1000));
    ready(0, { reason, retryAfter: Math.ceil(seconds * (1 + this.env.random.next())) });
  }

  #went(): number {
    this.#inFlight += 1;
    if (this.#options.mode === "adaptive") this.#adaptive.began(this.#inFlight, this.env.clock.now());
    return this.#inFlight;
  }

  #refusal(rank: Rank, lane: string, patience: number, now: number): NoSlotReason | null {
    if (this.#isStopped) return "stopped";
    if (patience <= 0) return "too-late";
    const ms = this.#msFor(this.queue.aheadAtMost(rank, lane) + 1);
    if (ms > patience) return "too-late";
    if (this.queue.waiting(rank) > 0 && this.patience.stands(rank, now) && ms > this.patience.short(rank)) return "standing-queue";
    if (this.queue.size < this.#options.queue) return null;
    // Reads make room for submissions, and who has many in the line for who has few; the newest goes: he has waited the least.
    const other = this.#options.queue === 0 ? null : (this.queue.toLeave(rank, lane) as SlotWaiter | null);
    if (other === null) return "queue-full";
    other.refuse("queue-full");
    return null;
  }

  /** Time in ms in which so many get through, as long as calls take what they took last. */
  #msFor(calls: number): number {
    return (calls * this.patience.callMs) / this.#limit;
  }

  #follow(): void {
    const { mode, max, reserve } = this.#options;
    this.#limit = mode === "adaptive" ? this.#adaptive.limit : max;
    this.#open = Math.max(1, this.#limit - Math.floor(this.#limit * reserve));
  }

  /** Who has had his turn may be through at once, and give it back from within: one loop serves them all. */
  #serve(): void {
    if (this.#isServing || this.queue.size === 0) return;
    this.#isServing = true;
    try {
      while (this.#inFlight < this.#limit) {
        const next = this.queue.take(this.#inFlight < this.#open ? 2 : 0);
        if (next === null) break;
        this.#went();
        next.granted();
      }
    } finally {
      this.#isServing = false;
    }
  }
}
