/** The word most like `text`, if it is near enough to be what was meant: one slip in three letters, two at most. */
export function nearest(text: string, words: readonly string[]): string | null {
  const within = Math.min(2, Math.max(1, Math.floor(text.length / 3)));
  let best: string | null = null;
  let least = within + 1;
  for (const word of words) {
    const distance = text.toLowerCase() === word.toLowerCase() ? 0 : editDistance(text, word, within);
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}

/** What to write instead of a name that nothing has: the nearest one, all of them where they are few, or `otherwise`. */
export function wantedName(text: string, known: readonly string[], otherwise: string): string {
  return nearest(text, known) ?? (known.length <= 12 ? `one of ${known.join(", ")}` : otherwise);
}

/** How many letters to add, drop, change or swap with their neighbour; anything above `limit` counts as `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [before, previous] = [previous, current];
  }
  return Math.min(previous[b.length] ?? 0, limit + 1);
}
