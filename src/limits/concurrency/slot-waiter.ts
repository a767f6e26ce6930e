import type { Clock, Timer } from "../../base/clock.ts";
import { rankOf, type Queue, type Rank, type Waiter } from "../queue.ts";
import type { Patience } from "./patience.ts";

/** A call that wants a slot. */
export interface SlotAsk {
  /** Class of its route. */
  readonly class: string;
  /** Those who wait in one lane are served in their order, lanes by turns. */
  readonly lane: string;
  /** Monotonic ms at which its time is over. */
  readonly deadline: number;
}

/** Why a call got no slot. Closed: it is a metric label. */
export type NoSlotReason = "queue-full" | "too-late" | "standing-queue" | "timed-out" | "stopped";

/** No slot, and in how many seconds it is worth asking again. */
export interface NoSlot {
  readonly reason: NoSlotReason;
  readonly retryAfter: number;
}

/** Told once what became of a wait: how many slots are taken with the one that it got, or 0 and why there is none. */
export type SlotReady = (taken: number, none: NoSlot | null) => void;

/** A wait for a slot. */
export interface SlotWait {
  /** Nobody wants it any more; `ready` is not called. */
  cancel(): void;
}

/** The line of an endpoint, as somebody in it sees it. */
export interface SlotLine {
  readonly env: { readonly clock: Clock };
  readonly queue: Queue;
  readonly patience: Patience;
  /** Tells somebody that there is no slot for him. */
  shed(routeClass: string, reason: NoSlotReason, ready: SlotReady): void;
  status(): { readonly inFlight: number };
}

/** A look that comes later than this, as a share of a short wait, says nothing about the platform. */
const LATE_SHARE = 0.25;

/** Somebody in the line. Its timer looks again from time to time, because a line may begin to stand while it waits. */
export class SlotWaiter implements Waiter, SlotWait {
  readonly rank: Rank;
  readonly lane: string;
  readonly #line: SlotLine;
  readonly #class: string;
  readonly #ready: SlotReady;
  readonly #since: number;
  readonly #until: number;
  #timer: Timer;

  constructor(line: SlotLine, ask: SlotAsk, patience: number, ready: SlotReady) {
    this.#line = line;
    this.rank = rankOf(ask.class);
    this.lane = ask.lane;
    this.#class = ask.class;
    this.#ready = ready;
    this.#since = line.env.clock.now();
    this.#until = this.#since + patience;
    this.#timer = this.#lookAfter(line.patience.short(this.rank));
    line.queue.add(this);
  }

  granted(): void {
    this.#timer.cancel();
    const now = this.#line.env.clock.now();
    this.#line.patience.served(this.rank, now - this.#since, now);
    this.#ready(this.#line.status().inFlight, null);
  }

  dropped(): void {
    this.#timer.cancel();
    this.#line.shed(this.#class, "stopped", this.#ready);
  }

  cancel(): void {
    this.#timer.cancel();
    this.#line.queue.remove(this);
  }

  /** Sends him away. */
  refuse(reason: NoSlotReason): void {
    this.cancel();
    this.#line.shed(this.#class, reason, this.#ready);
  }

  #lookAfter(ms: number): Timer {
    const { clock } = this.#line.env;
    const due = Math.min(clock.now() + ms, this.#until);
    return clock.after(due - clock.now(), () => this.#look(due));
  }

  #look(due: number): void {
    const now = this.#line.env.clock.now();
    const { patience } = this.#line;
    const short = patience.short(this.rank);
    if (now >= this.#until) this.refuse("timed-out");
    // It looks late: this process stood still, and answers that are there already have not been read.
    else if (now - due > LATE_SHARE * short) this.#timer = this.#lookAfter(short / 2);
    else if (patience.stands(this.rank, now) && now - this.#since >= short) this.refuse("standing-queue");
    else this.#timer = this.#lookAfter(short / 2);
  }
}
