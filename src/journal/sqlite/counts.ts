import type { Meta } from "./meta.ts";

/** Entries by state, changed once a group: counting millions of rows takes seconds. */
export interface Counts {
  /** Some entries leave a state (null: they are new) and enter another (null: they are forgotten). */
  move(from: number | null, to: number | null, entries?: number): void;
  /** Writes what has changed. Inside the group's transaction. */
  write(): void;
  /** Forgets what has changed: after a rollback. */
  forget(): void;
}

/** See {@link Counts}. */
export function createCounts(meta: Meta): Counts {
  const changes = new Map<number, number>();
  const change = (state: number | null, by: number): void => {
    if (state !== null) changes.set(state, (changes.get(state) ?? 0) + by);
  };
  return {
    move(from, to, entries = 1) {
      change(from, -entries);
      change(to, entries);
    },
    write() {
      for (const [state, by] of changes) if (by !== 0) meta.addEntries(state, by);
      changes.clear();
    },
    forget: () => changes.clear(),
  };
}
