const [HASH, SEMICOLON] = [0x23, 0x3b];
const LONGEST_NAME = 8;
/** Those that browsers take without a semicolon, and then also before further letters. */
const BARE = ["lt", "gt", "amp", "quot", "nbsp"] as const;
const NAMED: Readonly<Record<string, string>> = {
  lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " ", tab: "\t", newline: "\n", colon: ":", semi: ";", comma: ",", period: ".",
  sol: "/", bsol: "\\", equals: "=", excl: "!", quest: "?", num: "#", dollar: "$", percnt: "%", ast: "*", midast: "*", plus: "+", commat: "@", lowbar: "_", hat: "^", grave: "`",
  lpar: "(", rpar: ")", lsqb: "[", lbrack: "[", rsqb: "]", rbrack: "]", lcub: "{", lbrace: "{", rcub: "}", rbrace: "}", verbar: "|", vert: "|",
};

/** Names that are known, in small letters. */
export const ENTITY_NAMES: readonly string[] = [...BARE, ...Object.keys(NAMED)];

/** References of HTML and XML as the letters they mean, with or without a semicolon; others stay. One round, linear. */
export function withoutEntities(value: string): string {
  let at = value.indexOf("&");
  if (at < 0) return value;
  let plain = "";
  let kept = 0;
  for (; at >= 0; at = value.indexOf("&", at + 1)) {
    const end = value.charCodeAt(at + 1) === HASH ? digitsEnd(value, at + 2) : lettersEnd(value, at + 1);
    const letter = value.charCodeAt(at + 1) === HASH ? numbered(value.slice(at + 2, end)) : named(value, at + 1, end);
    if (letter === null) continue;
    plain += value.slice(kept, at) + letter.text;
    const behind = letter.end ?? end;
    kept = value.charCodeAt(behind) === SEMICOLON ? behind + 1 : behind;
  }
  return kept === 0 ? value : plain + value.slice(kept);
}

interface Meaning {
  readonly text: string;
  /** Where its name ends, if that is before the last letter. */
  readonly end?: number;
}

/** A reference by number, `x27` or `39`. */
function numbered(digits: string): Meaning | null {
  const hasMark = digits.startsWith("x") || digits.startsWith("X");
  const code = hasMark ? Number.parseInt(digits.slice(1), 16) : Number(digits === "" ? "none" : digits);
  return code <= 0x10ffff ? { text: String.fromCodePoint(code) } : null;
}

function named(value: string, start: number, end: number): Meaning | null {
  const name = value.slice(start, end).toLowerCase();
  if (value.charCodeAt(end) === SEMICOLON && Object.hasOwn(NAMED, name)) return { text: NAMED[name] ?? "" };
  const bare = BARE.find((bare) => name.startsWith(bare));
  return bare === undefined ? null : { text: NAMED[bare] ?? "", end: start + bare.length };
}

function lettersEnd(value: string, start: number): number {
  let end = start;
  while (end < start + LONGEST_NAME && isBetween(value.charCodeAt(end) | 0x20, 0x61, 0x7a)) end++;
  return end;
}

function digitsEnd(value: string, start: number): number {
  const isDigit = (value.charCodeAt(start) | 0x20) === 0x78 ? isHexadecimal : isDecimal;
  let end = isDigit === isHexadecimal ? start + 1 : start;
  while (isDigit(value.charCodeAt(end))) end++;
  return end;
}

function isDecimal(code: number): boolean {
  return isBetween(code, 0x30, 0x39);
}

function isHexadecimal(code: number): boolean {
  return isDecimal(code) || isBetween(code | 0x20, 0x61, 0x66);
}

function isBetween(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}
