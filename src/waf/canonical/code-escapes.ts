const ESCAPE = /\\(?:u\{0{0,8}([0-9A-Fa-f]{1,6})\}|u{1,4}([0-9A-Fa-f]{4})|[xX]([0-9A-Fa-f]{2})|([0-3][0-7]{2}))/g;

/** Escapes of program texts (`\u0027`, `\u{27}`, `\x27`, `\047`) as the letters they mean; others stay. One round, linear. */
export function withoutCodeEscapes(value: string): string {
  return value.includes("\\") ? value.replaceAll(ESCAPE, meaningOf) : value;
}

function meaningOf(whole: string, braced: string | undefined, four: string | undefined, two: string | undefined, octal: string | undefined): string {
  const code = octal === undefined ? Number.parseInt(braced ?? four ?? two ?? "", 16) : Number.parseInt(octal, 8);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
