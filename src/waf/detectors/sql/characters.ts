import { Kind } from "./tokens.ts";
import { wordAt } from "./vocabulary.ts";

/** Classes of characters. */
export const SPACE = 1;
/** A part of a word. */
export const LETTER = 2;
/** 0 to 9. */
export const DIGIT = 3;
/** A mark that more than one kind of token begins with. */
export const MARK = 4;

/** Of each character of ASCII: white space, letter, digit, or a mark with a meaning of its own; 0 is anything else. */
export const CLASS = new Uint8Array(128);
/** The kind of a token that is one character long. */
export const SINGLE = new Uint8Array(128);
for (let code = 0; code <= 32; code++) CLASS[code] = SPACE;
for (const letter of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$") CLASS[letter.charCodeAt(0)] = LETTER;
for (const digit of "0123456789") CLASS[digit.charCodeAt(0)] = DIGIT;
for (const mark of "-/#<>=!&|@.:~\\?") CLASS[mark.charCodeAt(0)] = MARK;
for (const [mark, kind] of [
  ["'", Kind.single],
  ['"', Kind.double],
  ["`", Kind.back],
  ["(", Kind.open],
  [")", Kind.close],
  [",", Kind.comma],
  [";", Kind.semicolon],
  ["[", Kind.bracketOpen],
  ["]", Kind.bracketClose],
  ["{", Kind.braceOpen],
  ["}", Kind.braceClose],
  ["+", Kind.sum],
  ["*", Kind.sum],
  ["%", Kind.sum],
  ["^", Kind.sum],
] as const) {
  SINGLE[mark.charCodeAt(0)] = kind;
}

/** White space and control characters. */
export function isSpace(code: number): boolean {
  return code <= 32;
}

/** 0 to 9. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** <, = or >. */
export function isComparing(code: number): boolean {
  return code >= 60 && code <= 62;
}

/** Letters, digits, `_` and `$`. */
export function isWordPart(code: number): boolean {
  return code < 128 ? CLASS[code] === LETTER || CLASS[code] === DIGIT : code > 127 && foreign(code) === LETTER;
}

/** Where the word that goes on at `from` ends. */
export function wordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isWordPart(text.charCodeAt(end))) end++;
  return end;
}

/** Where the digits from `from` on end. */
export function digitsEnd(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** The same, hexadecimal. */
export function hexEnd(text: string, from: number): number {
  let end = from;
  for (;;) {
    const code = text.charCodeAt(end) | 32;
    if (!isDigit(text.charCodeAt(end)) && !(code >= 97 && code <= 102)) return end;
    end++;
  }
}

/** Oracle's 1d and 1f, where a word of SQL follows without a blank: `1DUNION`. */
export function suffixEnd(text: string, from: number): number {
  const code = text.charCodeAt(from) | 32;
  if (code !== 100 && code !== 102) return from;
  const end = wordEnd(text, from + 1);
  return end > from + 1 && end < from + 12 && wordAt(text, from, end) === 0 && wordAt(text, from + 1, end) !== 0 ? from + 1 : from;
}

/** Behind `e10`, `e-3`, or a lone `e` that no letter follows, which MySQL takes as well. */
export function exponentEnd(text: string, from: number): number {
  if ((text.charCodeAt(from) | 32) !== 101) return from;
  const sign = text.charCodeAt(from + 1);
  const digits = digitsEnd(text, sign === 43 || sign === 45 ? from + 2 : from + 1);
  if (digits > from + 1 && isDigit(text.charCodeAt(digits - 1))) return digits;
  return text.charCodeAt(from - 1) === 46 && !isWordPart(sign) ? from + 1 : from;
}

/** Where the dashes end. */
export function dashesEnd(text: string, from: number): number {
  let end = from;
  while (text.charCodeAt(end) === 45) end++;
  return end;
}

/** Where the next quote stands; the length of the text where none does. */
export function quoteFrom(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 39 || code === 34 || code === 96) break;
  }
  return at;
}

/** Letters of any script are letters; blanks of any width are blanks; what passes for a quote is a mark. */
export function foreign(code: number): number {
  if (code === 0xa0 || code === 0x3000 || code === 0xfeff || (code >= 0x2000 && code <= 0x200d)) return SPACE;
  return foreignQuote(code) === 0 && !(code >= 0x2010 && code <= 0x2015) ? LETTER : 0;
}

/** An accent alone, or a typographic quote that is no apostrophe within a word. */
export function isMarkOfQuote(text: string, code: number, at: number): boolean {
  if (code !== 0x2019) return code === 0xb4;
  return !(isWordPart(text.charCodeAt(at - 1)) && !isDigit(text.charCodeAt(at - 1)) && isWordPart(text.charCodeAt(at + 1)));
}

/** Characters that a conversion to a narrow character set turns into quotes. */
export function foreignQuote(code: number): number {
  if (code === 0x2018 || code === 0x2032 || code === 0x2bc) return Kind.single;
  return code === 0x201c || code === 0x201d || code === 0x2033 ? Kind.double : 0;
}
