import { wordTable } from "../word-table.ts";
import { Break, breakBefore, cutOff, isBehindNumber, type Sight } from "./sight.ts";
import { Flag, Kind, type TokenWindow } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** What ALTER does to a table. */
const CHANGES = wordTable([[1, "add modify rename change drop alter enable disable owner set with identified quota default"]]);

/** What may follow the name of what is dropped. */
const CASCADES = wordTable([[1, "cascade restrict purge"]]);

/** What stands behind the head of a function that is made. */
const BODIES = wordTable([[1, "returns return as is begin language"]]);

/** Behind a word that begins a statement other than SELECT: is the statement there? */
export function seeStatement(sight: Sight, at: number): void {
  const { window: w } = sight;
  const look = statementLook(sight, at);
  if (look === 0) return;
  if (look === 2 && !(w.word(at) === Word.drop && isSaid(w, at))) return sight.tell("statement");
  const broken = breakBefore(w, at) === Break.quote;
  if (isSaid(w, at)) return sight.tell("hint");
  sight.tell(broken || w.has(at + 1, Flag.commented) ? "stacked" : "hint");
}

/** "; Drop table lamp": written as a title is, and no quote was left before it. */
function isSaid(w: TokenWindow, at: number): boolean {
  const from = w.start(at);
  const isTitle = w.text.charCodeAt(from) < 97 && w.text.charCodeAt(from + 1) >= 97 && w.text.charCodeAt(from + 2) >= 97;
  if (!isTitle || w.has(at, Flag.commented) || w.has(at + 1, Flag.commented)) return false;
  const isLeft = w.kind(at - 1) === Kind.semicolon && (w.isQuote(at - 2) ? w.has(at - 2, Flag.even) && w.kind(at - 3) !== Kind.number : w.kind(at - 2) === Kind.close && w.isQuote(at - 3));
  return !isLeft && !(w.isQuote(at - 1) && w.has(at - 1, Flag.even) && cutOff(w, at + 3) > 0);
}

/** 2: nothing else than a statement. 1: a statement where one may begin. 0: no statement. */
function statementLook(sight: Sight, at: number): number {
  const { window: w } = sight;
  switch (w.word(at)) {
    case Word.insert:
      return insertLook(w, at);
    case Word.update:
      return updateLook(sight, at);
    case Word.delete:
      return deleteLook(sight, at);
    case Word.drop:
      return objectLook(w, at);
    case Word.create:
      return createLook(sight, at);
    case Word.exec:
      return execLook(w, at);
    case Word.declare:
      return w.kind(at + 1) === Kind.variable ? 2 : Number(w.kind(at + 1) === Kind.word && breakBefore(w, at) === Break.quote && w.is(at + 2, Word.character));
    case Word.shutdown:
      return shutdownLook(w, at);
    case Word.grant:
      return Number((w.is(at + 1, Word.distinct) || w.is(at + 1, Word.select)) && (w.is(at + 2, Word.on) || w.is(at + 2, Word.to) || w.kind(at + 2) === Kind.word));
    case Word.set:
      return w.kind(at + 1) === Kind.variable && w.kind(at + 2) === Kind.compare ? 2 : 0;
    default:
      return 0;
  }
}

function insertLook(w: TokenWindow, at: number): number {
  if (!w.is(at + 1, Word.into)) return 0;
  const name = nameEnd(w, at + 2);
  if (name === at + 2) return 0;
  if (w.is(name, Word.values) && w.kind(name + 1) === Kind.open) return 2;
  if (w.is(name, Word.select)) return 2;
  if (w.kind(name) !== Kind.open) return w.kind(name) !== Kind.end && cutOff(w, name) > 0 ? 1 : 0;
  for (let next = name + 1; next < name + 60; next++) {
    if (w.kind(next) === Kind.close) return w.is(next + 1, Word.values) || w.is(next + 1, Word.select) ? 2 : 1;
    if (w.kind(next) !== Kind.word && w.kind(next) !== Kind.comma && !w.isQuote(next)) return 0;
  }
  return 0;
}

