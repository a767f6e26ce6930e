import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { nextWait, waitLeft, type FailureKind, type Failures, type WaitInputs } from "./back-off.ts";

/** What decides how long a wait may be. */
export type Room = Pick<WaitInputs, "left" | "life">;

/** What failed where, in a row, and when each place may be tried again. Waits run in monotonic time: setting the wall clock changes none. */
export interface FailureBook {
  /** The row of failures there; null: the last try went well, or there was none. */
  of(place: string): Failures | null;
  /** Ms until a place may be tried again; 0: now. */
  waitFor(place: string): number;
  /** Notes one more failure; `retryAfter` in ms. */
  note(place: string, failure: { readonly kind: FailureKind; readonly retryAfter: number | null }, room: Room): void;
  /** A try went well, or what is asked for has changed; without a place: all of them. */
  forget(place?: string): void;
  /** Takes over what a store kept. */
  load(kept: Readonly<Record<string, Failures>>, room: Room): void;
  /** What a store should keep. */
  kept(): Readonly<Record<string, Failures>>;
  /** When the oldest row began, ms since 1970; null: nothing fails. */
  since(): number | null;
  /** How many failures there are in all rows. */
  count(): number;
}

/** Makes an empty book. */
export function createFailureBook(clock: Clock, random: Random): FailureBook {
  const rows = new Map<string, { failures: Failures; until: number }>();
  const all = (): Failures[] => [...rows.values()].map(({ failures }) => failures);
  return {
    of: (place) => rows.get(place)?.failures ?? null,
    waitFor: (place) => Math.max(0, (rows.get(place)?.until ?? 0) - clock.now()),
    note(place, { kind, retryAfter }, room) {
      const before = rows.get(place)?.failures;
      const count = (before?.count ?? 0) + 1;
      const wait = nextWait({ count, kind, retryAfter, ...room }, random);
      const at = clock.wall();
      rows.set(place, { failures: { count, kind, since: Math.min(before?.since ?? at, at), at, wait }, until: clock.now() + wait });
    },
    forget(place) {
      if (place === undefined) rows.clear();
      else rows.delete(place);
    },
    load(kept, room) {
      rows.clear();
      for (const [place, failures] of Object.entries(kept)) rows.set(place, { failures, until: clock.now() + waitLeft(failures, clock.wall(), room) });
    },
    kept: () => Object.fromEntries([...rows].map(([place, { failures }]) => [place, failures])),
    count: () => all().reduce((sum, { count }) => sum + count, 0),
    since: () => (rows.size === 0 ? null : Math.min(...all().map(({ since }) => since))),
  };
}
