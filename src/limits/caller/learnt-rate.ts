import type { Rule } from "./rules.ts";
import { SlidingWindow } from "./sliding-window.ts";

/*
 * A limit that is learnt: what was let through on average over the last window, and some headroom on top, between a floor and
 * a ceiling. Only what was let through teaches it, and however long a flood lasts, one window raises it by the headroom
 * at most.
 */

/** The average moves on so many times in a window. */
const STEPS = 32;

/** See the top of this file. Times are monotonic ms. */
export class LearntRate {
  readonly kind = "learnt";
  readonly window: SlidingWindow;
  readonly #rule: Extract<Rule, { kind: "learnt" }>;
  /** Units by steps; the one that is going on is not averaged yet. */
  readonly #steps = new Float64Array(STEPS + 1);
  readonly #width: number;
  #step = 0;
  #sum = 0;
  /** Units a ms that count as usual. */
  #usual = 0;

  constructor(rule: Extract<Rule, { kind: "learnt" }>) {
    this.#rule = rule;
    this.#width = rule.window / STEPS;
    this.window = new SlidingWindow(rule.floor.count, rule.floor.per);
  }

  get largest(): number {
    return this.window.largest;
  }

  /** Units that are allowed in the span of the floor, as things are. */
  allowed(now: number): number {
    this.#move(now);
    return this.window.largest;
  }

  at(units: number, now: number): number {
    this.#move(now);
    return this.window.at(units, now);
  }

  add(units: number, now: number): void {
    this.#move(now);
    this.#count(units);
    this.window.add(units, now);
  }

  remove(units: number, at: number): void {
    // It is in the step that goes on, or not worth looking for.
    this.#count(-Math.min(units, this.#steps[this.#step % this.#steps.length] as number));
    this.window.remove(units, at);
  }

  left(now: number): number {
    this.#move(now);
    return this.window.left(now);
  }

  reset(now: number): number {
    return this.window.reset(now);
  }

  isIdle(now: number): boolean {
    this.#move(now);
    return this.#sum === 0 && this.#usual === 0 && this.window.isIdle(now);
  }

  /** Goes on with what was learnt under another window or headroom. */
  carry(before: LearntRate, now: number): void {
    before.#move(now);
    this.#move(now);
    this.#usual = before.#usual;
    const each = (before.#sum / before.#rule.window) * this.#width;
    this.#steps.fill(each);
    this.#steps[this.#step % this.#steps.length] = 0;
    this.#sum = each * STEPS;
    this.#allow();
  }

  #count(units: number): void {
    const place = this.#step % this.#steps.length;
    this.#steps[place] = (this.#steps[place] as number) + units;
  }

  /** Closes the steps that are over. */
  #move(now: number): void {
    const step = Math.floor(now / this.#width);
    if (step === this.#step) return;
    // Before the first units there is nothing to close.
    const closing = Math.min(step - this.#step, this.#steps.length);
    for (let done = 0; done < closing; done++) this.#close();
    this.#step = step;
    this.#steps[step % this.#steps.length] = 0;
    this.#allow();
  }

  #close(): void {
    const { floor, headroom, window } = this.#rule;
    const { length } = this.#steps;
    this.#sum += this.#steps[this.#step % length] as number;
    this.#step++;
    this.#sum = Math.max(0, this.#sum - (this.#steps[this.#step % length] as number));
    this.#steps[this.#step % length] = 0;
    const reach = Math.max(this.#usual, floor.count / floor.per / (1 + headroom)) * (1 + headroom) ** (1 / STEPS);
    this.#usual = Math.min(this.#sum / window, reach);
  }

  #allow(): void {
    const { floor, ceiling, headroom } = this.#rule;
    const most = ceiling === null ? Infinity : Math.floor((ceiling.count / ceiling.per) * floor.per);
    this.window.allow(Math.max(floor.count, Math.min(most, Math.floor(this.#usual * (1 + headroom) * floor.per))));
  }
}
