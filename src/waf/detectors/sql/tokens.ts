/** What a token is. Quotes are tokens of their own: which of them opens a string is for the grammar to say. */
export const Kind = {
  end: 0,
  word: 1,
  number: 2,
  single: 3,
  double: 4,
  back: 5,
  /** = <> != <=> < > ~= @> and the like. */
  compare: 6,
  /** + - * / % ^ ~ : a piece of sums. */
  sum: 7,
  /** && || */
  logic: 8,
  /** & | << >> */
  bit: 9,
  bang: 10,
  open: 11,
  close: 12,
  comma: 13,
  semicolon: 14,
  dot: 15,
  /** @x or @@x. */
  variable: 16,
  /** -- or # */
  line: 17,
  /** A comment that is never closed. */
  block: 18,
  bracketOpen: 19,
  bracketClose: 20,
  braceOpen: 21,
  braceClose: 22,
  colon: 23,
  other: 24,
} as const;

/** Bits beside a token. */
export const Flag = {
  /** White space or a comment stands before it. */
  spaced: 1,
  /** A comment stands before it. */
  commented: 2,
  /** A quote with an even number of its kind before it: inside a string it would be the one that ends it. */
  even: 4,
  /** A number that is longer than any that prose has, in hexadecimal or with an exponent. */
  odd: 8,
  /** First behind an opened comment with a version: MySQL runs it. */
  versioned: 16,
} as const;

/** So many tokens behind the one in hand are there to be read. */
export const AHEAD = 160;
/** So many before it. */
const BEHIND = 24;
const ROOM = 2048;

/**
 * A window over the tokens of a value, so that a long value needs no more room than a short one. The grammar stands on one
 * token and may read `AHEAD` tokens on and `BEHIND` back; outside there is only `Kind.end`.
 */
export class TokenWindow {
  readonly #kinds = new Uint8Array(ROOM);
  /** A word's meaning; a symbol's first character. */
  readonly #words = new Uint16Array(ROOM);
  readonly #flags = new Uint8Array(ROOM);
  readonly #starts = new Int32Array(ROOM);
  readonly #ends = new Int32Array(ROOM);
  #count = 0;
  /** The value itself; set by whoever fills the window. */
  text = "";

  /** Forgets the value before. */
  begin(text: string): void {
    this.text = text;
    this.#count = 0;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= ROOM;
  }

  push(kind: number, word: number, flags: number, start: number, end: number): void {
    const at = this.#count++;
    this.#kinds[at] = kind;
    this.#words[at] = word;
    this.#flags[at] = flags;
    this.#starts[at] = start;
    this.#ends[at] = end;
  }

  /** Gives the word at `at` another meaning and end. */
  widen(at: number, word: number, end: number): void {
    this.#words[at] = word;
    this.#ends[at] = end;
  }

  /** Makes room: keeps what stands `BEHIND` before `from` and all after. Gives where `from` is now. */
  shift(from: number): number {
    const cut = Math.max(0, from - BEHIND);
    for (const column of [this.#kinds, this.#words, this.#flags, this.#starts, this.#ends]) column.copyWithin(0, cut, this.#count);
    this.#count -= cut;
    return from - cut;
  }

  kind(at: number): number {
    return at >= 0 && at < this.#count ? (this.#kinds[at] as number) : Kind.end;
  }

  word(at: number): number {
    return at >= 0 && at < this.#count ? (this.#words[at] as number) : 0;
  }

  /** Whether the token is a word of this meaning. */
  is(at: number, word: number): boolean {
    return this.kind(at) === Kind.word && this.word(at) === word;
  }

  has(at: number, flag: number): boolean {
    return at >= 0 && at < this.#count && ((this.#flags[at] as number) & flag) !== 0;
  }

  /** Whether the token stands at the one before it without a gap. */
  isTight(at: number): boolean {
    return !this.has(at, Flag.spaced);
  }

  start(at: number): number {
    return this.#starts[at] ?? 0;
  }

  end(at: number): number {
    return this.#ends[at] ?? 0;
  }

  isQuote(at: number): boolean {
    const kind = this.kind(at);
    return kind >= Kind.single && kind <= Kind.back;
  }

  /** Whether the token is the symbol of this character alone. */
  isSymbol(at: number, code: number): boolean {
    return this.kind(at) !== Kind.word && this.word(at) === code;
  }
}
