import { LRUCache } from "lru-cache";
import type { Selecting } from "./entry.ts";
import { createEntryIndex } from "./entry-index.ts";
import type { Resident } from "./resident.ts";

/** Which fields of a request choose among the answers of one key. */
interface Fork {
  readonly names: readonly string[];
}

/** What the memory tier knows about a request. */
export interface MemoryFound {
  readonly resident: Resident | null;
  /** The key that an answer to this request has, as far as is known: with the values of the last Vary seen. */
  readonly key: string;
  /** The key has answers, but for other values of the fields that Vary names. */
  readonly otherVariant: boolean;
}

/** Entries in this process, bounded in bytes; those used longest ago go first. */
export interface MemoryTier {
  find(key: string, selecting: (name: string) => Selecting[1]): MemoryFound;
  /** An entry by its whole key, without counting as a use. */
  peek(key: string): Resident | null;
  set(resident: Resident): void;
  /** An entry has grown, if it is still here. */
  grow(resident: Resident, bytes: number): void;
  remove(resident: Resident): void;
  /** Entries of a path: those whose query counts as this one, or all where it is null or missing. */
  inPath(site: string, path: string, query?: string | null): readonly Resident[];
  ofRoute(site: string, route: string): readonly Resident[];
  tagged(tag: string): readonly Resident[];
  all(): Iterable<Resident>;
  readonly bytes: number;
  /** Entries, and a mark for each key whose answers have a Vary. */
  readonly entries: number;
}

const FORK_SIZE = 300;

/** The key of an answer that was chosen by these values. */
export function variantKey(key: string, selecting: readonly Selecting[]): string {
  return selecting.length === 0 ? key : `${key}\nv${JSON.stringify(selecting)}`;
}

/** Makes an empty tier. `evicted` is told of each entry that went for want of room. */
export function createMemoryTier(maxBytes: number, evicted: () => void): MemoryTier {
  const index = createEntryIndex();
  const entries = new LRUCache<string, Resident | Fork>({
    maxSize: maxBytes,
    dispose(value, _key, reason) {
      if ("names" in value) return;
      index.remove(value);
      if (reason === "evict") evicted();
    },
  });

  const set = (resident: Resident): void => {
    const { address, selecting } = resident.answer;
    if (selecting.length > 0) {
      entries.set(address.key, { names: selecting.map(([name]) => name) }, { size: FORK_SIZE + address.key.length });
    }
    entries.set(resident.key, resident, { size: Math.max(1, resident.size) });
    // Larger than the whole tier: it was not taken.
    if (entries.peek(resident.key) === resident) index.add(resident);
  };

  return {
    set,
    find(key, selecting) {
      const found = entries.get(key);
      if (found === undefined) return { resident: null, key, otherVariant: false };
      if (!("names" in found)) return { resident: found, key, otherVariant: false };
      const variant = variantKey(key, found.names.map((name) => [name, selecting(name)]));
      const chosen = entries.get(variant);
      return { resident: chosen === undefined || "names" in chosen ? null : chosen, key: variant, otherVariant: true };
    },
    peek(key) {
      const found = entries.peek(key);
      return found === undefined || "names" in found ? null : found;
    },
    grow(resident, bytes) {
      resident.size += bytes;
      // Taken out first: a value that is set in its own place keeps its size.
      if (entries.peek(resident.key) === resident && entries.delete(resident.key)) set(resident);
    },
    remove: (resident) => void (entries.peek(resident.key) === resident && entries.delete(resident.key)),
    inPath: index.inPath,
    ofRoute: index.ofRoute,
    tagged: index.tagged,
    *all() {
      for (const value of entries.values()) if (!("names" in value)) yield value;
    },
    get bytes() {
      return entries.calculatedSize;
    },
    get entries() {
      return entries.size;
    },
  };
}