function updateLook(sight: Sight, at: number): number {
  const { window: w } = sight;
  const name = nameEnd(w, at + 1);
  if (name === at + 1 || !w.is(name, Word.set)) return 0;
  const column = nameEnd(w, name + 1);
  if (column === name + 1 || w.kind(column) !== Kind.compare) return 0;
  const end = sight.expressions.sum(column + 1);
  if (end < 0) return 0;
  return w.is(end, Word.where) || w.kind(end) === Kind.comma || cutOff(w, end) > 0 || breakBefore(w, at) === Break.quote ? 2 : 1;
}

function deleteLook(sight: Sight, at: number): number {
  const { window: w } = sight;
  if (!w.is(at + 1, Word.from)) return 0;
  const name = nameEnd(w, at + 2);
  if (name === at + 2 || w.is(at + 2, Word.prose)) return 0;
  if (w.is(name, Word.where)) return sight.conditions.read(name + 1) > 0 ? 2 : 1;
  return w.kind(name) === Kind.end || w.kind(name) === Kind.semicolon || cutOff(w, name) > 0 ? 1 : 0;
}

/** DROP TABLE x, CREATE USER y, TRUNCATE z. */
function objectLook(w: TokenWindow, at: number): number {
  const isThing = w.is(at + 1, Word.table) || w.is(at + 1, Word.thing) || w.is(at + 1, Word.introduces);
  let name = isThing ? at + 2 : at + 1;
  if (!isThing && w.word(at) !== Word.drop) return 0;
  if (!isThing && breakBefore(w, at) !== Break.quote) return w.kind(at + 1) === Kind.word && w.kind(at - 1) === Kind.end && cutOff(w, at + 2) === 2 ? 2 : 0;
  if (w.is(name, Word.if)) {
    const exists = w.is(name + 1, Word.exists) || w.is(name + 2, Word.exists);
    return exists ? 2 : 0;
  }
  const end = nameEnd(w, name);
  if (end === name) return 0;
  name = CASCADES.at(w.text, w.start(end), w.end(end)) !== 0 && w.kind(end) === Kind.word ? end + 1 : end;
  const cut = cutOff(w, name);
  const isPlaced = breakBefore(w, at) !== Break.none || w.kind(at - 1) === Kind.end;
  if (!isThing) return cut > 0 || w.kind(name) === Kind.semicolon ? 1 : 0;
  if ((cut === 2 && isPlaced) || (cut === 1 && breakBefore(w, at) === Break.quote)) return 2;
  const kind = w.kind(name);
  if (w.word(at) === Word.create && CHANGES.at(w.text, w.start(name), w.end(name)) !== 0 && isPlaced) return 1;
  if (w.kind(name - 1) === Kind.back) return 2;
  // "; create user guide": what is made has a description.
  return w.word(at) === Word.create ? Number(kind === Kind.open) : Number(kind === Kind.end || kind === Kind.semicolon);
}

function createLook(sight: Sight, at: number): number {
  const { window: w } = sight;
  const look = objectLook(w, at);
  if (look === 0 || w.kind(at + 3) !== Kind.open) return look;
  const behind = sight.expressions.closing(at + 3);
  if (w.kind(behind) === Kind.word && BODIES.at(w.text, w.start(behind), w.end(behind)) !== 0) return 2;
  const isColumn = w.kind(at + 4) === Kind.word && w.kind(at + 5) === Kind.word;
  return isColumn && (w.kind(behind) === Kind.end || w.kind(behind) === Kind.semicolon || cutOff(w, behind) > 0) ? 2 : 1;
}

