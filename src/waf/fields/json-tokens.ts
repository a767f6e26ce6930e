const [MINUS, PLUS, DOT, ZERO, NINE] = [0x2d, 0x2b, 0x2e, 0x30, 0x39];
const SIMPLE: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const FOUR_DIGITS = /^[0-9A-Fa-f]{4}$/;

/** What a string between its quotes means. Escapes that JSON does not have stand for the letter after the backslash; then it is not sound. */
export function plainJsonString(raw: string, tryFast: boolean): { readonly text: string; readonly sound: boolean } {
  // The fast way throws at what is not JSON, which costs too much to meet it more than once in a text.
  if (tryFast) {
    try {
      return { text: JSON.parse(`"${raw}"`) as string, sound: true };
    } catch {
      return { text: lenient(raw), sound: false };
    }
  }
  return { text: lenient(raw), sound: true };
}

function lenient(raw: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = raw.indexOf("\\"); at >= 0 && at + 1 < raw.length; at = raw.indexOf("\\", from)) {
    pieces.push(raw.slice(from, at));
    const letter = raw[at + 1] as string;
    const digits = letter === "u" ? raw.slice(at + 2, at + 6) : "";
    const isUnit = FOUR_DIGITS.test(digits);
    pieces.push(isUnit ? String.fromCharCode(Number.parseInt(digits, 16)) : (SIMPLE[letter] ?? letter));
    from = at + (isUnit ? 6 : 2);
  }
  pieces.push(raw.slice(from));
  return pieces.join("");
}

/** Where the number, `true`, `false` or `null` that begins at `at` ends; -1 where none stands there. */
export function jsonWordEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const end = code === MINUS || isDigit(code) ? numberEnd(text, at) : text.startsWith("true", at) || text.startsWith("null", at) ? at + 4 : text.startsWith("false", at) ? at + 5 : -1;
  return end >= 0 && endsHere(text, end) ? end : -1;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function endsHere(text: string, at: number): boolean {
  if (at === text.length) return true;
  const code = text.charCodeAt(at);
  return code === 0x2c || code === 0x5d || code === 0x7d || code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function numberEnd(text: string, start: number): number {
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start;
  let end = digitsEnd(text, first);
  if (end === first || (text.charCodeAt(first) === ZERO && end > first + 1)) return -1;
  if (text.charCodeAt(end) === DOT) {
    const fraction = end + 1;
    end = digitsEnd(text, fraction);
    if (end === fraction) return -1;
  }
  return (text.charCodeAt(end) | 0x20) === 0x65 ? exponentEnd(text, end + 1) : end;
}

function exponentEnd(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  const first = sign === PLUS || sign === MINUS ? at + 1 : at;
  const end = digitsEnd(text, first);
  return end === first ? -1 : end;
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}
