import { Strength } from "./expressions.ts";
import { Break, breakBefore, cutOff, type Sight } from "./sight.ts";
import { Flag, Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** So many columns of a query are read. */
const MOST_COLUMNS = 24;

/** How a query looks: nothing, something that prose could say, something it could hardly say, SQL. */
const Look = { none: 0, prose: 1, plausible: 2, sure: 3 } as const;

/** Behind SELECT: a query, or a word of prose? */
export function seeSelect(sight: Sight, at: number): void {
  const { window: w } = sight;
  const look = queryLook(sight, at);
  if (look === Look.none || (look < Look.sure && isQuotedWord(w, at))) return;
  if (look === Look.sure) return sight.tell(w.kind(at - 1) === Kind.open ? "subquery" : "statement");
  const isInBrackets = w.kind(at - 1) === Kind.open;
  const broken = isInBrackets ? isValuePlace(w, at - 2) : breakBefore(w, at) === Break.quote;
  if (look === Look.plausible && (broken || w.has(at + 1, Flag.commented))) return sight.tell(isInBrackets ? "subquery" : "stacked");
  if (look === Look.plausible || broken) sight.tell("hint");
}

/** `"Select"`, `O'Select's`: the word alone in quotes, or what was left open behind it. */
function isQuotedWord(w: TokenWindow, at: number): boolean {
  return w.isQuote(at - 1) && w.kind(at + 1) === w.kind(at - 1) && w.isTight(at) && w.isTight(at + 1);
}

/** Behind UNION: another query? */
export function seeUnion(sight: Sight, at: number): void {
  const { window: w } = sight;
  let next = at + 1;
  while (next < at + 12 && (w.is(next, Word.distinct) || w.kind(next) === Kind.open || w.isSymbol(next, 43))) next++;
  if (w.is(next, Word.values) && w.kind(next + 1) !== Kind.end && next > at) return w.kind(next + 1) === Kind.open ? sight.tell("union") : undefined;
  if (!w.is(next, Word.select)) return seeLineBetween(sight, at);
  if (w.kind(next + 1) === Kind.number && queryLook(sight, next) !== Look.none) return sight.tell("union");
  if (next > at + 1 || w.has(next, Flag.commented) || breakBefore(w, at) !== Break.none || queryLook(sight, next) >= Look.plausible) return sight.tell("union");
  sight.tell("hint");
}

/** `union # any text, new line, select`: the comment's text is tokens like any other. */
function seeLineBetween(sight: Sight, at: number): void {
  const { window: w } = sight;
  const isCut = w.has(at, Flag.commented) && w.kind(at - 1) === Kind.number && (w.kind(at + 1) === Kind.end || cutOff(w, at + 1) > 0);
  if (isCut) return sight.tell("disguise");
  if (w.kind(at + 1) !== Kind.line) return;
  for (let next = at + 2; next < at + 64; next++) if (w.is(next, Word.select) && queryLook(sight, next) >= Look.plausible) return sight.tell("union");
}

/** Whether a bracket behind the token at `at` begins a value: behind an operator, a comma, a call, a quote. */
function isValuePlace(w: TokenWindow, at: number): boolean {
  const kind = w.kind(at);
  if (kind === Kind.word) return w.word(at) !== Word.plain && w.word(at) !== Word.prose;
  return kind !== Kind.end && kind !== Kind.close && kind !== Kind.dot && kind !== Kind.colon && kind !== Kind.other && kind !== Kind.number;
}

function queryLook(sight: Sight, select: number): number {
  const { window: w } = sight;
  let at = select + 1;
  while (at < select + 6 && (w.is(at, Word.distinct) || w.isSymbol(at, 43))) at++;
  if (w.is(at, Word.top) && (w.kind(at + 1) === Kind.number || w.kind(at + 1) === Kind.open)) at += 2;
  const list = columns(sight, at);
  if (list.look === Look.sure) return Look.sure;
  at = list.end;
  if (w.is(at, Word.into)) return list.look === Look.none ? Look.none : Look.plausible;
  if (!w.is(at, Word.from)) return withoutTable(w, list.look, at, select);
  const table = tableLook(w, at + 1);
  if (table === Look.none || list.look === Look.none) return Look.none;
  if (list.look === Look.plausible || table === Look.sure) return Look.sure;
  return table === Look.plausible && list.look === Look.prose ? Look.plausible : Look.prose;
}

function withoutTable(w: TokenWindow, look: number, at: number, select: number): number {
  if (look < Look.plausible) return Look.none;
  const isAlone = w.kind(at) === Kind.close || w.kind(at) === Kind.end || w.kind(at) === Kind.line || w.kind(at) === Kind.block || w.is(at, Word.union);
  if (isAlone) return at === select + 2 && w.kind(select + 1) === Kind.number && w.kind(at) !== Kind.line ? Look.prose : Look.plausible;
  return w.is(at, Word.where) || w.is(at, Word.limit) ? Look.plausible : Look.none;
}

/** The list of columns from `from` on: where it ends, and whether prose could say it. */
function columns(sight: Sight, from: number): { readonly look: number; readonly end: number } {
  const { window: w, expressions } = sight;
  let at = from;
  let look: number = Look.prose;
  for (let count = 0; count < MOST_COLUMNS; count++) {
    let strength: number = Strength.name;
    if (w.isSymbol(at, 42)) {
      at++;
      look = Math.max(look, Look.plausible);
    } else {
      const end = expressions.sum(at);
      if (end < 0) return { look: Look.none, end: at };
      // A string that nothing closes: `"Bill O'Select" <bill@…>`.
      if (expressions.open !== 0) return { look: Look.none, end };
      strength = expressions.strength;
      if (strength === Strength.sure) look = Look.sure;
      else if (strength === Strength.literal || isTechnical(w, at, end)) look = Math.max(look, Look.plausible);
      at = end;
    }
    if (w.is(at, Word.plain) && w.is(at + 1, Word.from) && strength > Strength.name) at++;
    if (w.is(at, Word.as) && w.kind(at + 1) === Kind.word) at += 2;
    if (w.kind(at) !== Kind.comma) break;
    at++;
    if (count === MOST_COLUMNS - 1 && look === Look.plausible) return { look: Look.sure, end: at };
  }
  return { look, end: at };
}

/** A name that prose does not write: with a dot or an underscore in it, in brackets, in backticks. */
function isTechnical(w: TokenWindow, from: number, to: number): boolean {
  if (w.kind(from) !== Kind.word) return w.kind(from) === Kind.bracketOpen || w.kind(from) === Kind.back;
  if (to > from + 1 && w.kind(from + 1) === Kind.dot && w.isTight(from + 1) && w.isTight(from + 2)) return true;
  if (w.word(from) === Word.catalogue) return true;
  for (let at = w.start(from); at < w.end(from) && at < w.start(from) + 64; at++) if (w.text.charCodeAt(at) === 95) return true;
  return false;
}

function tableLook(w: TokenWindow, at: number): number {
  const kind = w.kind(at);
  if (kind === Kind.open) return w.is(at + 1, Word.select) ? Look.sure : Look.plausible;
  if (kind === Kind.back || kind === Kind.bracketOpen) return Look.sure;
  if (kind === Kind.double || kind === Kind.single || kind === Kind.end) return Look.plausible;
  if (kind !== Kind.word || w.word(at) === Word.prose) return Look.none;
  const word = w.word(at);
  if (word === Word.catalogue || word === Word.wanted || isTechnical(w, at, at + 2)) return Look.sure;
  const next = w.kind(at + 1);
  if (next === Kind.word) return w.is(at + 1, Word.where) || w.is(at + 1, Word.limit) || w.is(at + 1, Word.join) || w.is(at + 1, Word.union) ? Look.sure : Look.none;
  if (cutOff(w, at + 1) > 0) return Look.sure;
  return next === Kind.end || next === Kind.close || next === Kind.comma || next === Kind.semicolon || next === Kind.dot || w.isQuote(at + 1) ? Look.plausible : Look.none;
}