function execLook(w: TokenWindow, at: number): number {
  const next = at + 1;
  if (w.is(next, Word.reaches)) return 2;
  if (w.kind(next) === Kind.open) {
    const isText = w.kind(next + 1) === Kind.variable || w.isQuote(next + 1) || w.is(next + 1, Word.character);
    return isText ? 1 + Number(w.isTight(next)) : 0;
  }
  if (w.kind(next) === Kind.variable) return 2;
  if (w.is(next, Word.system) && w.kind(next + 1) === Kind.dot) return 2;
  const isImmediate = w.kind(next) === Kind.word && w.end(next) - w.start(next) === 9 && w.isQuote(next + 1);
  return isImmediate ? 1 : Number(w.kind(next) === Kind.word && w.kind(next + 1) === Kind.end && w.text.slice(w.start(next), w.start(next) + 3).toLowerCase() === "xp_");
}

function shutdownLook(w: TokenWindow, at: number): number {
  if (breakBefore(w, at) !== Break.quote) return 0;
  return cutOff(w, at + 1) > 0 || w.is(at + 1, Word.with) || w.kind(at + 1) === Kind.semicolon ? 2 : 0;
}

/** Behind a name, be it of one word, with dots, in brackets or in backticks. */
function nameEnd(w: TokenWindow, from: number): number {
  let at = from;
  if (w.kind(at) === Kind.bracketOpen || w.kind(at) === Kind.back || w.kind(at) === Kind.double) {
    for (let next = at + 1; next < at + 6; next++) if (w.kind(next) === Kind.bracketClose || w.kind(next) === w.kind(at)) return next + 1;
    return from;
  }
  if (w.kind(at) !== Kind.word) return from;
  at++;
  while (w.kind(at) === Kind.dot && w.kind(at + 1) === Kind.word && at < from + 8) at += 2;
  return at;
}

/** WAITFOR DELAY '…', WAITFOR TIME '…'. */
export function seeWait(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (!w.is(at + 1, Word.delay) && !w.is(at + 1, Word.time)) return;
  const kind = w.kind(at + 2);
  if (w.isQuote(at + 2) || kind === Kind.variable || kind === Kind.number || kind === Kind.open) sight.tell("delay");
  else if (kind === Kind.end || (kind !== Kind.word && breakBefore(w, at) === Break.quote)) sight.tell("stacked");
}

/** ORDER BY 5--, GROUP BY x HAVING, LIMIT 1,1 PROCEDURE: what finds out about a query without reading anything. */
export function seeProbe(sight: Sight, at: number): void {
  const { window: w } = sight;
  if (!w.is(at + 1, Word.by)) return;
  const broken = breakBefore(w, at);
  let next = at + 2;
  let isNumber = w.kind(next) === Kind.number;
  for (; next < at + 60; next++) {
    const kind = w.kind(next);
    if (kind !== Kind.number && kind !== Kind.comma && (kind !== Kind.word || w.word(next) !== Word.plain) && kind !== Kind.dot) break;
    if (kind !== Kind.number && kind !== Kind.comma) isNumber = false;
  }
  if (next === at + 2) return seeSortedCall(sight, at, broken);
  if (w.is(next, Word.having)) return sight.tell(broken === Break.none ? "hint" : "probe");
  const cut = cutOff(w, next);
  if (isNumber && (cut > 0 ? broken !== Break.none || cut === 2 : broken === Break.quote && w.kind(next) === Kind.end)) return sight.tell("probe");
  if (cut === 2 && broken === Break.quote) return sight.tell("probe");
  if (isNumber && w.kind(next) === Kind.end && w.kind(at - 1) === Kind.end) sight.tell("probe");
  else if (isNumber && w.kind(next) === Kind.end && isBehindNumber(w, at)) sight.tell("probe");
}

/** ORDER BY (CASE …), ORDER BY sleep(1). */
function seeSortedCall(sight: Sight, at: number, broken: number): void {
  const { window: w, expressions } = sight;
  if (w.kind(at + 2) === Kind.open || w.kind(at + 2) === Kind.word) {
    if (expressions.value(at + 2) > 0 && expressions.strength === 3) sight.tell(broken === Break.none ? "call" : "probe");
  }
}
