import { jsonStringEnd } from "./json-walk.ts";

const [QUOTE, COMMA] = [0x22, 0x2c];

/** The elements of a JSON list as they are written, without white space around them. `list` is known to be one. Linear. */
export function jsonItems(list: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 0; at < list.length; at++) {
    const code = list.charCodeAt(at);
    if (code === QUOTE) at = jsonStringEnd(list, at);
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    else if (code === COMMA && depth === 1) {
      items.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = list.slice(start, list.lastIndexOf("]")).trim();
  return last === "" ? items : [...items, last];
}
