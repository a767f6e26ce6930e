/**
 * Looks at one value in one linear pass and names what it sees. A detector is a tokeniser with a grammar for its class of
 * attack, not a list of strings: it tells a text that holds the words of a language from a text that speaks it.
 */
export interface Detector {
  /** The word before the dot in `sees: sql.union`. */
  readonly name: string;
  /** Every mark that `look` may tell, and what it means, for whoever writes or reads a rule file. */
  readonly marks: Readonly<Record<string, string>>;
  /**
   * Tells each mark at most once, in no promised order. Never throws, keeps nothing between calls, and takes time linear
   * in the length of the value, whatever it holds.
   */
  look(value: string, found: (mark: string) => void): void;
}

/** Tells each mark the first time it is seen; null is none. */
export function onceEach<Mark extends string>(found: (mark: Mark) => void): (mark: Mark | null) => void {
  const told: Mark[] = [];
  return (mark) => {
    if (mark === null || told.includes(mark)) return;
    told.push(mark);
    found(mark);
  };
}
