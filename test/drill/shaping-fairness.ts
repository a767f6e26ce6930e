/*
 * What is fair among those who ask for unequal amounts of too little: whoever asks for no more than the others get, gets it;
 * the others get the same as each other (max-min fairness).
 */

/** What each would get of `capacity`, by what each asked for. */
export function fairShares(asked: readonly number[], capacity: number): number[] {
  const shares = asked.map(() => 0);
  const byDemand = asked.map((_, index) => index).toSorted((a, b) => (asked[a] as number) - (asked[b] as number));
  let left = capacity;
  for (const [at, index] of byDemand.entries()) {
    const share = Math.min(asked[index] as number, left / (byDemand.length - at));
    shares[index] = share;
    left -= share;
  }
  return shares;
}

/** Jain's index: 1 where all have the same, 1/n where one has all. Not a number where nobody has anything. */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return (sum * sum) / (values.length * values.reduce((total, value) => total + value * value, 0));
}
