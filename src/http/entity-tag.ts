/*
 * Entity tags (RFC 9110 section 8.8.3). Platforms send odd ones, without quotes or with a small `w/`: those are compared
 * as they stand.
 */

/** Whether two tags name the same representation, or one that will do in its place (section 8.8.3.2). */
export function weaklyEqual(a: string, b: string): boolean {
  return opaque(a) === opaque(b);
}

/** Whether two tags name the same bytes (section 8.8.3.2). Tags that are weak or have no quotes promise no such thing. */
export function stronglyEqual(a: string, b: string): boolean {
  return a === b && a.length >= 2 && a.startsWith('"') && a.endsWith('"');
}

/** The tag for a representation with the same meaning and other bytes, such as an encoded one. */
export function weakened(tag: string): string {
  return tag.startsWith("W/") ? tag : `W/${tag}`;
}

/**
 * Whether an If-None-Match names `tag`, by weak comparison (section 13.1.2); `*` names any, also a representation without
 * a tag (null). Several fields are handed in joined by commas. Linear time.
 */
export function matchesAny(field: string, tag: string | null): boolean {
  if (field.trim() === "*") return true;
  if (tag === null) return false;
  for (let at = 0; at < field.length; ) {
    const end = memberEnd(field, at);
    const member = field.slice(at, end).trim();
    if (member !== "" && weaklyEqual(member, tag)) return true;
    at = end + 1;
  }
  return false;
}

function opaque(tag: string): string {
  return tag.startsWith("W/") ? tag.slice(2) : tag;
}

/** Where the member that begins at `start` ends: at a comma that no quotes enclose, or at the end of the field. */
function memberEnd(field: string, start: number): number {
  let at = start;
  while (field[at] === " " || field[at] === "\t") at++;
  if (field.startsWith("W/", at)) at += 2;
  if (field[at] === '"') {
    const closing = field.indexOf('"', at + 1);
    if (closing < 0) return field.length;
    at = closing + 1;
  }
  const comma = field.indexOf(",", at);
  return comma < 0 ? field.length : comma;
}
