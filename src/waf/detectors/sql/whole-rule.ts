import { Strength } from "./expressions.ts";
import { cutOff, type Sight } from "./sight.ts";
import { Kind } from "./tokens.ts";
import { Word } from "./vocabulary.ts";

/** So many values are followed. */
const MOST_VALUES = 8;

/** From the first token: is the whole value an expression of SQL, with the rest of the query commented away? `(@a or 'b') --` */
export function seeWhole(sight: Sight, first: number): void {
  const { window: w, expressions } = sight;
  let at = first;
  let isTold = false;
  let isJoined = false;
  for (let count = 0; count < MOST_VALUES; count++) {
    const end = expressions.value(at);
    if (end < 0) return;
    if (expressions.strength === Strength.sure) isJoined = true;
    if (expressions.strength === Strength.sure || expressions.isString || w.kind(end - 1) === Kind.variable) isTold = true;
    if (w.is(end, Word.or) || w.is(end, Word.and) || w.is(end, Word.xor) || w.is(end, Word.in) || w.isSymbol(end, 42)) isJoined = true;
    else if (w.kind(end) !== Kind.sum && w.kind(end) !== Kind.compare) {
      if (isTold && isJoined && cutOff(w, end) === 2) sight.tell("condition");
      return;
    }
    at = end + 1;
  }
}
