import { hash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { EntryAddress } from "./entry.ts";

/** How a wait for another's fetch ended. */
export type Waited =
  /** The answer is stored: look again. */
  | { readonly kind: "filled" }
  /** The one that was fetching failed; this one fetches now, and the others wait on. */
  | { readonly kind: "lead"; readonly flight: Flight }
  /** Go by yourself: the answer cannot be shared, or the wait became too long. */
  | { readonly kind: "alone" }
  /** The caller went away. */
  | { readonly kind: "gone" };

/** A wait that can be given up. */
export interface Wait {
  readonly done: Promise<Waited>;
  /** The caller has gone: its place is given up at once. */
  leave(): void;
}

/** One fetch that others may wait for. Exactly one of `filled`, `failed`, `released` ends it. */
export interface Flight {
  readonly key: string;
  readonly address: EntryAddress;
  /** Callers that wait for it now. */
  readonly waiting: number;
  /** Voided while it was under way: what it brings must not be stored. */
  voided: boolean;
  filled(): void;
  /** Its answer never came or was cut off: the next in the row fetches, once; after that everybody goes by himself. */
  failed(): void;
  /** Its answer is not for others: everybody goes by himself, now and for a while. */
  released(): void;
}

/** Bounds of one wait. */
export interface CollapseBounds {
  readonly waiters: number;
  /** In ms. */
  readonly wait: number;
}

/** Fetches under way, by key. */
export interface Flights {
  /** Takes the lead; null where one is under way, or where it is to go alone. */
  begin(key: string, address: EntryAddress): Flight | null;
  /** A fetch that nobody waits for, so that it, too, hears when what it fetches is voided. */
  loner(key: string, address: EntryAddress): Flight;
  /** The fetch that is under way for a key. */
  under(key: string): Flight | null;
  wait(flight: Flight, bounds: CollapseBounds): Wait | null;
  all(): Iterable<Flight>;
  readonly waiting: number;
}

/** How long a key whose answers cannot be shared is not collapsed. */
const ALONE_MS = 10_000;
const MOST_ALONE = 10_000;
/** Of a key's digest; a key may be as long as a request's head. */
const DIGEST_LENGTH = 22;
/** Fetches in a row that a crowd waits for. */
const TRIES = 2;

/** What fetches under way know of each other. */
interface Table {
  readonly clock: Clock;
  readonly flights: Map<string, Under>;
  readonly loners: Set<Under>;
  /** Until when a key's callers go by themselves, by its digest; the one that ends first comes first. */
  readonly alone: Map<string, number>;
  waiting: number;
}

class Under implements Flight {
  readonly key: string;
  readonly address: EntryAddress;
  voided = false;
  readonly #table: Table;
  readonly #waiters = new Set<(waited: Waited) => void>();
  #tries = 1;

  constructor(table: Table, key: string, address: EntryAddress) {
    this.#table = table;
    this.key = key;
    this.address = address;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  add(bounds: CollapseBounds): Wait {
    const { promise, resolve } = Promise.withResolvers<Waited>();
    const timer = this.#table.clock.after(bounds.wait, () => settle({ kind: "alone" }));
    const settle = (waited: Waited): void => {
      timer.cancel();
      if (!this.#waiters.delete(settle)) return;
      this.#table.waiting--;
      resolve(waited);
    };
    this.#waiters.add(settle);
    this.#table.waiting++;
    const leave = (): void => settle({ kind: "gone" });
    return { done: promise, leave };
  }

  filled(): void {
    const { alone } = this.#table;
    if (alone.size > 0) alone.delete(digest(this.key));
    this.#end({ kind: "filled" });
  }

  failed(): void {
    const [next] = this.#waiters;
    if (next === undefined || this.#tries >= TRIES) return this.#end({ kind: "alone" });
    this.#tries++;
    this.voided = false;
    next({ kind: "lead", flight: this });
  }

  released(): void {
    // What one caller asked for in his own way says nothing about the others.
    if (!this.#table.loners.has(this)) isolate(this.#table, this.key);
    this.#end({ kind: "alone" });
  }

  #end(waited: Waited): void {
    const { loners, flights } = this.#table;
    if (!loners.delete(this) && flights.get(this.key) === this) flights.delete(this.key);
    for (const waiter of this.#waiters) waiter(waited);
  }
}

function digest(key: string): string {
  return hash("sha256", key, "base64url").slice(0, DIGEST_LENGTH);
}

function isolate({ alone, clock }: Table, key: string): void {
  const now = clock.now();
  const name = digest(key);
  // Taken out first: one that is set in its own place keeps its place.
  alone.delete(name);
  for (const [first, until] of alone) {
    if (until > now && alone.size < MOST_ALONE) break;
    alone.delete(first);
  }
  alone.set(name, now + ALONE_MS);
}

/** Makes an empty table. */
export function createFlights(clock: Clock): Flights {
  const table: Table = { clock, flights: new Map(), loners: new Set(), alone: new Map(), waiting: 0 };
  const { flights, loners, alone } = table;
  const goesAlone = (key: string): boolean => {
    const until = alone.size === 0 ? undefined : alone.get(digest(key));
    return until !== undefined && until > clock.now();
  };

  return {
    begin(key, address) {
      if (flights.has(key) || goesAlone(key)) return null;
      const flight = new Under(table, key, address);
      flights.set(key, flight);
      return flight;
    },
    loner(key, address) {
      const flight = new Under(table, key, address);
      loners.add(flight);
      return flight;
    },
    under: (key) => flights.get(key) ?? null,
    wait: (flight, bounds) => (flight.waiting >= bounds.waiters || !(flight instanceof Under) ? null : flight.add(bounds)),
    *all() {
      yield* flights.values();
      yield* loners;
    },
    get waiting() {
      return table.waiting;
    },
  };
}
