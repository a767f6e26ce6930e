import NodeCache from "node-cache";
import type { Clock } from "../../base/clock.ts";

/** Something that ends at a moment of the monotonic clock. */
export interface Timed {
  readonly until: number;
}

/** Of a full table so much is forgotten at once: it is searched as seldom. */
const FORGOTTEN = 0.1;

/**
 * A small table whose entries end by the clock that is handed in. node-cache's own expiry goes by the wall clock, which may
 * jump, and its interval runs for ever: neither is used, an entry that is over is dropped when it is met. Where it is full,
 * those that are over go, and else those that end soonest.
 */
export class TimedTable<Entry extends Timed> {
  readonly #entries: NodeCache;
  readonly #clock: Clock;
  readonly #most: number;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
    this.#entries = new NodeCache({ stdTTL: 0, checkperiod: 0, useClones: false, maxKeys: most });
  }

  /** Entries, some of which may be over. */
  get size(): number {
    return this.#entries.getStats().keys;
  }

  get(key: string): Entry | null {
    const entry = this.#entries.get<Entry>(inTable(key));
    if (entry === undefined) return null;
    if (entry.until > this.#clock.now()) return entry;
    this.delete(key);
    return null;
  }

  set(key: string, entry: Entry): void {
    // It throws when full.
    if (this.size >= this.#most && !this.#entries.has(inTable(key))) this.#makeRoom();
    this.#entries.set(inTable(key), entry);
  }

  /** False where there was none. */
  delete(key: string): boolean {
    return this.#entries.del(inTable(key)) > 0;
  }

  clear(): void {
    this.#entries.flushAll();
  }

  /** All that are not over, those that end first in front. */
  list(): readonly (readonly [key: string, entry: Entry])[] {
    const now = this.#clock.now();
    const all = this.#entries.keys().map((key) => [key.slice(1), this.#entries.get<Entry>(key) as Entry] as const);
    for (const [key, { until }] of all) if (until <= now) this.delete(key);
    return all.filter(([, { until }]) => until > now).toSorted(([, one], [, other]) => one.until - other.until);
  }

  #makeRoom(): void {
    const kept = this.list();
    const surplus = kept.length - Math.ceil(this.#most * (1 - FORGOTTEN));
    for (const [key] of kept.slice(0, Math.max(0, surplus))) this.delete(key);
  }
}

/** node-cache keeps its keys in a plain object, where `__proto__` is not a key like others. */
function inTable(key: string): string {
  return `=${key}`;
}
