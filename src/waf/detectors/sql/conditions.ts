import { type Expressions, Strength } from "./expressions.ts";
import { Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** How a condition looks. */
export const Truth = {
  /** No condition. */
  none: 0,
  /** A name compared with a name: prose may do so. */
  names: 1,
  /** A name compared with a value. */
  value: 2,
  /** Two values, or a name with itself: true or false before any table is read. */
  constant: 3,
  /** With a call, a subquery, a variable of the server. */
  sure: 4,
} as const;

/** Reads a comparison: `1=1`, `name LIKE 'a%'`, `id IN (1)`, `x IS NOT NULL`, `a BETWEEN 1 AND 2`, EXISTS (SELECT …). */
export class Conditions {
  /** The place behind the condition that was read last. */
  end = 0;
  /** It compares by a symbol, not by a word. */
  bySymbol = false;
  /** The place of the symbol. */
  symbol = 0;
  /** What is compared with stands on the left: `2 = fine`. */
  isTurned = false;
  /** The value ends inside a string that the condition opened. */
  endsOpen = false;
  readonly #window: TokenWindow;
  readonly #expressions: Expressions;

  constructor(window: TokenWindow, expressions: Expressions) {
    this.#window = window;
    this.#expressions = expressions;
  }

  /** What stands at `from`; one of {@link Truth}. */
  read(from: number): number {
    const w = this.#window;
    this.bySymbol = false;
    this.isTurned = false;
    this.endsOpen = false;
    this.end = from;
    const at = this.#expressions.sum(from);
    if (at < 0) return Truth.none;
    const left = this.#expressions.strength;
    this.end = at;
    if (w.kind(at) === Kind.compare) return this.#compared(from, at, left);
    if (w.kind(at) === Kind.word) return this.#worded(at, left);
    const first = w.is(from, Word.not) || w.kind(from) === Kind.open || w.kind(from) === Kind.bang ? from + 1 : from;
    return w.is(first, Word.exists) ? Truth.sure : Truth.none;
  }

  #compared(from: number, at: number, left: number): number {
    let next = at + 1;
    while (this.#window.kind(next) === Kind.compare && next < at + 4) next++;
    const end = this.#expressions.sum(this.#window.is(next, Word.distinct) ? next + 1 : next);
    if (end < 0) return Truth.none;
    this.end = end;
    this.bySymbol = true;
    this.symbol = at;
    this.endsOpen = this.#expressions.open !== 0;
    const right = this.#expressions.strength;
    this.isTurned = right === Strength.name;
    if (left === Strength.name && right === Strength.name && this.#isSame(from, at, next, end)) return Truth.constant;
    return grade(left, right);
  }

  /** Whether the same words stand on both sides: `x=x`. */
  #isSame(from: number, at: number, next: number, end: number): boolean {
    const w = this.#window;
    if (end - next !== at - from) return false;
    for (let place = 0; place < at - from; place++) if (!sameText(w, from + place, next + place)) return false;
    return true;
  }

  #worded(at: number, left: number): number {
    const w = this.#window;
    let next = at;
    if (w.is(next, Word.not)) next++;
    if (w.is(next, Word.sounds)) next++;
    const word = w.word(next);
    if (word === Word.is) return this.#is(next, left);
    if (word === Word.in) return this.#in(next, left);
    if (word === Word.between) return this.#between(next, left);
    if (word !== Word.like) return Truth.none;
    if (w.is(next + 1, Word.to)) next++;
    const end = this.#expressions.sum(next + 1);
    if (end < 0) return Truth.none;
    this.end = end;
    this.endsOpen = this.#expressions.open !== 0;
    // "10 or 12 like new"
    return this.#expressions.strength === Strength.name && left < Strength.sure ? Truth.names : grade(left, this.#expressions.strength);
  }

  #is(at: number, left: number): number {
    const w = this.#window;
    const next = w.is(at + 1, Word.not) ? at + 2 : at + 1;
    if (!w.is(next, Word.constant) && w.kind(next) !== Kind.number) return Truth.none;
    this.end = next + 1;
    return grade(left, Strength.literal);
  }

  #in(at: number, left: number): number {
    if (this.#window.kind(at + 1) !== Kind.open) return Truth.none;
    if (this.#expressions.value(at + 2) < 0) return Truth.none;
    const right = this.#expressions.strength;
    this.end = this.#expressions.closing(at + 1);
    return grade(left, right);
  }

  #between(at: number, left: number): number {
    const middle = this.#expressions.sum(at + 1);
    if (middle < 0 || !this.#window.is(middle, Word.and)) return Truth.none;
    const end = this.#expressions.sum(middle + 1);
    if (end < 0) return Truth.none;
    this.end = end;
    return grade(left, this.#expressions.strength);
  }
}

function grade(left: number, right: number): number {
  if (left === Strength.sure || right === Strength.sure) return Truth.sure;
  if (left === Strength.literal && right === Strength.literal) return Truth.constant;
  return left === Strength.name && right === Strength.name ? Truth.names : Truth.value;
}

function sameText(w: TokenWindow, one: number, other: number): boolean {
  const length = w.end(one) - w.start(one);
  if (w.kind(one) !== w.kind(other) || w.end(other) - w.start(other) !== length) return false;
  for (let at = 0; at < length; at++) if ((w.text.charCodeAt(w.start(one) + at) | 32) !== (w.text.charCodeAt(w.start(other) + at) | 32)) return false;
  return true;
}
