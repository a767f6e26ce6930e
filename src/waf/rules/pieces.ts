/*
 * Long values are looked at in pieces, so that one look never takes long and the process can turn to others in between.
 */

const PIECE = 16_384;
/** Pieces share so much with the one before: what reaches over more than this and over a cut is not seen. */
const OVERLAP = 2048;
/** More white space than this, or a longer comment, says nothing and would only keep apart what belongs together. */
const MOST_BLANKS = 32;
const MOST_COMMENT = 256;
const BLANKS = new RegExp(`\\s{${MOST_BLANKS + 1},}`, "g");
/** A plain word where the value goes on: no piece may pass for the beginning or end of a value. It is a letter of a script without cases, so that no word of a rule is in it. */
const GOES_ON = "\u7eed";
/** A piece with what stands around it. */
const LONGEST = PIECE + 4;

/** Is a value to be cut? No piece is. */
export function isLong(value: string): boolean {
  return value.length > LONGEST;
}

/** A long value as it is cut: without long white space and long comments. Linear; what is gone says nothing to any reader of it. */
export function squeezed(value: string): string {
  return withShortComments(value).replaceAll(BLANKS, (run) => run.slice(0, MOST_BLANKS));
}

/** The piece of a squeezed value that begins at `from`. */
export function pieceAt(value: string, from: number): string {
  const isLast = from + PIECE >= value.length;
  return `${from === 0 ? "" : `${GOES_ON} `}${value.slice(from, from + PIECE)}${isLast ? "" : ` ${GOES_ON}`}`;
}

/** Where the piece behind that one begins: with a word where it can. The value's length: it was the last. */
export function nextPiece(value: string, from: number): number {
  if (from + PIECE >= value.length) return value.length;
  const latest = from + PIECE - OVERLAP;
  const blank = value.lastIndexOf(" ", latest);
  return blank > latest - OVERLAP ? blank : latest;
}

function withShortComments(value: string): string {
  const pieces: string[] = [];
  let kept = 0;
  for (let at = value.indexOf("/*"); at >= 0; at = value.indexOf("/*", at)) {
    const end = value.indexOf("*/", at + 2);
    if (end < 0) break;
    // MySQL reads what stands in a comment that begins with a sign of exclamation.
    if (end - at > MOST_COMMENT && value[at + 2] !== "!") {
      pieces.push(value.slice(kept, at + 2));
      kept = end;
    }
    at = end + 2;
  }
  return kept === 0 ? value : pieces.join("") + value.slice(kept);
}
