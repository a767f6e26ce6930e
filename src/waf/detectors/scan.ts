/** Is it a letter of ASCII, a digit, `_`: what names are made of? `$` is none, so that `$_GET` is read as `_GET`. */
export function isNameCharacter(code: number): boolean {
  return code < 128 && NAME_CHARACTERS[code] === 1;
}

const NAME_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => (/[A-Za-z0-9_]/.test(String.fromCharCode(code)) ? 1 : 0));

/** A blank, a tab, a line end or another control character. */
export function isBlank(code: number): boolean {
  return code <= 32 || code === 0xa0;
}

/** At most so many blanks are passed over in one place: longer runs are looked at again by nobody, and nothing takes long. */
const MOST_BLANKS = 64;

/** The place of the first character from `from` that is no blank. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && at - from < MOST_BLANKS && isBlank(text.charCodeAt(at))) at++;
  return at;
}
