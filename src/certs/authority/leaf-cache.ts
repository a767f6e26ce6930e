import type { KeyPair } from "../key-pair.ts";

/** A certificate that was made, and when it may be used. Ms since 1970. */
export interface KeptLeaf {
  readonly pair: KeyPair;
  readonly from: number;
  /** Another one is made from then on, although this one still lasts. */
  readonly until: number;
}

/** The certificates made last. */
export interface LeafCache {
  /** The one for a host, where it may be used at this time. */
  get(host: string, now: number): KeyPair | null;
  put(host: string, leaf: KeptLeaf): void;
  clear(): void;
  size(): number;
}

/** Keeps at most `most`; the one that was not asked for the longest goes first. */
export function leafCache(most: number): LeafCache {
  const kept = new Map<string, KeptLeaf>(); // in the order of use
  return {
    get(host, now) {
      const found = kept.get(host);
      if (found === undefined) return null;
      kept.delete(host);
      if (now < found.from || now >= found.until) return null;
      kept.set(host, found);
      return found.pair;
    },
    put(host, leaf) {
      kept.delete(host);
      kept.set(host, leaf);
      const oldest = kept.keys().next();
      if (kept.size > most && oldest.done !== true) kept.delete(oldest.value);
    },
    clear: () => kept.clear(),
    size: () => kept.size,
  };
}
