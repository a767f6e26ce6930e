import { SPACE, LETTER, DIGIT, MARK, SINGLE, CLASS, isSpace, isDigit, isComparing, wordEnd, digitsEnd, hexEnd, suffixEnd, exponentEnd, dashesEnd, quoteFrom, foreign, isMarkOfQuote, foreignQuote } from "./characters.ts";
import { Flag, Kind, type TokenWindow } from "./tokens.ts";
import { wordAt } from "./vocabulary.ts";

/** How the same characters may be read in another way. */
export interface Reading {
  /** A comment up to the end of its line is white space, where another line follows. */
  readonly lines: boolean;
  /** A comment is white space even where a quote stands in it. */
  readonly comments: boolean;
  /** A plus sign is a blank: a value of a query that nobody decoded. */
  readonly plus: boolean;
}

/** Cuts a value into tokens, as far as the window has room. Every character is read a bounded number of times. */
export class Scanner {
  readonly #window: TokenWindow;
  #text = "";
  #at = 0;
  #flags = 0;
  /** Whether an odd number of quotes has come, a bit for each kind. */
  #quotes = 0;
  #reading: Reading = { lines: false, comments: false, plus: false };
  /** Where the next end of a comment and the next quote stand, as far as was looked; the value's length: nowhere. */
  #commentEnd = -1;
  #nextQuote = -1;
  /** Inside a comment that MySQL runs, whose end is white space. */
  #inVersioned = false;

  constructor(window: TokenWindow) {
    this.#window = window;
  }

  begin(text: string, reading: Reading): void {
    this.#text = text;
    this.#at = 0;
    this.#flags = 0;
    this.#quotes = 0;
    this.#reading = reading;
    this.#commentEnd = -1;
    this.#nextQuote = -1;
    this.#inVersioned = false;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  fill(): void {
    while (this.#at < this.#text.length && !this.#window.isFull) this.#next();
  }

  #next(): void {
    const code = this.#text.charCodeAt(this.#at);
    const group = code < 128 ? (CLASS[code] as number) : foreign(code);
    if (isMarkOfQuote(this.#text, code, this.#at)) return this.#push(Kind.single, 0, 1);
    if (group === SPACE) return this.#skip(1, Flag.spaced);
    if (group === LETTER) return this.#word();
    if (group === DIGIT) return this.#number();
    if (group === MARK) return this.#mark(code);
    this.#symbol(code);
  }

  #skip(length: number, flags: number): void {
    this.#at += length;
    this.#flags |= flags;
  }

  #push(kind: number, word: number, length: number, flags = 0): void {
    this.#window.push(kind, word, this.#flags | flags, this.#at, this.#at + length);
    this.#at += length;
    this.#flags = 0;
  }

  #word(): void {
    const end = wordEnd(this.#text, this.#at + 1);
    this.#push(Kind.word, wordAt(this.#text, this.#at, end), end - this.#at);
  }

