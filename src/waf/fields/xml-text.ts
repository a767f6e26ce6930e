import { normalLineEnds, resolveReferences } from "../../document/xml-characters.ts";

const REFERENCE = /&(?:#[xX]([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|(amp|lt|gt|quot|apos));/g;
const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Character data with its references resolved. Those that XML does not know stay as they are; then it is not sound. */
export function plainXmlText(raw: string): { readonly text: string; readonly sound: boolean } {
  const normal = normalLineEnds(raw);
  const strict = resolveReferences(normal);
  if (strict !== null) return { text: strict, sound: true };
  return { text: normal.replaceAll(REFERENCE, (whole: string, hexadecimal?: string, decimal?: string, name?: string) => meaningOf(whole, hexadecimal, decimal, name)), sound: false };
}

function meaningOf(whole: string, hexadecimal?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return PREDEFINED[name] ?? whole;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
