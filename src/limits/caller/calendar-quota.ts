import type { Clock } from "../../base/clock.ts";
import { LONGEST_PERIOD_MS, periodEnd } from "../../base/zone.ts";
import type { QuotaOptions } from "./options.ts";

/** At most so many units in each hour, day or month of a zone's calendar. What began before the end of a period counts in it. */
export class CalendarQuota {
  readonly kind = "quota";
  readonly largest: number;
  readonly options: QuotaOptions;
  readonly #clock: Clock;
  #used = 0;
  /** Wall ms: of the first reading in this period, and of its end. */
  #from = Infinity;
  #end = -Infinity;
  /** Monotonic ms of the first reading. */
  #since = -Infinity;

  constructor(options: QuotaOptions, clock: Clock) {
    this.options = options;
    this.largest = options.most;
    this.#clock = clock;
  }

  /** When so many more fit; `now` where they do. */
  at(units: number, now: number): number {
    const wall = this.#turn(now);
    const over = this.#used + units - this.largest;
    if (over <= 0) return now;
    const more = Math.max(0, Math.ceil((units - Math.max(0, this.largest - this.#used)) / this.largest) - 1);
    return now + (this.#end - wall) + more * LONGEST_PERIOD_MS[this.options.per];
  }

  add(units: number, now: number): void {
    this.#turn(now);
    this.#used += units;
  }

  /** So many that came at `at` did not go after all; in another period they do not count any more anyhow. */
  remove(units: number, at: number): void {
    if (at >= this.#since) this.#used = Math.max(0, this.#used - units);
  }

  left(now: number): number {
    this.#turn(now);
    return Math.max(0, this.largest - this.#used);
  }

  reset(now: number): number {
    return this.#end - this.#turn(now);
  }

  isIdle(now: number): boolean {
    this.#turn(now);
    return this.#used === 0;
  }

  /** Goes on with what was counted before under other options, where the same period or one inside of it is known. */
  carry(before: CalendarQuota, now: number): void {
    const wall = this.#turn(now);
    before.#turn(now);
    if (before.options.per === this.options.per) this.#end = before.#end;
    if (before.#end > this.#end) return;
    this.#used = Math.max(this.#used, before.#used);
    this.#from = Math.min(before.#from, wall);
    this.#since = Math.min(before.#since, this.#since);
  }

  /** Wall ms now; begins a new period where the last one is over. */
  #turn(now: number): number {
    const wall = this.#clock.wall();
    if (wall >= this.#from && wall < this.#end) return wall;
    const { zone, per } = this.options;
    const end = periodEnd(wall, zone, per);
    if (wall >= this.#end) {
      this.#used = 0;
      this.#since = now;
      this.#end = end;
    }
    // A clock that was put back begins no period anew, nor the one that had begun once more; one that had been far ahead is right now.
    else if (this.#end > periodEnd(end, zone, per)) this.#end = end;
    this.#from = wall;
    return wall;
  }
}
