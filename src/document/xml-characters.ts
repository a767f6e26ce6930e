const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** The longest reference, `&#x10FFFF;` with zeros before it; what is longer is refused unread. */
const MAX_REFERENCE = 32;

const FOREIGN = /[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Whether all characters are such as XML allows (XML 1.0, section 2.2). */
export function areXmlCharacters(text: string): boolean {
  return !FOREIGN.test(text) && text.isWellFormed();
}

/**
 * Character data with its references resolved: the five predefined ones and numbers. Null where `&` begins anything else, such
 * as an entity that only a DTD could define. Linear.
 */
export function resolveReferences(text: string): string | null {
  let from = text.indexOf("&");
  if (from < 0) return text;
  let resolved = text.slice(0, from);
  while (from >= 0) {
    const end = text.indexOf(";", from);
    const meaning = end < 0 || end - from > MAX_REFERENCE ? null : meaningOf(text.slice(from + 1, end));
    if (meaning === null) return null;
    const next = text.indexOf("&", end);
    resolved += meaning + text.slice(end + 1, next < 0 ? text.length : next);
    from = next;
  }
  return resolved;
}

function meaningOf(name: string): string | null {
  if (!name.startsWith("#")) return PREDEFINED.get(name) ?? null;
  const [, hexadecimal, decimal] = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name) ?? [];
  if (hexadecimal === undefined && decimal === undefined) return null;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
  const character = String.fromCodePoint(code);
  return FOREIGN.test(character) ? null : character;
}

/** Line ends as one line feed each, as XML hands them on (XML 1.0, section 2.11). */
export function normalLineEnds(text: string): string {
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}

/** White space and nothing else. */
export function isBlank(text: string): boolean {
  return !/[^ \t\r\n]/.test(text);
}
