/**
 * A table of what comes and goes under ids of hexadecimal digits. A Map that things pass through grows a new table every
 * few of them, and V8 lets each discarded table point at the next one: once the first of that row is old, all that ever
 * stood in the others stays alive until the next full collection. Here nothing is discarded.
 */
export interface IdTable<T> {
  get(id: string): T | undefined;
  set(id: string, value: T): void;
  delete(id: string): void;
  readonly size: number;
  values(): Iterable<T>;
}

/** Three digits. */
const BUCKETS = 4096;

interface Slot<T> {
  readonly id: string;
  readonly value: T;
}

/** Makes an empty table; ids that share their first three digits share a bucket. */
export function createIdTable<T>(): IdTable<T> {
  const buckets: (Slot<T>[] | undefined)[] = Array.from({ length: BUCKETS });
  const indexOf = (id: string): number => Number.parseInt(id.slice(0, 3), 16) || 0;
  let size = 0;

  function remove(id: string): void {
    const bucket = buckets[indexOf(id)];
    const place = bucket?.findIndex((slot) => slot.id === id) ?? -1;
    if (bucket === undefined || place < 0) return;
    bucket.splice(place, 1);
    size--;
  }

  return {
    get: (id) => buckets[indexOf(id)]?.find((slot) => slot.id === id)?.value,
    set(id, value) {
      remove(id);
      (buckets[indexOf(id)] ??= []).push({ id, value });
      size++;
    },
    delete: remove,
    get size() {
      return size;
    },
    *values() {
      for (const bucket of buckets) if (bucket !== undefined) for (const { value } of bucket) yield value;
    },
  };
}
