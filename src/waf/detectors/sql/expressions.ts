import { AHEAD, Flag, Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** How much a piece of an expression tells about itself. */
export const Strength = {
  /** A name, which may as well be a word of prose. */
  name: 1,
  /** A number, a string, a constant. */
  literal: 2,
  /** A call that SQL knows, a subquery, a variable of the server, CASE. */
  sure: 3,
} as const;

/** More signs and brackets than this before a value are no SQL that anybody needs. */
const MOST_PREFIXES = 24;
/** So many strings may stand side by side; more are a cat on the keyboard. */
const MOST_STRINGS = 6;
/** So many tokens stand between the brackets of a name or an array. */
const MOST_NAMED = 16;
/** So many values in one sum are read. */
const MOST_TERMS = 12;

/**
 * Reads values and sums of values. Each method takes the place of a token and gives the place behind what it read, or -1
 * where nothing of the kind stands there; what it learnt besides stands in the fields until the next call.
 */
export class Expressions {
  /** What the last value was; the highest of the parts of a sum. */
  strength = 0;
  /** The kind of the quote that the last string began with, where the value ends inside of it; else 0. */
  open = 0;
  /** The last value was a string. */
  isString = false;
  /** So many more tokens may be read; see `MOST_STEPS` in sql.ts. */
  budget = 0;
  readonly #window: TokenWindow;
  /** The furthest token that is read. */
  #limit = 0;

  constructor(window: TokenWindow) {
    this.#window = window;
  }

  /** A value with what may stand before and behind it: brackets, signs, NOT, casts. */
  value(from: number): number {
    this.#limit = from + AHEAD - 8;
    return this.#value(from);
  }

  /** Values with signs of sums between. */
  sum(from: number): number {
    this.#limit = from + AHEAD - 8;
    let at = this.#value(from);
    let strength = this.strength;
    for (let terms = 1; at > 0 && terms < MOST_TERMS && this.#isSumSign(at); terms++) {
      const next = this.#value(at + 1);
      if (next < 0) break;
      at = next;
      strength = Math.max(strength, this.strength);
    }
    this.strength = strength;
    return at;
  }

  /** The place behind the closing bracket that fits the opening one at `from`; the end of the value where none does. */
  closing(from: number): number {
    const w = this.#window;
    let depth = 0;
    const most = from + AHEAD - 8;
    let at = from;
    for (; at < most; at++) {
      const kind = w.kind(at);
      if (kind === Kind.open) depth++;
      else if (kind === Kind.close) depth--;
      if (kind === Kind.end || (kind === Kind.close && depth === 0)) break;
    }
    this.budget -= at - from;
    return w.kind(at) === Kind.close && at < most ? at + 1 : at;
  }

  #value(from: number): number {
    this.strength = 0;
    this.open = 0;
    this.isString = false;
    const first = this.#prefixes(from);
    const at = this.#primary(first);
    const end = at < 0 ? -1 : this.#suffixes(at);
    this.budget -= Math.max(4, end - from);
    return end;
  }

  #isSumSign(at: number): boolean {
    const w = this.#window;
    const kind = w.kind(at);
    if (kind === Kind.sum || kind === Kind.bit) return true;
    if (kind === Kind.logic) return w.word(at) === 124 && this.isString;
    return w.is(at, Word.div);
  }

  #prefixes(from: number): number {
    const w = this.#window;
    let at = from;
    for (; at < from + MOST_PREFIXES; at++) {
      const kind = w.kind(at);
      if (kind === Kind.open || kind === Kind.bang || kind === Kind.braceOpen) continue;
      if (kind === Kind.sum && w.word(at) !== 42 && w.word(at) !== 47 && w.word(at) !== 37 && w.word(at) !== 94) continue;
      if (kind === Kind.word && (w.word(at) === Word.not || w.word(at) === Word.binary)) continue;
      break;
    }
    return at;
  }

  #primary(at: number): number {
    const w = this.#window;
    switch (w.kind(at)) {
      case Kind.number:
        this.strength = Strength.literal;
        return w.isTight(at + 1) && w.kind(at + 1) === Kind.open && w.has(at, Flag.odd) ? this.closing(at + 1) : at + 1;
      case Kind.variable:
        this.strength = w.word(at) === 2 ? Strength.sure : Strength.literal;
        return at + 1;
      case Kind.single:
      case Kind.double:
        return this.#strings(at);
      case Kind.back:
        return this.#named(at, Kind.back);
      case Kind.bracketOpen:
        return this.#named(at, Kind.bracketClose);
      case Kind.word:
        return this.#word(at);
      default:
        return -1;
    }
  }

  /** One string, or several side by side. */
  #strings(from: number): number {
    const kind = this.#window.kind(from);
    let at = from;
    for (let count = 0; this.#window.kind(at) === kind; count++) {
      at = count < MOST_STRINGS ? this.#string(at) : -1;
      if (at < 0) return -1;
    }
    this.strength = Strength.literal;
    this.isString = true;
    return at;
  }

  #string(from: number): number {
    const w = this.#window;
    const kind = w.kind(from);
    this.budget--;
    for (let at = from + 1; at < this.#limit; at++) {
      if (w.kind(at) === kind) return at + 1;
      if (w.kind(at) === Kind.end) {
        this.open = kind;
        return at;
      }
    }
    this.budget -= this.#limit - from;
    return -1;
  }

  /** A name between marks of its own: `name` or [name]. */
  #named(from: number, closing: number): number {
    const w = this.#window;
    for (let at = from + 1; at < from + MOST_NAMED; at++) {
      if (w.kind(at) === closing) {
        this.strength = Strength.name;
        return at + 1;
      }
    }
    if (w.kind(from + 1) !== Kind.end) return -1;
    this.open = w.kind(from);
    this.strength = Strength.name;
    return from + 1;
  }

  #word(at: number): number {
    const w = this.#window;
    const word = w.word(at);
    if (word === Word.constant) {
      this.strength = Strength.literal;
      return w.kind(at + 1) === Kind.open && w.kind(at + 2) === Kind.close ? at + 3 : at + 1;
    }
    if (word === Word.select) return this.#subquery(at);
    if (word === Word.exists) return w.kind(at + 1) === Kind.open && w.is(at + 2, Word.select) ? this.#subquery(at + 2) : -1;
    if (word === Word.case) return this.#case(at);
    const next = w.kind(at + 1);
    // x'41', n'text', _utf8'text', date '…'
    if (next === Kind.single && w.isTight(at + 1) && isStringPrefix(w, at)) return this.#strings(at + 1);
    if (next === Kind.open) return this.#call(at);
    if (isReserved(word)) return -1;
    if (next === Kind.bracketOpen && w.isTight(at + 1)) return this.#array(at + 1);
    return this.#name(at);
  }

  /** ARRAY['a','b'], or a place in one. */
  #array(at: number): number {
    const first = this.#window.kind(at + 1);
    const end = this.#named(at, Kind.bracketClose);
    if (first === Kind.single || first === Kind.number) this.strength = Strength.literal;
    return end;
  }

  #subquery(at: number): number {
    const w = this.#window;
    const first = w.kind(at + 1);
    if (w.kind(at - 1) !== Kind.open || first === Kind.end || first === Kind.close || w.is(at + 1, Word.prose)) return -1;
    this.strength = Strength.sure;
    let depth = 1;
    for (let next = at + 1; next < this.#limit; next++) {
      const kind = w.kind(next);
      if (kind === Kind.end) return next;
      if (kind === Kind.open) depth++;
      else if (kind === Kind.close && --depth === 0) return next;
    }
    return this.#limit;
  }

  #case(at: number): number {
    const w = this.#window;
    if (!w.is(at + 1, Word.when) && !w.is(at + 2, Word.when)) return -1;
    this.budget -= 16;
    let isSure = false;
    for (let next = at + 2; next < at + 64; next++) {
      if (w.is(next, Word.outcome)) isSure = true;
      if (w.kind(next) !== Kind.end && !w.is(next, Word.end)) continue;
      this.strength = Strength.sure;
      return !isSure ? -1 : w.kind(next) === Kind.end ? next : next + 1;
    }
    return -1;
  }

  #call(at: number): number {
    const w = this.#window;
    const word = w.word(at);
    const isKnown = isCall(word) || word === Word.if || word === Word.insert || word === Word.div;
    if (!isKnown && (isReserved(word) || !w.isTight(at + 1))) return isReserved(word) ? -1 : this.#name(at);
    // "Sleep (bed)": a word and a remark behind it.
    const isRemark = !w.isTight(at + 1) && w.kind(at + 2) === Kind.word && !isCall(w.word(at + 2)) && w.word(at + 2) !== Word.select && w.word(at + 2) !== Word.constant;
    const end = this.closing(at + 1);
    this.strength = isKnown && !isRemark ? Strength.sure : Strength.name;
    return end;
  }

  /** A name, with the table and the database before it. */
  #name(from: number): number {
    const w = this.#window;
    let at = from + 1;
    while (w.kind(at) === Kind.dot && at < from + 8) {
      const kind = w.kind(at + 1);
      if (kind === Kind.word && w.kind(at + 2) === Kind.open && isCall(w.word(at + 1))) {
        this.strength = Strength.sure;
        return this.closing(at + 2);
      }
      if (kind !== Kind.word && kind !== Kind.dot) break;
      at += kind === Kind.word ? 2 : 1;
    }
    this.strength = w.word(from) === Word.catalogue && at > from + 1 ? Strength.sure : Strength.name;
    return at;
  }

  #suffixes(from: number): number {
    const w = this.#window;
    let at = from;
    for (; at < from + MOST_PREFIXES; at++) {
      const kind = w.kind(at);
      if (kind === Kind.close || kind === Kind.braceClose) continue;
      // A cast of PostgreSQL: ::text
      if (kind === Kind.colon && w.kind(at + 1) === Kind.colon && w.kind(at + 2) === Kind.word) {
        at += 2;
        continue;
      }
      break;
    }
    return at;
  }
}

/** x'41', n'text', b'01', _utf8'text'. */
function isStringPrefix(w: TokenWindow, at: number): boolean {
  const first = w.text.charCodeAt(w.start(at));
  return first === 95 || (w.end(at) - w.start(at) === 1 && "bnquxe".includes(String.fromCharCode(first | 32)));
}

/** Whether a word with a bracket behind it is a call that SQL knows. */
export function isCall(word: number): boolean {
  return word >= Word.sleeps && word <= Word.character;
}

/** Words that are never a name. */
function isReserved(word: number): boolean {
  return word !== Word.plain && word <= Word.outcome && word !== Word.thing && word !== Word.data && word !== Word.program && word !== Word.delay && word !== Word.values && word !== Word.top;
}
