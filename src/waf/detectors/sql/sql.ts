import type { Detector } from "../detector.ts";
import { seeCall } from "./call-rule.ts";
import { seeFile, seeIf } from "./clause-rule.ts";
import { isCall } from "./expressions.ts";
import { seeLogic } from "./logic-rule.ts";
import { SQL_MARKS, type SqlMark } from "./marks.ts";
import { seeCast, seeCatalogue, seeDisguise, seeNumber, seeSystem, seeVariable } from "./name-rule.ts";
import { seeQuote } from "./quote-rule.ts";
import { type Reading, Scanner } from "./scanner.ts";
import { seeSelect, seeUnion } from "./select-rule.ts";
import { createSight, type Sight } from "./sight.ts";
import { seeProbe, seeStatement, seeWait } from "./statement-rule.ts";
import { mayHoldSql } from "./suspicion.ts";
import { AHEAD, Kind } from "./tokens.ts";
import { Word } from "./vocabulary.ts";
import { seeWhole } from "./whole-rule.ts";

const PLAIN: Reading = { lines: false, comments: false, plus: false };

/** The rules may read so many tokens for each character, beside the tokens themselves; texts and attacks stay below one. */
const MOST_STEPS = 8;

type Rule = (sight: Sight, at: number) => void;

/** The rule for each meaning of a word that has one. */
const RULES: readonly (Rule | undefined)[] = rules();

/**
 * Sees SQL of any dialect in a value, wherever the value would stand in a query: as a number, or inside a string or name in
 * quotes, in brackets or not. It cuts the value into tokens once, quotes being tokens like others, and looks from each
 * operator and each telling word whether what stands around it is SQL. So no quote, comment or text before an attack hides it.
 */
export function createSqlDetector(): Detector {
  const sight = createSight();
  const scanner = new Scanner(sight.window);
  let seen = 0;
  let listener: (mark: string) => void = () => undefined;

  sight.tell = (mark: SqlMark) => {
    const bit = 1 << MARKS.indexOf(mark);
    if ((seen & bit) !== 0) return;
    seen |= bit;
    listener(mark);
  };

  function read(value: string, reading: Reading): void {
    const { window } = sight;
    window.begin(value);
    scanner.begin(value, reading);
    for (let at = 0; ; at = window.shift(at)) {
      scanner.fill();
      const end = scanner.isDone ? window.count : window.count - AHEAD;
      for (; at < end && sight.expressions.budget > 0; at++) seeToken(sight, at);
      if (sight.expressions.budget <= 0) return sight.tell("exhausting");
      if (scanner.isDone && at >= window.count) return;
    }
  }

  return {
    name: "sql",
    marks: SQL_MARKS,
    look(value, found) {
      if (!mayHoldSql(value)) return;
      seen = 0;
      listener = found;
      sight.expressions.budget = 5000 + value.length * MOST_STEPS;
      read(value, PLAIN);
      const other = otherReading(value);
      if (other !== null) read(value, other);
      sight.window.begin("");
    },
  };
}

const MARKS = Object.keys(SQL_MARKS);

/** Another way to read the value, where there is one: see `Reading`. */
function otherReading(value: string): Reading | null {
  const lines = value.includes("\n") && (value.includes("#") || value.includes("--"));
  const comments = value.includes("/*") && value.includes("*/");
  const plus = value.includes("+") && !value.includes(" ");
  return lines || comments || plus ? { lines, comments, plus } : null;
}

function seeToken(sight: Sight, at: number): void {
  const { window: w } = sight;
  const kind = w.kind(at);
  if (w.kind(at - 1) === Kind.end) seeWhole(sight, at);
  if (kind === Kind.word) {
    const word = w.word(at);
    if (word === Word.plain) return;
    RULES[word]?.(sight, at);
    if (word <= Word.having) seeDisguise(sight, at);
  } else if (kind >= Kind.single && kind <= Kind.back) seeQuote(sight, at);
  else if (kind === Kind.logic) seeLogic(sight, at);
  else if (kind === Kind.variable) seeVariable(sight, at);
  else if (kind === Kind.colon) seeCast(sight, at);
  else if (kind === Kind.number) seeNumber(sight, at);
}

function rules(): (Rule | undefined)[] {
  const table: (Rule | undefined)[] = Array.from({ length: Word.on + 2 });
  for (const word of [Word.or, Word.and, Word.xor, Word.where, Word.having, Word.when]) table[word] = seeLogic;
  for (const word of [Word.insert, Word.update, Word.delete, Word.drop, Word.create, Word.exec, Word.declare, Word.shutdown, Word.grant, Word.set]) table[word] = seeStatement;
  for (const word of [Word.into, Word.copy, Word.load, Word.procedure, Word.values]) table[word] = seeFile;
  for (const word of [Word.order, Word.group]) table[word] = seeProbe;
  for (let word: number = Word.select; word <= Word.character; word++) if (isCall(word)) table[word] = seeCall;
  table[Word.if] = seeIf;
  table[Word.select] = seeSelect;
  table[Word.union] = seeUnion;
  table[Word.waitfor] = seeWait;
  table[Word.catalogue] = seeCatalogue;
  table[Word.system] = seeSystem;
  return table;
}
