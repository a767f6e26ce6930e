/*
 * Ways through a text that is known to be JSON.
 */

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** What ends a number or a word. */
const BARE_ENDS = /[,\]}\s]/g;

/** The first place from `at` on that is no white space. */
export function skipJsonSpace(text: string, at: number): number {
  let next = at;
  for (let code = text.charCodeAt(next); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) code = text.charCodeAt(++next);
  return next;
}

/** The closing quote of the string that opens at `at`. */
export function jsonStringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text.charCodeAt(quote - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote;
  }
  return text.length;
}

/** Where the value that begins at `at` has ended. */
export function jsonValueEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return jsonStringEnd(text, at) + 1;
  if (first !== OPEN_LIST && first !== OPEN_OBJECT) return bareEnd(text, at);
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const code = text.charCodeAt(next);
    if (code === QUOTE) next = jsonStringEnd(text, next);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth++;
    else if ((code === CLOSE_LIST || code === CLOSE_OBJECT) && --depth === 0) return next + 1;
  }
  return text.length;
}

function bareEnd(text: string, at: number): number {
  BARE_ENDS.lastIndex = at;
  return BARE_ENDS.exec(text)?.index ?? text.length;
}
