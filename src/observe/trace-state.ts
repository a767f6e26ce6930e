const MOST_MEMBERS = 32;
const MOST_CHARACTERS = 512;
const LONG_MEMBER = 128;
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

function isMember(member: string): boolean {
  const equals = member.indexOf("=");
  return equals > 0 && KEY.test(member.slice(0, equals)) && VALUE.test(member.slice(equals + 1));
}

/** Drops long members first, then the oldest (last) ones, until the list fits (section 3.3.1.5). */
function shortened(members: readonly string[]): string[] {
  const kept = [...members];
  const tooLong = (): boolean => kept.join(",").length > MOST_CHARACTERS;
  for (let index = kept.length - 1; index >= 0 && tooLong(); index -= 1) {
    if ((kept[index] as string).length > LONG_MEMBER) kept.splice(index, 1);
  }
  while (tooLong()) kept.pop();
  return kept;
}

/**
 * The `tracestate` to pass on beside a trace that is continued (W3C Trace Context section 3.3): all its headers joined,
 * at most 32 members and 512 characters. Empty where there is none, or where it is malformed, holds a key twice or has
 * too many members. Never call it for a trace that starts anew: the state belongs to the one given up.
 */
export function traceStateOf(values: readonly string[]): string {
  const members = values.flatMap((value) => value.split(",")).map((member) => member.replace(/^[ \t]+|[ \t]+$/g, "")).filter((member) => member !== "");
  if (members.length > MOST_MEMBERS || !members.every(isMember)) return "";
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))));
  return keys.size === members.length ? shortened(members).join(",") : "";
}
