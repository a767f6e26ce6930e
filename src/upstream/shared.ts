import type { Stoppable } from "../base/lifetime.ts";

/** Things that outlive one configuration: made once for a key, stopped when the last user has let go. */
export interface Shared<T> {
  /** The thing of this key, made where it is new. Each `use` is followed by one `letGo`. */
  use(key: string, make: () => T): T;
  letGo(key: string): void;
  /** What is in use now. */
  values(): Iterable<T>;
}

/** Makes an empty table. */
export function shared<T extends Stoppable>(): Shared<T> {
  const table = new Map<string, { readonly thing: T; users: number }>();
  return {
    use(key, make) {
      let entry = table.get(key);
      if (entry === undefined) {
        entry = { thing: make(), users: 0 };
        table.set(key, entry);
      }
      entry.users++;
      return entry.thing;
    },
    letGo(key) {
      const entry = table.get(key);
      if (entry === undefined || --entry.users > 0) return;
      table.delete(key);
      void entry.thing.stop();
    },
    *values() {
      for (const entry of table.values()) yield entry.thing;
    },
  };
}
