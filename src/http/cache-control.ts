import { listMembers } from "./headers.ts";

/**
 * The caching directives of a request or an answer (RFC 9111 section 5.2, RFC 5861, RFC 8246). Every field is always
 * there; times are seconds, at most 2^31, and null where the directive is absent. `max-stale` is deliberately missing: it
 * would let a client loosen freshness, and is ignored.
 */
export interface CacheControl {
  /** Some directive was there at all, known or not. */
  readonly any: boolean;
  readonly noStore: boolean;
  /** True for the whole answer, or the fields that it names, in lower case. */
  readonly noCache: boolean | readonly string[];
  /** True for the whole answer, or the fields that it names, in lower case. */
  readonly isPrivate: boolean | readonly string[];
  readonly isPublic: boolean;
  readonly maxAge: number | null;
  readonly sMaxage: number | null;
  readonly minFresh: number | null;
  readonly mustRevalidate: boolean;
  readonly proxyRevalidate: boolean;
  readonly mustUnderstand: boolean;
  readonly staleWhileRevalidate: number | null;
  readonly staleIfError: number | null;
  readonly onlyIfCached: boolean;
  readonly noTransform: boolean;
  readonly immutable: boolean;
}

type Draft = { -readonly [Field in keyof CacheControl]: CacheControl[Field] };

const NONE: CacheControl = Object.freeze({
  any: false, noStore: false, noCache: false, isPrivate: false, isPublic: false, maxAge: null, sMaxage: null, minFresh: null,
  mustRevalidate: false, proxyRevalidate: false, mustUnderstand: false, staleWhileRevalidate: null, staleIfError: null,
  onlyIfCached: false, noTransform: false, immutable: false,
});
/** What cannot be read must not be stored. Nothing else stands in it, lest `must-understand` lift the ban. */
const UNREADABLE: CacheControl = Object.freeze({ ...NONE, any: true, noStore: true });

/** Characters of all lines together. */
const LONGEST = 8192;
/** RFC 9111 section 1.2.2: what is larger counts as this. */
const MOST_SECONDS = 2 ** 31;

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
/** A directive that keeps the grammar, or has space around its `=`. The sticky patterns read on where the last match ended. */
const DIRECTIVE = new RegExp(`[ \\t]*(${token})(?:([ \\t]*=[ \\t]*)(?:(${token})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*(?=,|$)`, "y");
const LEADING_NAME = new RegExp(`^[ \\t]*(${token})`);
const FIELD_NAME = new RegExp(`^${token}$`);

function tooLong(values: readonly string[]): boolean {
  let length = 0;
  for (const value of values) length += value.length + 1;
  return length > LONGEST + 1;
}

/**
 * Reads the `Cache-Control` lines of a request or an answer. In doubt the stricter reading holds: an argument that is
 * none counts as 0 seconds or as the whole answer, of two equal directives the stricter one counts, and lines of more
 * than 8 KiB, or whose quotes do not match, read as `no-store`. Never throws; linear in the length.
 */
export function parseCacheControl(values: readonly string[]): CacheControl {
  if (values.length === 0) return NONE;
  if (tooLong(values)) return UNREADABLE;
  const into: Draft = { ...NONE };
  return values.every((value) => readLine(value, into)) ? into : UNREADABLE;
}

/** False where a stray quote leaves it open which commas separate directives. */
function readLine(text: string, into: Draft): boolean {
  let at = 0;
  while (at < text.length) {
    DIRECTIVE.lastIndex = at;
    const match = DIRECTIVE.exec(text);
    if (match !== null) {
      at = DIRECTIVE.lastIndex + 1;
      into.any = true;
      applyDirective(into, (match[1] as string).toLowerCase(), argumentOf(match));
      continue;
    }
    const comma = text.indexOf(",", at);
    const member = text.slice(at, comma === -1 ? text.length : comma);
    if (member.includes('"')) return false;
    at += member.length + 1;
    readMalformed(member, into);
  }
  return true;
}

/** Null where there is none; empty, which suits no directive, where space stands around the `=`. */
function argumentOf([, , equals, plain, quoted]: RegExpExecArray): string | null {
  if (equals === undefined) return null;
  if (equals !== "=") return "";
  return plain ?? quoted?.replace(/\\(.)/gs, "$1") ?? "";
}

function readMalformed(member: string, into: Draft): void {
  const name = LEADING_NAME.exec(member)?.[1];
  if (name !== undefined) applyDirective(into, name.toLowerCase(), "");
  if (/[^ \t]/.test(member)) into.any = true;
}

/** What restricts holds whatever its argument; what loosens holds only as it is defined, without one. */
function applyDirective(into: Draft, name: string, argument: string | null): void {
  switch (name) {
    case "no-store": into.noStore = true; break;
    case "no-cache": into.noCache = withFields(into.noCache, argument); break;
    case "private": into.isPrivate = withFields(into.isPrivate, argument); break;
    case "public": into.isPublic ||= argument === null; break;
    case "max-age": into.maxAge = smaller(into.maxAge, argument); break;
    case "s-maxage": into.sMaxage = smaller(into.sMaxage, argument); break;
    // The client asks for more than mere freshness: here the larger number is the stricter one.
    case "min-fresh": into.minFresh = Math.max(into.minFresh ?? 0, seconds(argument)); break;
    case "must-revalidate": into.mustRevalidate = true; break;
    case "proxy-revalidate": into.proxyRevalidate = true; break;
    case "must-understand": into.mustUnderstand ||= argument === null; break;
    case "stale-while-revalidate": into.staleWhileRevalidate = smaller(into.staleWhileRevalidate, argument); break;
    case "stale-if-error": into.staleIfError = smaller(into.staleIfError, argument); break;
    case "only-if-cached": into.onlyIfCached = true; break;
    case "no-transform": into.noTransform = true; break;
    case "immutable": into.immutable ||= argument === null; break;
  }
}

