/** The most instants (ms) within any window of so many ms, which begins with one of them and ends before its length is over. */
export function mostWithin(instants: readonly number[], ms: number): number {
  const rising = instants.toSorted((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [last, at] of rising.entries()) {
    while ((rising[first] as number) <= at - ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