  #number(): void {
    const text = this.#text;
    const from = this.#at;
    let end = digitsEnd(text, from);
    let flags = 0;
    if (end === from + 1 && text.charCodeAt(from) === 48 && (text.charCodeAt(end) | 32) === 120) {
      const hex = hexEnd(text, end + 1);
      if (hex > end + 1) {
        end = hex;
        flags = Flag.odd;
      }
    } else {
      if (text.charCodeAt(end) === 46) end = digitsEnd(text, end + 1);
      const power = exponentEnd(text, end);
      if (power > end) flags = Flag.odd;
      end = power;
    }
    this.#push(Kind.number, 0, suffixEnd(text, end) - from, flags);
  }

  #symbol(code: number): void {
    if (code === 43 && this.#reading.plus) return this.#skip(1, Flag.spaced);
    if (code === 42 && this.#inVersioned && this.#text.charCodeAt(this.#at + 1) === 47) {
      this.#inVersioned = false;
      return this.#skip(2, Flag.spaced | Flag.commented);
    }
    const kind = code < 128 ? (SINGLE[code] as number) : foreignQuote(code);
    if (kind >= Kind.single && kind <= Kind.back) return this.#quote(kind);
    this.#push(kind === 0 ? Kind.other : kind, code, 1);
  }

  #quote(kind: number): void {
    const bit = 1 << kind;
    const isEven = (this.#quotes & bit) === 0;
    this.#quotes ^= bit;
    this.#push(kind, 0, 1, isEven ? Flag.even : 0);
  }

  #mark(code: number): void {
    const next = this.#text.charCodeAt(this.#at + 1);
    switch (code) {
      case 45: // -
        if (next === 45) return this.#line(dashesEnd(this.#text, this.#at) - this.#at, code);
        if (next === 62) return this.#push(Kind.sum, code, this.#text.charCodeAt(this.#at + 2) === 62 ? 3 : 2);
        return this.#push(Kind.sum, code, 1);
      case 35: // #
        if (next === 62) return this.#push(Kind.compare, code, this.#text.charCodeAt(this.#at + 2) === 62 ? 3 : 2);
        return this.#line(1, code);
      case 47: // slash
        return next === 42 ? this.#comment() : this.#push(Kind.sum, code, 1);
      case 64: // @
        return this.#variable(next);
      case 46: // .
        return isDigit(next) ? this.#number() : this.#push(Kind.dot, code, 1);
      case 92: // backslash
        return next === 78 && this.#isNull() ? this.#push(Kind.number, 0, 2) : this.#push(Kind.other, code, 1);
      default:
        return this.#operator(code, next);
    }
  }

  /** Whether `\N` at the place stands alone, or right before a word of SQL. */
  #isNull(): boolean {
    const from = this.#at + 2;
    const end = wordEnd(this.#text, from);
    return end === from || (end < from + 12 && wordAt(this.#text, from, end) !== 0);
  }

  #operator(code: number, next: number): void {
    if (code === 38 || code === 124) return next === code ? this.#push(Kind.logic, code, 2) : this.#push(Kind.bit, code, 1);
    if (code === 58) return next === 61 ? this.#push(Kind.compare, code, 2) : this.#push(Kind.colon, code, 1);
    if (code === 33) return next === 61 || next === 62 || next === 60 || next === 126 ? this.#push(Kind.compare, code, 2) : this.#push(Kind.bang, code, 1);
    if (code === 126) return this.#push(Kind.sum, code, 1);
    if (code === 63) return this.#push(Kind.compare, code, next === 124 || next === 38 ? 2 : 1);
    if ((code === 60 || code === 62) && next === code) return this.#push(Kind.bit, code, 2);
    let end = this.#at + 1;
    while (end < this.#at + 3 && isComparing(this.#text.charCodeAt(end))) end++;
    if (end === this.#at + 1 && code === 60 && next === 64) end++;
    this.#push(Kind.compare, code, end - this.#at);
  }

  #variable(next: number): void {
    if (next === 62) return this.#push(Kind.compare, 64, 2);
    let from = this.#at + 1;
    if (next === 64) from++;
    // MySQL takes blanks behind @@.
    if (next === 64) while (from < this.#at + 4 && isSpace(this.#text.charCodeAt(from))) from++;
    const end = wordEnd(this.#text, from);
    // "10 @ 3.50", "Exec @ Cork"
    if (end === this.#at + 1 && isSpace(next)) return this.#push(Kind.other, 64, 1);
    this.#push(Kind.variable, next === 64 ? 2 : 1, Math.max(end, this.#at + 1) - this.#at);
  }

  #line(length: number, code: number): void {
    if (this.#reading.lines) {
      const end = this.#text.indexOf("\n", this.#at);
      if (end >= 0) return this.#skip(end - this.#at, Flag.spaced);
      // Nothing follows but this line: from here on the plain reading is right, and the search need not be done again.
      this.#reading = { ...this.#reading, lines: false };
    }
    this.#push(Kind.line, code, length);
  }

  #comment(): void {
    const from = this.#at;
    if (this.#text.charCodeAt(from + 2) === 33) return this.#versioned();
    if (this.#commentEnd < from + 2) {
      const found = this.#text.indexOf("*/", from + 2);
      this.#commentEnd = found < 0 ? this.#text.length : found;
    }
    if (this.#commentEnd >= this.#text.length) return this.#push(Kind.block, 42, 2);
    // What stands in a comment may stand behind the end of a string, if the comment began inside the string.
    if (this.#nextQuote < from) this.#nextQuote = quoteFrom(this.#text, from);
    if (this.#nextQuote < this.#commentEnd && !this.#reading.comments) return this.#skip(2, Flag.spaced);
    if (this.#join(from, this.#commentEnd + 2)) return;
    this.#skip(this.#commentEnd + 2 - from, Flag.spaced | Flag.commented);
  }

  /** A word that a comment cuts in two, `un/**\/ion`: a filter that takes comments out puts it together again. */
  #join(from: number, to: number): boolean {
    const w = this.#window;
    const last = w.count - 1;
    if (this.#flags !== 0 || w.kind(last) !== Kind.word || w.end(last) !== from) return false;
    const end = wordEnd(this.#text, to);
    if (end === to || end - to > 12 || from - w.start(last) > 12) return false;
    const joined = this.#text.slice(w.start(last), from) + this.#text.slice(to, end);
    const meaning = wordAt(joined, 0, joined.length);
    if (meaning === 0 || w.word(last) !== 0) return false;
    w.widen(last, meaning, end);
    this.#at = end;
    return true;
  }

  #versioned(): void {
    const digits = digitsEnd(this.#text, this.#at + 3);
    this.#inVersioned = true;
    this.#skip(digits - this.#at, Flag.spaced | Flag.commented | Flag.versioned);
  }
}

