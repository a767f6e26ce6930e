/**
 * A pure function of a string with a memory of `bound` answers, for what every request asks again. It forgets all of
 * them when full: callers are few, and a stranger with many texts costs no more than the computation.
 */
export function remembered<T>(bound: number, compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = compute(text);
    if (known.size >= bound) known.clear();
    known.set(text, found);
    return found;
  };
}
