/**
 * A list in a text, with what is needed to write the text again with other items in it. Everything outside of the list stays as
 * it is written, and so does every item.
 */
export interface ItemList {
  /** How many items stand in it. */
  readonly count: number;
  /** The text with these items alone, by their places from 0. */
  readonly only: (keep: ReadonlySet<number>) => string;
  /** An item as it can stand in another text: what it needs from around it is stated in it. */
  readonly part: (index: number) => string;
  /** The text with these items, from whatever text, in place of its own. */
  readonly filled: (parts: readonly string[]) => string;
}

/** From inclusive, to exclusive, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
