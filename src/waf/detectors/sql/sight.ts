import { Conditions } from "./conditions.ts";
import { Expressions } from "./expressions.ts";
import type { SqlMark } from "./marks.ts";
import { Flag, Kind, TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** What every rule of the grammar works with: the tokens, and the readers over them. */
export interface Sight {
  readonly window: TokenWindow;
  readonly expressions: Expressions;
  readonly conditions: Conditions;
  /** Set by who runs the rules. */
  tell: (mark: SqlMark) => void;
}

/** Makes the tools for one detector. */
export function createSight(): Sight {
  const window = new TokenWindow();
  const expressions = new Expressions(window);
  return { window, expressions, conditions: new Conditions(window, expressions), tell: () => undefined };
}

/** How surely the value has left the place in a query where a value belongs. */
export const Break = {
  none: 0,
  /** Behind a number or a bracket, as every price list has them. */
  number: 1,
  /** Behind a quote, a semicolon or a comment in the middle of a line. */
  quote: 2,
} as const;

/** What stands before the token at `at`; closing brackets between are passed over. One of {@link Break}. */
export function breakBefore(w: TokenWindow, at: number): number {
  if (w.has(at, Flag.commented)) return Break.quote;
  let before = at - 1;
  while (before > at - 8 && w.kind(before) === Kind.close) before--;
  const kind = w.kind(before);
  if (w.isQuote(before)) return quoteBreak(w, before);
  if (kind === Kind.semicolon || kind === Kind.block) return Break.quote;
  if (kind === Kind.word && w.word(before) === Word.begin && before === at - 1) return breakBefore(w, before);
  if (before < at - 1 || kind === Kind.number || kind === Kind.variable) return Break.number;
  return Break.none;
}

/** A quote behind a number within a text is a measure, and a second backtick ends a name. */
export function quoteBreak(w: TokenWindow, at: number): number {
  if (w.kind(at) === Kind.back && !w.has(at, Flag.even)) return Break.none;
  if (isClosing(w, at)) return Break.none;
  const isMeasure = w.kind(at - 1) === Kind.number && w.isTight(at) && !isBehindNumber(w, at);
  return isMeasure ? Break.number : Break.quote;
}

/** Whether a quote ends a piece of text that another one opened shortly before: 'blue' or 'green'. */
function isClosing(w: TokenWindow, at: number): boolean {
  if (!w.isTight(at) || w.has(at, Flag.even)) return false;
  const kind = w.kind(at);
  for (let open = at - 1; open > at - 16; open--) {
    if (w.kind(open) === Kind.end) return false;
    if (w.kind(open) !== kind) continue;
    const before = w.kind(open - 1);
    const isOpening = !w.isTight(open) || before === Kind.end || before === Kind.open || isGiven(w, open) || isAssigned(w, open);
    return isOpening && w.isTight(open + 1) && open < at - 1;
  }
  return false;
}

/** Whether a quote stands right behind `==`, where filters of other kinds open their strings: name=='*text*'. */
export function isGiven(w: TokenWindow, quote: number): boolean {
  const from = w.start(quote);
  return w.text.charCodeAt(from - 1) === 61 && w.text.charCodeAt(from - 2) === 61;
}

/** `q="exact phrase" OR other`: the string is what a name is given. */
function isAssigned(w: TokenWindow, quote: number): boolean {
  return w.kind(quote - 1) === Kind.compare && w.kind(quote - 2) === Kind.word && w.isTight(quote) && w.isTight(quote - 1) && w.text.charCodeAt(w.start(quote) - 1) === 61;
}

/** Whether nothing but numbers, signs and brackets stands before the token at `at`: a number that was to be the whole value. */
export function isBehindNumber(w: TokenWindow, at: number): boolean {
  for (let before = at - 1; before > at - 10; before--) {
    const kind = w.kind(before);
    if (kind === Kind.end) return before < at - 1;
    if (kind === Kind.word && w.word(before) !== Word.plain && w.word(before) <= Word.not) continue;
    if (kind !== Kind.number && kind !== Kind.sum && kind !== Kind.comma && kind !== Kind.close && kind !== Kind.open && kind !== Kind.variable) return false;
  }
  return false;
}

/** How the rest of a query is cut off at `at`: 2 for certain, 1 where a text follows the comment, 0 not at all. */
export function cutOff(w: TokenWindow, from: number): number {
  let at = from;
  while (w.kind(at) === Kind.semicolon || (w.kind(at) === Kind.close && at < from + 8)) at++;
  if (w.kind(at) === Kind.block) return 2;
  if (w.kind(at) !== Kind.line) return 0;
  at++;
  while (at < from + 16 && (w.kind(at) === Kind.line || (w.kind(at) === Kind.sum && w.word(at) !== 42))) at++;
  return w.kind(at) === Kind.end ? 2 : 1;
}

/** Côte d'Or 5: an apostrophe within words, though OR stands behind it. */
export function isElided(w: TokenWindow, quote: number): boolean {
  const next = quote + 1;
  if (w.kind(quote - 1) !== Kind.word || !w.isTight(quote) || w.end(quote - 1) - w.start(quote - 1) !== 1 || !w.is(next, Word.or) || !w.isTight(next)) return false;
  const kind = w.kind(next + 1);
  if (kind === Kind.number) return mayEndAt(w, next + 2) && w.kind(next + 2) !== Kind.compare && cutOff(w, next + 2) < 2;
  return kind === Kind.word || kind === Kind.line || kind === Kind.comma;
}

/** Whether a condition may end before the token at `at`: prose goes on with another word, SQL does not. */
export function mayEndAt(w: TokenWindow, at: number): boolean {
  const kind = w.kind(at);
  if (kind === Kind.word) return isClause(w.word(at));
  return kind !== Kind.number && kind !== Kind.variable && kind !== Kind.dot && kind !== Kind.colon && kind !== Kind.open && kind !== Kind.bracketOpen;
}

/** Words that go on where a condition has ended. */
const CLAUSES: ReadonlySet<number> = new Set<number>(
  [
    [Word.or, Word.xor, Word.and, Word.union, Word.order, Word.group, Word.having, Word.limit, Word.into, Word.procedure, Word.like, Word.between, Word.is],
    [Word.in, Word.outcome, Word.waitfor, Word.select, Word.where, Word.div, Word.else, Word.end, Word.exec, Word.drop, Word.insert, Word.delete, Word.for],
  ].flat(),
);

function isClause(word: number): boolean {
  return CLAUSES.has(word);
}
