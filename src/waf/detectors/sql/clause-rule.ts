import { Truth } from "./conditions.ts";
import { Break, breakBefore, cutOff, type Sight } from "./sight.ts";
import { Kind } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** INTO OUTFILE, COPY … FROM PROGRAM, LOAD DATA INFILE, PROCEDURE ANALYSE: clauses that reach out of the query. */
export function seeFile(sight: Sight, at: number): void {
  const { window: w } = sight;
  switch (w.word(at)) {
    case Word.into:
      if (w.is(at + 1, Word.outfile)) sight.tell(w.isQuote(at + 2) || w.kind(at + 2) === Kind.open || breakBefore(w, at) === Break.quote || w.kind(at + 3) === Kind.open ? "reach" : "hint");
      else if (w.kind(at + 1) === Kind.variable && breakBefore(w, at) !== Break.none) sight.tell("probe");
      return;
    case Word.load:
      return w.is(at + 1, Word.data) && (w.is(at + 2, Word.outfile) || w.is(at + 3, Word.outfile)) ? sight.tell("reach") : undefined;
    case Word.procedure:
      return w.is(at + 1, Word.analyse) && w.kind(at + 2) === Kind.open ? sight.tell("error-based") : undefined;
    case Word.values:
      return;
    default:
      return seeCopy(sight, at);
  }
}

function seeCopy(sight: Sight, at: number): void {
  const { window: w } = sight;
  for (let next = at + 2; next < at + 24; next++) {
    if (w.kind(next) === Kind.end) return;
    if (!w.is(next, Word.from) && !w.is(next, Word.to)) continue;
    const isQuoted = w.isQuote(next + 1) && breakBefore(w, at) === Break.quote;
    if (isQuoted || (w.is(next + 1, Word.program) && (w.isQuote(next + 2) || cutOff(w, next + 2) > 0))) sight.tell("reach");
    return;
  }
}

/** IF(1=1, …), IIF(…): a condition between constants or with calls, and a comma. */
export function seeIf(sight: Sight, at: number): void {
  const { window: w, conditions } = sight;
  const isCall = w.kind(at + 1) === Kind.open;
  const truth = conditions.read(isCall ? at + 2 : at + 1);
  if (truth === Truth.none) return;
  const broken = breakBefore(w, at);
  if (isCall && w.kind(conditions.end) === Kind.comma) return sight.tell(truth >= Truth.constant || broken === Break.quote ? "tautology" : "hint");
  const next = w.word(conditions.end);
  const isStatement = w.kind(conditions.end) === Kind.word && (next === Word.select || next === Word.exec || next === Word.drop || next === Word.waitfor);
  if (isStatement && truth >= Truth.constant) return sight.tell("condition");
  if (truth >= Truth.constant) sight.tell(truth === Truth.sure || broken === Break.quote ? "condition" : "hint");
}
