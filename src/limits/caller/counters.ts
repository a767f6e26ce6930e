import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../base/clock.ts";
import { Counter } from "./counter.ts";
import type { Rule } from "./rules.ts";

/** Beyond so many keys that are all in use, the rest is counted together: none may be forgotten, and the table has an end. */
const MOST_COUNTERS = 20_000;
/** Name of the counter for the rest; no key is called so: see key.ts. */
const THE_REST = "\uD800the rest";
/** So many are looked at whenever a new one comes; more where there is no room. */
const LOOKED_AT = 2;
const LOOKED_AT_WHEN_FULL = 50;

/** The counters of one limit by their keys. They outlive configurations; one takes new rules over when it is next used. */
export class Counters {
  readonly #clock: Clock;
  /** In the order in which they are looked at again. */
  readonly #counters = new Map<string, Counter>();
  #rules: readonly Rule[];

  constructor(rules: readonly Rule[], clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  configure(rules: readonly Rule[]): void {
    if (!isDeepStrictEqual(rules, this.#rules)) this.#rules = rules;
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  get size(): number {
    return this.#counters.size;
  }

  /** The counter of a key. It is not to be kept: one that counts nothing is forgotten. */
  of(key: string, now: number): Counter {
    const counter = this.#counters.get(key) ?? this.#make(key, now);
    counter.configure(this.#rules, now);
    return counter;
  }

  #make(wanted: string, now: number): Counter {
    this.#forget(now);
    const key = this.#counters.size < MOST_COUNTERS ? wanted : THE_REST;
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    const counter = new Counter(this.#rules, this.#clock);
    this.#counters.set(key, counter);
    return counter;
  }

  /** Each new one is paid for by looking at old ones, one after the other, so that the table shrinks as it is used. */
  #forget(now: number): void {
    let left = this.#counters.size < MOST_COUNTERS ? LOOKED_AT : LOOKED_AT_WHEN_FULL;
    for (const [key, counter] of this.#counters) {
      if (left-- === 0) return;
      this.#counters.delete(key);
      counter.configure(this.#rules, now);
      if (!counter.isIdle(now)) this.#counters.set(key, counter);
    }
  }
}
