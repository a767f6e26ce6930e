import type { Clock } from "../../base/clock.ts";
import type { Rank } from "../queue.ts";
import { sharedRules } from "../shared/shared-rules.ts";
import type { SharedDemand, SharedRule } from "../shared/shared-limits.ts";
import type { Counter } from "./counter.ts";
import { Counters } from "./counters.ts";
import { USUAL_MAX_WAIT, USUAL_QUEUE, type LimitOptions } from "./options.ts";
import { WaitingRoom, type UnitsWaiter } from "./waiting-room.ts";
import { rulesOf, type Rule } from "./rules.ts";

/** How a limit stands. */
export interface LimitStatus {
  readonly limit: string;
  /** Keys that are counted apart at this moment. */
  readonly keys: number;
  readonly waiting: number;
  readonly dryRun: boolean;
  readonly shared: boolean;
}

/** A limit with everything that it has counted. It outlives configurations; `configure` changes what it allows. Times are monotonic ms. */
export class Limit {
  readonly name: string;
  readonly #clock: Clock;
  readonly #counters: Counters;
  /** Of the keys for which somebody waits. */
  readonly #rooms = new Map<string, WaitingRoom>();
  #options: LimitOptions;
  #spacing = 0;
  /** As places take them that instances share; null: not shared. */
  #sharedRules: (() => readonly SharedRule[]) | null = null;

  constructor(name: string, options: LimitOptions, clock: Clock) {
    this.name = name;
    this.#clock = clock;
    this.#options = options;
    this.#counters = new Counters(rulesOf(options), clock);
    this.#apply();
  }

  configure(options: LimitOptions): void {
    this.#options = options;
    this.#counters.configure(rulesOf(options));
    this.#apply();
    for (const room of this.#rooms.values()) room.go();
  }

  get rules(): readonly Rule[] {
    return this.#counters.rules;
  }

  get dryRun(): boolean {
    return this.#options.dryRun;
  }

  /** True where other instances count along. */
  get shared(): boolean {
    return this.#options.shared;
  }

  /** What this instance may use of it for itself while the others cannot be reached; up to 1. */
  get insurance(): number {
    return this.#options.insurance ?? 1;
  }

  get queues(): boolean {
    return this.#options.onExcess === "queue";
  }

  get maxWait(): number {
    return this.#options.maxWait ?? USUAL_MAX_WAIT;
  }

  /** What is asked of the counter that instances share. */
  demand(key: string, cost: number): SharedDemand {
    return { limit: this.name, key, rules: this.#sharedRules?.() ?? [], cost, dryRun: this.dryRun };
  }

  /** See {@link Counters.of}. */
  counter(key: string, now: number): Counter {
    return this.#counters.of(key, now);
  }

  /** 0: so many units are taken; else ms until they would fit. Infinity: they never do. Whoever has no turn overtakes nobody who waits for one. */
  take(key: string, units: number, now: number, hasTurn: boolean): number {
    const counter = this.#counters.of(key, now);
    if (!hasTurn && this.#rooms.size > 0 && this.#rooms.has(key)) return Math.max(1, counter.wait(units, now));
    return counter.take(units, now);
  }

  /** Units that were taken at `at`, of this share of it, did not go after all. */
  back(key: string, units: number, at: number, share: number): void {
    this.#counters.of(key, this.#clock.now()).back(units, at, share);
    if (this.#rooms.size > 0) this.#rooms.get(key)?.go();
  }

  /** Does somebody wait for this key? */
  hasWaiters(key: string): boolean {
    return this.#rooms.size > 0 && this.#rooms.has(key);
  }

  /** Ms until somebody who came now would have a turn, as far as can be said. */
  forecast(key: string, units: number, rank: Rank, lane: string): number {
    const now = this.#clock.now();
    return this.#counters.of(key, now).forecast(units + (this.#rooms.get(key)?.unitsAhead(rank, lane) ?? 0), now);
  }

  /** Lets somebody wait; false where too many do. `isNext`: it had a turn already and could not use it. */
  wait(key: string, waiter: UnitsWaiter, isNext: boolean): boolean {
    const room = this.#rooms.get(key) ?? this.#open(key);
    if (room.size >= (this.#options.queue ?? USUAL_QUEUE)) return false;
    if (isNext) room.putBack(waiter);
    else room.add(waiter);
    return true;
  }

  leave(key: string, waiter: UnitsWaiter): void {
    this.#rooms.get(key)?.leave(waiter);
  }

  /** Somebody's time is over: he has his turn now if there is room for him and those before him. */
  hurry(key: string, waiter: UnitsWaiter): void {
    this.#rooms.get(key)?.hurry(waiter);
  }

  /** Nobody has a turn of this key before. */
  closeUntil(key: string, at: number): void {
    (this.#rooms.get(key) ?? this.#open(key)).closeUntil(at);
  }

  status(): LimitStatus {
    let waiting = 0;
    for (const room of this.#rooms.values()) waiting += room.size;
    return { limit: this.name, keys: this.#counters.size, waiting, dryRun: this.dryRun, shared: this.shared };
  }

  /** Sends those who wait away. */
  stop(): void {
    for (const room of this.#rooms.values()) room.stop();
    this.#rooms.clear();
  }

  #apply(): void {
    this.#spacing = spacingOf(this.rules);
    this.#sharedRules = this.shared ? sharedRules(this.rules, this.#clock) : null;
  }

  #open(key: string): WaitingRoom {
    const room: WaitingRoom = new WaitingRoom({
      // What is shared is counted elsewhere, once the turn is there.
      take: (units, now) => (this.#options.shared ? 0 : this.#counters.of(key, now).take(units, now)),
      spacing: () => this.#spacing,
      empty: () => {
        if (this.#rooms.get(key) === room) this.#rooms.delete(key);
      },
    }, this.#clock);
    this.#rooms.set(key, room);
    return room;
  }
}

/** Ms for each unit: half of what the shortest rate would have, so that all that is allowed still fits. */
function spacingOf(rules: readonly Rule[]): number {
  const each = rules.flatMap((rule) => (rule.kind === "window" || rule.kind === "burst" ? [rule.per / rule.most / 2] : rule.kind === "learnt" ? [rule.floor.per / rule.floor.count / 2] : []));
  return each.length === 0 ? 0 : Math.min(...each);
}
