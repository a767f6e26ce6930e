import { sameName } from "./headers.ts";
import type { Headers } from "./message.ts";

const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MOST_NAMES = 32;

/**
 * The fields that an answer's `Vary` lines name: lower case, sorted, each once. `"*"` where no later request can be
 * known to match: a member is `*` or no field name at all, or more than 32 fields are named.
 */
export function varyNames(values: readonly string[]): readonly string[] | "*" {
  const names = new Set<string>();
  for (const value of values) {
    for (const member of value.split(",")) {
      const name = trimmed(member);
      if (name === "") continue;
      if (name === "*" || !FIELD_NAME.test(name)) return "*";
      names.add(name.toLowerCase());
      if (names.size > MOST_NAMES) return "*";
    }
  }
  return [...names].toSorted(byText);
}

/**
 * Fields that are no lists by their definition: a comma, and the space beside it, is part of what they say (a cookie, a
 * date, the comment of a User-Agent). They are compared as they came. The line break cannot stand in a value.
 */
const VERBATIM: ReadonlySet<string> = new Set([
  "authorization", "proxy-authorization", "cookie", "user-agent", "referer", "from", "host", "origin", "content-type",
  "date", "if-modified-since", "if-unmodified-since", "if-range",
]);

/**
 * What a request says in the field `name` (lower case), in the form in which two requests are compared when an answer
 * varies by it (RFC 9111 section 4.1); null where it says nothing, which is not the same as an empty value.
 */
export function selectingValue(headers: Headers, name: string): string | null {
  const value = combined(headers, name, VERBATIM.has(name) ? "\n" : ",");
  if (value === null || VERBATIM.has(name)) return value;
  const members = listMembers(value);
  if (name === "accept-encoding") return acceptedCodings(members) ?? members.join(",");
  if (name === "accept-language") return weighedLanguages(members) ?? members.join(",");
  return members.join(",");
}

/** Safe for lists: any relay on the way may put several lines into one, in order (RFC 9110 section 5.3). */
function combined(headers: Headers, name: string, separator: string): string | null {
  let value: string | null = null;
  for (let i = 0; i < headers.length; i += 2) {
    if (!sameName(headers[i] as string, name)) continue;
    value = value === null ? (headers[i + 1] as string) : `${value}${separator}${headers[i + 1] as string}`;
  }
  return value;
}

/**
 * The members without the space around them. Safe: the grammar of lists allows any space beside a comma and gives it no
 * meaning (RFC 9110 section 5.6.1). Inside quotes it has one, so there nothing is touched. Empty members stay: that the
 * field is a list is known of some fields only.
 */
function listMembers(text: string): string[] {
  if (!text.includes('"')) return text.split(",").map(trimmed);
  const members: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === "\\") i += 1;
    else if (!quoted && character === ",") {
      members.push(trimmed(text.slice(start, i)));
      start = i + 1;
    }
  }
  members.push(trimmed(text.slice(start)));
  return members;
}

const WEIGHT = "(?:[ \\t]*;[ \\t]*q=(0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?))?$";
const LANGUAGE = new RegExp(`^(\\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)${WEIGHT}`, "i");
const CODING = new RegExp(`^([!#$%&'*+\\-.^_\`|~0-9a-z]+)${WEIGHT}`, "i");

/**
 * What each name weighs, names in lower case; null where a member breaks the grammar or one name has two weights. Then
 * the caller compares the text as it came: what a server makes of it is anybody's guess. No text of that sort equals a
 * normal form, because each normal form keeps the grammar. Empty members count for nothing (RFC 9110 section 5.6.1.2).
 */
function weights(members: readonly string[], grammar: RegExp): ReadonlyMap<string, number> | null {
  const weighed = new Map<string, number>();
  for (const member of members) {
    if (member === "") continue;
    const match = grammar.exec(member);
    if (match === null) return null;
    const name = (match[1] as string).toLowerCase();
    const weight = Number(match[2] ?? 1);
    if ((weighed.get(name) ?? weight) !== weight) return null;
    weighed.set(name, weight);
  }
  return weighed;
}

/**
 * Languages from the most wanted to the least, those of equal weight by name. Safe: tags know no case (RFC 5646 section
 * 2.1.1), `q=1` is what stands there unsaid, and the order of equally weighted languages cannot be relied upon (RFC 9110
 * section 12.5.4), so either answer is one the client finds equally good. Weights stay: they decide between languages.
 */
function weighedLanguages(members: readonly string[]): string | null {
  const weighed = weights(members, LANGUAGE);
  if (weighed === null) return null;
  return [...weighed]
    .toSorted(([a, heavy], [b, light]) => light - heavy || byText(a, b))
    .map(([name, weight]) => (weight === 1 ? name : `${name};q=${weight}`))
    .join(",");
}

/**
 * The codings that the client takes. Safe without weights: they say which of several decodable forms is liked best, and
 * any of them carries the same content. What is refused stays where it makes a difference: beside a `*`, which would
 * take it otherwise, and for `identity`, which is taken unless it is refused (RFC 9110 section 12.5.3).
 */
function acceptedCodings(members: readonly string[]): string | null {
  const weighed = weights(members, CODING);
  if (weighed === null) return null;
  const names = [...weighed.keys()].toSorted(byText);
  const accepted = names.filter((name) => weighed.get(name) !== 0);
  const refused = names.filter((name) => weighed.get(name) === 0);
  const noIdentity = (weighed.get("identity") ?? weighed.get("*")) === 0;
  const telling = accepted.includes("*") ? refused : noIdentity ? ["identity"] : [];
  return [...accepted, ...telling.map((name) => `${name};q=0`)].join(",");
}

/** Takes away space and tab alone: `trim` would take a no-break space too, which is part of a value. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
