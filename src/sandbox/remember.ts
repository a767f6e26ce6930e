/** Entries that a simulated platform remembers at most of one sort; like the ledger's bound, for memory's sake. */
const MOST = 1_000_000;

/** Puts an entry into a map; beyond the bound the oldest one is forgotten. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (map.size >= MOST && !map.has(key)) {
    const oldest = map.keys().next();
    if (oldest.done === false) map.delete(oldest.value);
  }
  map.set(key, value);
}
