/**
 * A JSON text without white space between its tokens; members keep their order, numbers and strings the way they are written.
 * `text` is known to be JSON. Linear.
 */
export function compactJson(text: string): string {
  if (!/[ \t\r\n]/.test(text)) return text;
  let compact = "";
  let kept = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      compact += text.slice(kept, at);
      kept = at + 1;
    }
  }
  return compact + text.slice(kept);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The closing quote of the string that opens at `at`. */
function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === QUOTE) return end;
    if (code === BACKSLASH) end++;
  }
  return text.length;
}
