/** Longest name that is read, in UTF-16 units. */
const MAX_NAME = 1024;

const START = 1;
const LATER = 2;
const ASCII = new Uint8Array(128);
for (const letter of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz:")) ASCII[letter] = START;
for (const letter of Buffer.from("-.0123456789")) ASCII[letter] = LATER;

// Beyond ASCII: NameStartChar and NameChar of XML 1.0, section 2.3.
const STARTS = "\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}";
const WIDE_START = new RegExp(`^[${STARTS}]`, "u");
const WIDE_LATER = new RegExp(`^[${STARTS}\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]`, "u");

/** Where the name that begins at `at` ends: `at` itself where none begins there, -1 where it is too long. */
export function nameEnd(text: string, at: number): number {
  const limit = Math.min(text.length, at + MAX_NAME + 1);
  let end = at;
  for (; end < limit; end++) {
    const code = text.charCodeAt(end);
    const kind = ASCII[code];
    if (kind === START || (kind === LATER && end > at)) continue;
    if (kind !== undefined) break;
    const length = wideLength(text, end, end > at ? WIDE_LATER : WIDE_START);
    if (length === 0) break;
    end += length - 1;
  }
  return end - at > MAX_NAME ? -1 : end;
}

function wideLength(text: string, at: number, wanted: RegExp): number {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return wanted.test(character) ? character.length : 0;
}

/** Whether a text is a name without a colon (NCName). */
export function isLocalName(text: string): boolean {
  return text !== "" && !text.includes(":") && nameEnd(text, 0) === text.length;
}

/** Splits a qualified name: the prefix is empty where there is none. Null where it is not one. */
export function splitName(name: string): { readonly prefix: string; readonly local: string } | null {
  const colon = name.indexOf(":");
  if (colon < 0) return { prefix: "", local: name };
  const prefix = name.slice(0, colon);
  const local = name.slice(colon + 1);
  return prefix !== "" && isLocalName(local) ? { prefix, local } : null;
}
