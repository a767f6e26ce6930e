import { wordEnd } from "./characters.ts";
import { wordAt } from "./vocabulary.ts";

/** Of each character of ASCII: 1 where no value without one of them is SQL, 2 where a word of SQL may begin. */
const CLASS = new Uint8Array(128);
for (const mark of "'\"`()=<>;#@|&*!_\\") CLASS[mark.charCodeAt(0)] = 1;
for (const letter of "uswdxeioha") {
  CLASS[letter.charCodeAt(0)] = 2;
  CLASS[letter.toUpperCase().charCodeAt(0)] = 2;
}

/** The first letters of the words with which SQL comes without any sign. */
export const FIRST_LETTERS: readonly string[] = ["uni", "sel", "wai", "dro", "del", "dec", "exe", "ins", "ord", "hav", "int", "shu", "upd", "exc", "xp_", "or ", "and", "or\t", "or\n", "whe", "xor"];
const FIRST: ReadonlySet<number> = new Set(FIRST_LETTERS.map((text) => pack(text, 0)));

/** Whether a value may hold SQL at all: one cheap pass, so that a text of plain words costs next to nothing. */
export function mayHoldSql(value: string): boolean {
  let before = 0;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 128) {
      const group = CLASS[code] as number;
      if (group === 1) return true;
      if (group === 2 && before !== 2 && FIRST.has(pack(value, at)) && wordAt(value, at, wordEnd(value, at)) !== 0) return true;
      // A comment, or a cast of PostgreSQL.
      if ((code === 45 || code === 58) && value.charCodeAt(at + 1) === code) return true;
      before = isLetter(code) ? 2 : 0;
    } else if (isForeignQuote(code)) return true;
    else before = 0;
  }
  return false;
}

function pack(text: string, at: number): number {
  return (((text.charCodeAt(at) | 32) << 16) | ((text.charCodeAt(at + 1) | 32) << 8) | (text.charCodeAt(at + 2) | 32)) >>> 0;
}

function isLetter(code: number): boolean {
  const small = code | 32;
  return small >= 97 && small <= 122;
}

function isForeignQuote(code: number): boolean {
  return code === 0x2018 || code === 0x2032 || code === 0x2bc || code === 0x201c || code === 0x201d || code === 0x2033;
}
