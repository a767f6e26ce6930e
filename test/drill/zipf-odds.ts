/** Halvings of the interval in which the answer lies. */
const STEPS = 40;

/**
 * The share of hits that a store of so many entries has under this load when what was used longest ago goes first
 * (Che's approximation: an entry stays for a fixed time after each use, such that the store is full on average).
 */
export function expectedHitRate(keys: number, exponent: number, entries: number): number {
  const odds = new Float64Array(keys);
  let sum = 0;
  for (let rank = 1; rank <= keys; rank += 1) sum += odds[rank - 1] = rank ** -exponent;
  for (let rank = 0; rank < keys; rank += 1) odds[rank] = (odds[rank] as number) / sum;
  let [low, high] = [0, keys * keys];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = Math.sqrt((low + 1) * (high + 1)) - 1;
    if (kept(odds, middle).entries < entries) low = middle;
    else high = middle;
  }
  return kept(odds, low).hits;
}

/** Entries that are there on average, and the share of requests for one of them, where each stays for so many requests. */
function kept(odds: Float64Array, requests: number): { readonly entries: number; readonly hits: number } {
  let [entries, hits] = [0, 0];
  for (const share of odds) {
    const there = -Math.expm1(-share * requests);
    entries += there;
    hits += share * there;
  }
  return { entries, hits };
}