function seconds(argument: string | null): number {
  return argument !== null && /^[0-9]+$/.test(argument) ? Math.min(Number(argument), MOST_SECONDS) : 0;
}

function smaller(before: number | null, argument: string | null): number {
  return Math.min(before ?? Infinity, seconds(argument));
}

/** Adds the fields that the argument lists; a list that is empty or broken means the whole answer. */
function withFields(before: boolean | readonly string[], argument: string | null): boolean | readonly string[] {
  if (before === true || argument === null) return true;
  const names = listMembers(argument);
  if (names.length === 0 || !names.every((name) => FIELD_NAME.test(name))) return true;
  return [...new Set(before === false ? names : [...before, ...names])];
}

/** What kind of structured value each directive has (RFC 9213 section 2.1); the others mean nothing here. */
const KINDS: Readonly<Record<string, readonly Member["kind"][]>> = {
  "no-store": ["true"], "no-cache": ["true", "text"], private: ["true", "text"], public: ["true"], "max-age": ["integer"],
  "s-maxage": ["integer"], "must-revalidate": ["true"], "proxy-revalidate": ["true"], "must-understand": ["true"],
  "stale-while-revalidate": ["integer"], "stale-if-error": ["integer"], "no-transform": ["true"], immutable: ["true"],
};

/**
 * Reads a targeted field such as `CDN-Cache-Control` (RFC 9213): a Dictionary of RFC 9651. Null, as if the field were not
 * there, where it is empty or breaks that grammar. A directive of the wrong type is ignored, of two equal ones the last
 * counts. More than 8 KiB read as `no-store`. Never throws; linear in the length.
 */
export function parseTargetedControl(values: readonly string[]): CacheControl | null {
  if (tooLong(values)) return UNREADABLE;
  const members = readDictionary(values.join(","));
  if (members === null) return null;
  const into: Draft = { ...NONE, any: true };
  for (const [name, { kind, text }] of members) {
    if (Object.hasOwn(KINDS, name) && KINDS[name]?.includes(kind)) applyDirective(into, name, kind === "true" ? null : text);
  }
  return into;
}

interface Member {
  readonly kind: "true" | "integer" | "text" | "other";
  readonly text: string;
}

const key = "[a-z*][a-z0-9_.*-]*";
/** Decimal, Integer, String, Token, Byte Sequence, Boolean, Date, Display String; whether the last is UTF-8 is not looked at: no directive has one. */
const bare = [
  "-?\\d{1,12}\\.\\d{1,3}", "-?\\d{1,15}", '"(?:[ !#-[\\]-~]|\\\\["\\\\])*"', "[A-Za-z*][!#$%&'*+\\-.^_`|~0-9A-Za-z:/]*",
  ":[A-Za-z0-9+/=]*:", "\\?[01]", "@-?\\d{1,15}", '%"(?:[ !#$&-~]|%[0-9a-f]{2})*"',
].join("|");
const KEY = new RegExp(key, "y");
const BARE_ITEM = new RegExp(bare, "y");
const PARAMETERS = new RegExp(`(?:; *${key}(?:=(?:${bare}))?)*`, "y");
const SPACES = / */y;
const OPTIONAL_SPACE = /[ \t]*/y;

/** The text that the sticky pattern matches at a place, or null. */
function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Where the match ends, for patterns that may match nothing. */
function past(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.length ?? 0);
}

/** The members of a Dictionary (RFC 9651 section 4.2.2), the last of each key; null where the text is none, or empty. */
function readDictionary(text: string): ReadonlyMap<string, Member> | null {
  const members = new Map<string, Member>();
  let at = past(SPACES, text, 0);
  for (;;) {
    const name = matchAt(KEY, text, at);
    if (name === null) return null;
    at += name.length;
    let member: Member = { kind: "true", text: "" };
    if (text[at] === "=") {
      const value = text[at + 1] === "(" ? innerList(text, at + 1) : matchAt(BARE_ITEM, text, at + 1);
      if (value === null) return null;
      at += 1 + value.length;
      member = memberOf(value);
    }
    members.set(name, member);
    at = past(OPTIONAL_SPACE, text, past(PARAMETERS, text, at));
    if (at >= text.length) return members;
    if (text[at] !== ",") return null;
    at = past(OPTIONAL_SPACE, text, at + 1);
  }
}

/** The text of an Inner List that begins at a place, without its parameters; null where it is none. */
function innerList(text: string, start: number): string | null {
  let at = past(SPACES, text, start + 1);
  while (text[at] !== ")") {
    const item = matchAt(BARE_ITEM, text, at);
    if (item === null) return null;
    at = past(PARAMETERS, text, at + item.length);
    if (text[at] !== " " && text[at] !== ")") return null;
    at = past(SPACES, text, at);
  }
  return text.slice(start, at + 1);
}

function memberOf(value: string): Member {
  if (value === "?1") return { kind: "true", text: "" };
  if (/^-?\d+$/.test(value)) return { kind: "integer", text: value };
  if (value.startsWith('"')) return { kind: "text", text: value.slice(1, -1).replace(/\\(.)/g, "$1") };
  return /^[A-Za-z*]/.test(value) ? { kind: "text", text: value } : { kind: "other", text: "" };
}
