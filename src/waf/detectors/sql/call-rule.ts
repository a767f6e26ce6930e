import { isCall, Strength } from "./expressions.ts";
import { Break, breakBefore, cutOff, type Sight } from "./sight.ts";
import { Flag, Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** A word with a bracket behind it that SQL calls: one that waits, reads files, or works on what another one gives? */
export function seeCall(sight: Sight, at: number): void {
  const { window: w } = sight;
  const word = w.word(at);
  if (word === Word.reaches) return seeReach(sight, at);
  if (word === Word.sleeps) return seeSleep(sight, at);
  if (w.kind(at + 1) !== Kind.open) {
    if (word === Word.tells && w.kind(at + 1) === Kind.dot && w.kind(at + 2) === Kind.word) sight.tell("error-based");
    return;
  }
  if (word === Word.tells) return w.isTight(at + 1) || isOperand(w, at) ? sight.tell("error-based") : sight.tell("hint");
  if (word === Word.introduces) return seeIntroduction(sight, at);
  if (word === Word.character) return seeCharacters(sight, at);
  seeNested(sight, at);
}

function seeReach(sight: Sight, at: number): void {
  const { window: w } = sight;
  const kind = w.kind(at + 1);
  const isProcedure = (w.text.charCodeAt(w.start(at) + 2) === 95 && kind !== Kind.open) || isLongName(w, at);
  if (kind === Kind.open || ((kind === Kind.dot || w.isQuote(at + 1)) && isLongName(w, at))) {
    // `edit (…)` and the like are words of prose; the others are not.
    const isSure = isLongName(w, at) || isOperand(w, at);
    return sight.tell(isSure ? "reach" : "hint");
  }
  if (isProcedure) sight.tell("reach");
}

/** With an underscore, or of two words in one. */
function isLongName(w: TokenWindow, at: number): boolean {
  return w.end(at) - w.start(at) >= 8 || w.text.charCodeAt(w.start(at) + 2) === 95;
}

function seeSleep(sight: Sight, at: number): void {
  const { window: w, expressions } = sight;
  if (w.kind(at + 1) === Kind.dot && w.kind(at + 2) === Kind.word && w.text.charCodeAt(w.start(at) + 4) === 95) return sight.tell("delay");
  if (w.kind(at + 1) !== Kind.open) return;
  const end = w.kind(at + 2) === Kind.word && w.kind(at + 3) !== Kind.open ? -1 : expressions.sum(at + 2);
  if (end < 0 || expressions.strength < Strength.literal) return w.text.charCodeAt(w.start(at) + 2) === 95 ? sight.tell("delay") : undefined;
  const last = w.kind(end - 1);
  const next = w.kind(end);
  if (last !== Kind.close && next !== Kind.comma && next !== Kind.end && next !== Kind.line && next !== Kind.block && !w.isQuote(end)) return;
  const isProse = !w.isTight(at + 1) && (holdsWords(w, at + 2) || (!isOperand(w, at) && (w.kind(at - 1) !== Kind.end || w.isQuote(at + 2))));
  sight.tell(isProse ? "hint" : "delay");
}

/** Words of prose in the brackets: (5,000 pts), (8 h). */
function holdsWords(w: TokenWindow, from: number): boolean {
  for (let at = from; at < from + 12 && w.kind(at) !== Kind.close && w.kind(at) !== Kind.end; at++) if (w.is(at, Word.plain) && w.kind(at - 1) === Kind.number && w.kind(at + 1) !== Kind.open) return true;
  return false;
}

/** Whether a value may stand at `at`: behind an operator, a bracket, a comma, a break, SELECT and the like. */
function isOperand(w: TokenWindow, at: number): boolean {
  const kind = w.kind(at - 1);
  if (w.has(at, Flag.commented)) return true;
  if (kind === Kind.word) {
    const word = w.word(at - 1);
    return word !== Word.plain && word !== Word.prose && word <= Word.if;
  }
  return kind === Kind.open || kind === Kind.comma || kind === Kind.compare || kind === Kind.sum || kind === Kind.logic || kind === Kind.bit || kind === Kind.semicolon || (w.isQuote(at - 1) && w.has(at - 1, Flag.even));
}

/** version(), user(), database(): brackets without anything in them. */
function seeIntroduction(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (w.kind(at + 2) !== Kind.close) return;
  const isLong = w.end(at) - w.start(at) > 8;
  // "new; database() guide"
  const goesOn = w.is(at + 3, Word.plain) || (w.is(at + 3, Word.is) && w.is(at + 4, Word.plain));
  const isUsed = (isOperand(w, at) && !goesOn) || isOperatorAt(w, at + 3) || cutOff(w, at + 3) === 2 || isLong;
  sight.tell(isUsed ? "schema" : "hint");
}

function isOperatorAt(w: TokenWindow, at: number): boolean {
  const kind = w.kind(at);
  return kind === Kind.compare || kind === Kind.logic || kind === Kind.bit || w.is(at, Word.like) || w.is(at, Word.between) || w.is(at, Word.in);
}

/** CHAR(65,66), CHR(65)||CHR(66), CHAR(0x41): a text that does not want to be read. */
function seeCharacters(sight: Sight, at: number): void {
  const { window: w, expressions } = sight;
  const end = expressions.closing(at + 1);
  if (w.kind(at + 2) !== Kind.number) return seeNested(sight, at);
  const isList = w.kind(at + 3) === Kind.comma && w.kind(at + 4) === Kind.number;
  const isJoined = (w.kind(end) === Kind.logic || w.kind(end) === Kind.sum) && (w.is(end + 1, Word.character) || w.isQuote(end + 1) || w.kind(end + 1) === Kind.open);
  const isBehind = w.kind(at - 1) === Kind.logic || (w.isQuote(at - 2) && isOperand(w, at));
  if (isList || isJoined || isBehind || w.has(at + 2, Flag.odd)) return sight.tell("call");
  if (breakBefore(w, at) === Break.quote || cutOff(w, end) === 2) sight.tell("hint");
}

/** A call within a call, or one whose values give it away. */
function seeNested(sight: Sight, at: number): void {
  const { window: w, expressions } = sight;
  const inner = w.kind(at + 2);
  const isInner = inner === Kind.word && ((isCall(w.word(at + 2)) && w.kind(at + 3) === Kind.open) || w.is(at + 2, Word.select) || w.is(at + 2, Word.catalogue));
  const isOdd = inner === Kind.variable && w.word(at + 2) === 2;
  const isQuery = inner === Kind.open && w.is(at + 3, Word.select);
  // "round ((select range))"
  const isCalled = w.isTight(at + 1) || breakBefore(w, at) === Break.quote;
  if (((isInner || isQuery) && isCalled) || isOdd || (inner === Kind.number && w.has(at + 2, Flag.odd) && w.isTight(at + 1))) return sight.tell("call");
  const end = expressions.closing(at + 1);
  if (cutOff(w, end) === 2 && (breakBefore(w, at) !== Break.none || isOperand(w, at) || w.kind(at - 1) === Kind.end)) return sight.tell("call");
  const isCompared = isOperatorAt(w, end) && isOperand(w, at) && w.isTight(at + 1) && inner !== Kind.close;
  if (isCompared) sight.tell("call");
  else if (w.isTight(at + 1) && (isOperand(w, at) || inner === Kind.variable)) sight.tell("hint");
}
