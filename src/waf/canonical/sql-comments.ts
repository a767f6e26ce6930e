/**
 * A text with SQL's comments opened: `/*…*\/` is white space, and what stands in `/*!50000 … *\/` is read by MySQL. A comment
 * without an end stays. Linear.
 */
export function withOpenComments(value: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = value.indexOf("/*"); at >= 0; at = value.indexOf("/*", from)) {
    const end = value.indexOf("*/", at + 2);
    const isRead = value[at + 2] === "!" || value.startsWith("M!", at + 2);
    if (end < 0 && !isRead) break;
    pieces.push(value.slice(from, at), " ");
    const start = isRead ? versionEnd(value, value.indexOf("!", at) + 1) : at;
    if (isRead) pieces.push(value.slice(start, end < 0 ? undefined : end), " ");
    from = end < 0 ? value.length : end + 2;
  }
  return pieces.join("") + value.slice(from);
}

/** Behind the number of the version from which on it is read. */
function versionEnd(value: string, start: number): number {
  let end = start;
  for (let code = value.charCodeAt(end); code >= 0x30 && code <= 0x39 && end < start + 6; ) code = value.charCodeAt(++end);
  return end;
}
