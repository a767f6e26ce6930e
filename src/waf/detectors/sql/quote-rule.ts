import { Truth } from "./conditions.ts";
import { Strength } from "./expressions.ts";
import { Break, breakBefore, cutOff, isElided, isGiven, quoteBreak, type Sight } from "./sight.ts";
import { Flag, Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** So many operators are followed behind a quote. */
const MOST_STEPS = 12;

/** Behind a quote: does the value leave a string, and does what follows fit a query that goes on behind it? */
export function seeQuote(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (isGiven(w, at)) return;
  if (seeCommentEnd(sight, at)) return;
  let next = at + 1;
  while (w.kind(next) === Kind.close && next < at + 8) next++;
  const operand = operatorEnd(w, next);
  if (operand === next && w.has(at, Flag.even)) seeFollowing(sight, at, next);
  if (operand === next || isElided(w, at)) return;
  if (w.has(at, Flag.even)) return seeChain(sight, at, next);
  seeStrong(sight, operand);
}

/** `x'; anything --` and `x',role='admin',note='y`: another statement, or another column. */
function seeFollowing(sight: Sight, at: number, next: number): void {
  const { window: w, conditions } = sight;
  if (w.kind(next) === Kind.semicolon) {
    if (breakBefore(w, next) !== Break.quote || quoteBreak(w, at) !== Break.quote || !w.isTight(next)) return;
    for (let end = next + 1; end < next + 20 && w.kind(end) !== w.kind(at); end++) if (w.kind(end) === Kind.line && end > next + 2 && cutOff(w, end) === 2) return sight.tell("stacked");
    return;
  }
  if (w.kind(next) !== Kind.comma) return;
  let column = next;
  for (let count = 0; count < 8 && w.kind(column) === Kind.comma; count++) {
    if (w.kind(column + 1) !== Kind.word || conditions.read(column + 1) !== Truth.value || !conditions.bySymbol) return;
    if (conditions.endsOpen) return sight.tell("quote-operator");
    column = conditions.end;
  }
}

/** `admin'--`, `'); #`, `'/*`: nothing but a comment behind the quote. */
function seeCommentEnd(sight: Sight, at: number): boolean {
  const { window: w } = sight;
  const cut = cutOff(w, at + 1);
  if (cut === 0) return false;
  const isFirst = w.kind(at - 1) === Kind.end;
  const isAttached = w.isTight(at) || isFirst || w.kind(at - 1) === Kind.close;
  if (cut === 1 || !w.has(at, Flag.even) || !isAttached) {
    if (cut === 1 && isAttached && w.has(at, Flag.even) && w.isTight(at + 1) && w.word(at + 1) === 45 && !w.isTight(at + 2)) sight.tell("hint");
    return false;
  }
  // 12" is a measure.
  const isMeasure = w.kind(at - 1) === Kind.number && w.kind(at - 2) !== Kind.end && w.isTight(at);
  sight.tell(isMeasure ? "hint" : "comment-end");
  return true;
}

/** The place behind an operator that stands at `at`; `at` itself where none does. */
function operatorEnd(w: TokenWindow, at: number): number {
  let next = at;
  for (; next < at + 4; next++) {
    const kind = w.kind(next);
    if (kind === Kind.compare || kind === Kind.logic || kind === Kind.bit || kind === Kind.sum || kind === Kind.bang) continue;
    if (kind === Kind.word && isOperator(w.word(next))) continue;
    break;
  }
  return next;
}

function isOperator(word: number): boolean {
  return (word >= Word.or && word <= Word.div && word !== Word.between) || word === Word.xor || word === Word.sounds || word === Word.binary;
}

/** Operators and values up to the end, where the last string is left open for the query's own quote: `'-'`, `' or ''='`. */
function seeChain(sight: Sight, quote: number, first: number): void {
  const { window: w, expressions } = sight;
  if (w.kind(quote) === Kind.back) return seeStrong(sight, operatorEnd(w, first));
  if (isQuotedSign(w, quote)) return sight.tell("hint");
  let at = first;
  let signs = 0;
  let hasName = false;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const operand = operatorEnd(w, at);
    if (operand === at) break;
    signs |= signsOf(w, at, operand);
    const end = expressions.value(operand);
    if (end < 0) break;
    if (expressions.strength === Strength.sure) return sight.tell("quote-operator");
    if (expressions.open !== 0) {
      const isText = (signs === TEXT && hasName) || isQuotedWords(w, quote, first, operand);
      if (expressions.open === w.kind(quote)) sight.tell(isText ? "hint" : "quote-operator");
      return;
    }
    if (expressions.strength === Strength.name) hasName = true;
    at = end;
  }
  if (isCutSoon(w, quote, first, at)) sight.tell("quote-operator");
}

