import { plainHost, wildcardOf } from "../../base/host-names.ts";

/** Finds by the name that a client asks for. */
export interface NameTable<T> {
  /** What is there for a name: an exact entry before a wildcard's, the earlier one before the later; null: nothing. */
  find(name: string): T | null;
}

/** Makes the table: two look-ups whatever the number of entries, for this is done at every handshake. */
export function nameTable<T>(entries: readonly (readonly [names: readonly string[], value: T])[]): NameTable<T> {
  const table = new Map<string, T>();
  for (const [names, value] of entries) {
    for (const name of names.map(plainHost)) if (!table.has(name)) table.set(name, value);
  }
  return {
    find(asked) {
      const name = plainHost(asked);
      const wildcard = table.has(name) ? null : wildcardOf(name);
      return table.get(wildcard ?? name) ?? null;
    },
  };
}
