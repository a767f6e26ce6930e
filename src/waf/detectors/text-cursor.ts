/** The place of the first character from `from` on that is no blank; at most 16 blanks are passed over. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < from + 16 && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The same, backwards: the place behind the last character before `from` that is no blank. */
export function skipBlanksBack(text: string, from: number): number {
  let at = from;
  while (at > from - 16 && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

/** The end of the name that begins at `from`: letters, digits, `_`, and `-` within; at most 64 characters. */
export function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < from + 64 && isNamePart(text.charCodeAt(at))) at++;
  while (at > from && text.charCodeAt(at - 1) === 45) at--;
  return at;
}

/** Whether a character belongs to a name. */
export function isNamePart(code: number): boolean {
  const small = code | 32;
  return (small >= 97 && small <= 122) || (code >= 48 && code <= 57) || code === 95 || code === 45 || code > 0xbf;
}

/** Whether a character is a quote of a query language. */
export function isQuote(code: number): boolean {
  return code === 39 || code === 34 || code === 96;
}

function isBlank(code: number): boolean {
  return code <= 32 || code === 0xa0;
}