/** Whether the rest of the query is cut off behind the values, or soon behind an operator of words. */
function isCutSoon(w: TokenWindow, quote: number, first: number, at: number): boolean {
  const isMeasure = w.kind(quote - 1) === Kind.number && w.isTight(quote) && w.kind(quote - 2) !== Kind.end;
  const cut = at === first ? 0 : cutOff(w, at);
  const line = at + Number(w.kind(at) === Kind.semicolon);
  const isDashed = w.word(line) === 45 && w.kind(line + 1) === Kind.sum;
  if (cut === 2 || (cut === 1 && !isMeasure && (isDashed || (w.word(line) === 35 && !(w.kind(line + 1) === Kind.number && w.isTight(line + 1)))))) return true;
  if (w.kind(first) !== Kind.word) return false;
  for (let next = first + 1; next < first + 10; next++) {
    if (w.kind(next) === w.kind(quote) || w.kind(next) === Kind.end) return false;
    if (w.kind(next) === Kind.line) return cutOff(w, next) === 2;
  }
  return false;
}

/** Signs that stand between words of paths, markup and settings as well: <a href="/shop/">, "name=<value>". */
const TEXT_SIGNS: ReadonlySet<number> = new Set([38, 43, 47, 60, 61, 62, 63, 124]);
const TEXT = 1;
const OTHER = 2;

function signsOf(w: TokenWindow, from: number, to: number): number {
  let signs = 0;
  for (let at = from; at < to; at++) {
    if (w.kind(at) === Kind.word || w.kind(at) === Kind.logic) signs |= OTHER;
    else if (!w.isSymbol(at, 45)) signs |= TEXT_SIGNS.has(w.word(at)) ? TEXT : OTHER;
  }
  return signs;
}

/** `blue "summer" and "winter dresses`: two pieces of a search, the second of which was not closed. */
function isQuotedWords(w: TokenWindow, quote: number, first: number, operand: number): boolean {
  // O' or 'O: true for nobody.
  const isUseless = w.kind(quote - 1) === Kind.word && w.kind(operand + 2) === Kind.end;
  return (isUseless || w.kind(quote - 3) !== Kind.end) && operand === first + 1 && (w.is(first, Word.and) || w.is(first, Word.or)) && w.kind(operand + 1) === Kind.word && !w.isTight(first);
}

/** `SMALL "&" SIGN`, `"LIKE"`: somebody put an operator in quotes; a sign that is the whole value is no text, though. */
function isQuotedSign(w: TokenWindow, quote: number): boolean {
  let closing = quote + 2;
  while (closing < quote + 4 && w.kind(closing) !== w.kind(quote) && w.isTight(closing)) closing++;
  if (w.kind(closing) !== w.kind(quote) || !w.isTight(quote + 1) || !w.isTight(closing)) return false;
  if (closing > quote + 2 && operatorEnd(w, quote + 1) !== closing) return false;
  const isFirst = w.kind(quote - 1) === Kind.end;
  const isLast = w.kind(closing + 1) === Kind.end;
  // "*" is how one asks for everything.
  if (isFirst && isLast) return w.kind(quote + 1) === Kind.word || (w.kind(quote) === Kind.double && w.word(quote + 1) === 42);
  return (isFirst || isLoose(w, quote - 1, quote)) && (isLast || isLoose(w, closing + 1, closing + 1));
}

function isLoose(w: TokenWindow, neighbour: number, gap: number): boolean {
  const kind = w.kind(neighbour);
  return !w.isTight(gap) || (kind !== Kind.word && kind !== Kind.number && !(kind === Kind.single || kind === Kind.double));
}

/** A call or a subquery behind a quote that only may be the end of a string. */
function seeStrong(sight: Sight, operand: number): void {
  const { window: w, expressions } = sight;
  if (w.kind(operand) !== Kind.word && w.kind(operand) !== Kind.open) return;
  if (expressions.value(operand) > 0 && expressions.strength === Strength.sure) sight.tell("quote-operator");
}
