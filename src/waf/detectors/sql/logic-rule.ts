import { Truth } from "./conditions.ts";
import { Strength } from "./expressions.ts";
import { Break, breakBefore, cutOff, isBehindNumber, isElided, mayEndAt, type Sight } from "./sight.ts";
import { Flag, Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** Behind OR, AND, XOR, ||, &&, WHERE, HAVING, WHEN and IF(: is there a condition that is none of prose? */
export function seeLogic(sight: Sight, at: number): void {
  if (sight.window.isQuote(at - 1) && isElided(sight.window, at - 1)) return;
  const truth = sight.conditions.read(at + 1);
  const broken = breakBefore(sight.window, at);
  if (truth !== Truth.none && isOfText(sight)) return;
  if (truth === Truth.none) return seeValue(sight, at, broken);
  if (truth === Truth.constant || truth === Truth.sure) return seeConstant(sight, at, truth, broken);
  if (truth === Truth.value) return seeComparison(sight, at, broken);
  seeNames(sight, at, broken);
}

/** `?q=10 or 12&page=2` in an address, and `(1) or (2)` above a line that Markdown quotes with `> `. */
function isOfText({ window: w, conditions }: Sight): boolean {
  const { symbol } = conditions;
  if (!conditions.bySymbol) return false;
  const { text } = w;
  const start = w.start(symbol);
  const code = text.charCodeAt(start);
  if (code === GREATER) return text.charCodeAt(start - 1) === LINE_FEED && text.charCodeAt(start + 1) === BLANK;
  const isParameter = code === EQUALS && w.kind(symbol - 1) === Kind.word && w.isTight(symbol) && w.isTight(symbol - 1) && text.charCodeAt(w.start(symbol - 1) - 1) === AMPERSAND;
  return isParameter && text.slice(Math.max(0, start - FAR), start).includes("?");
}

const AMPERSAND = 38;
const BLANK = 32;
const EQUALS = 61;
const GREATER = 62;
const LINE_FEED = 10;
/** No further is looked back for the sign that opens a query. */
const FAR = 200;

function seeConstant(sight: Sight, at: number, truth: number, broken: number): void {
  const { window: w, conditions } = sight;
  const { end } = conditions;
  if (truth === Truth.sure) return sight.tell("condition");
  // "4 like 5" and "5 between 1 and 9" are said, too.
  if (!conditions.bySymbol && broken === Break.none && !conditions.endsOpen && w.kind(at - 1) !== Kind.end) return sight.tell("hint");
  const isList = w.kind(end) === Kind.comma;
  const isFirm = broken === Break.quote || conditions.endsOpen || (mayEndAt(w, end) && !isList) || w.has(at, Flag.commented);
  sight.tell(isFirm ? "tautology" : "hint");
}

/** A name and a value: `and userid=6`. In prose, too, so something must say that a query is being left. */
function seeComparison(sight: Sight, at: number, broken: number): void {
  const { window: w, conditions } = sight;
  const { end } = conditions;
  const isWhole = isBehindNumber(w, at) && w.kind(end) === Kind.end;
  const isLink = w.word(at) === Word.or || w.word(at) === Word.and || w.word(at) === Word.xor || w.kind(at) === Kind.logic;
  const isPattern = !conditions.bySymbol && hasWildcard(w, at, end);
  const isFirst = isLink && w.kind(at - 1) === Kind.end && conditions.bySymbol && w.kind(end) === Kind.end;
  if (isPattern || isFirst) return sight.tell("condition");
  // "; Where 1 = first and 2 = second floor"
  if (!isLink && conditions.isTurned && w.kind(at - 1) === Kind.semicolon) return sight.tell("hint");
  const isLeft = broken === Break.quote || (isBehindNumber(w, at) && cutOff(w, end) === 2);
  if (isLeft || (isWhole && !conditions.isTurned) || w.has(at + 1, Flag.commented)) return sight.tell("condition");
  if (mayEndAt(w, end)) sight.tell("hint");
}

/** Two names: SQL where a string was left, or where nothing else is in the value. */
function seeNames(sight: Sight, at: number, broken: number): void {
  const { window: w, conditions } = sight;
  const { end } = conditions;
  const isCut = cutOff(w, end) > 0 || w.kind(end) === Kind.semicolon;
  const isWhole = w.kind(at - 1) === Kind.end && (w.kind(end) === Kind.end || isCut);
  if (conditions.bySymbol ? broken === Break.quote || isWhole : broken === Break.quote && isCut) sight.tell("condition");
}

/** A pattern of LIKE with its wildcard: `'a%'`, `'%`. */
function hasWildcard(w: TokenWindow, from: number, to: number): boolean {
  const last = w.isQuote(to - 1) ? to - 2 : to - 1;
  for (let at = last; at > from && at > last - 12; at--) {
    if (!w.isSymbol(at, 37)) continue;
    if (at === last || w.isQuote(at - 1)) return true;
  }
  return false;
}

/** Dashes with a blank on either side, and a word of prose behind them. */
function isRemark(w: TokenWindow, line: number): boolean {
  return w.kind(line) === Kind.line && w.word(line) === 45 && !w.isTight(line) && !w.isTight(line + 1) && w.is(line + 1, Word.plain) && w.end(line + 1) - w.start(line + 1) > 2;
}

/** A value alone: `or true--`, `' or 1#`. */
function seeValue(sight: Sight, at: number, broken: number): void {
  const { window: w, expressions } = sight;
  const end = expressions.sum(at + 1);
  if (end < 0 || expressions.strength < Strength.literal) return;
  const isCommented = (w.has(at, Flag.commented) && w.has(at + 1, Flag.commented)) || (broken === Break.number && w.has(at + 1, Flag.commented));
  if (expressions.strength === Strength.sure && (broken === Break.quote || isBehindNumber(w, at)) && mayEndAt(w, end)) return sight.tell("condition");
  if (isCommented) return sight.tell("disguise");
  // "red" or "blue": the quotes before closed what they had opened.
  if (w.is(at + 1, Word.not) && isBehindNumber(w, at) && w.kind(end) === Kind.end) return sight.tell("condition");
  if (expressions.isString && !(w.isQuote(at - 1) && w.has(at - 1, Flag.even))) return;
  const cut = cutOff(w, end);
  if (cut === 2 && (broken === Break.quote || isBehindNumber(w, at) || w.kind(at - 1) === Kind.end)) return sight.tell("condition");
  // Don't mix 'A' and 'B' -- it's forbidden
  if (broken === Break.quote && cut === 1) return sight.tell(expressions.isString && isRemark(w, end) ? "hint" : "condition");
  const isBracketed = w.kind(end - 1) === Kind.close && w.kind(at - 2) === Kind.open && w.is(at - 3, Word.having);
  if (isBracketed) return sight.tell("tautology");
  if ((w.kind(end) !== Kind.end && w.kind(end) !== Kind.semicolon) || !w.is(at + 1, Word.constant)) return;
  if (w.kind(at - 1) === Kind.end || broken === Break.quote) sight.tell("condition");
  else if (broken !== Break.none) sight.tell("hint");
}
