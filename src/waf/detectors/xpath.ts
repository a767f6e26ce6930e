import type { Detector } from "./detector.ts";
import { isNamePart, isQuote, nameEnd, skipBlanks, skipBlanksBack } from "./text-cursor.ts";
import { wordTable } from "./word-table.ts";

const MARKS = {
  path: "a path into a document behind the end of a string or a condition: '] | //user",
  axis: "an axis of XPath: ancestor::*, child::node()",
  call: "a call of XPath over nodes: count(/*), contains(../password,'a'), name()='user'",
  predicate: "a path with a condition: //user[position()=1], //*[@id='1']",
  document: "a call that opens another document: doc('http://…'), unparsed-text('file:…')",
  query: "an expression of XQuery: for $x in doc(…) return $x",
} as const;

const AXIS = 1;
const NODES = 2;
const VALUES = 4;
const DOCUMENT = 8;
const QUERY = 16;

const WORDS = wordTable([
  [AXIS, "child descendant descendant-or-self ancestor ancestor-or-self following following-sibling preceding preceding-sibling attribute namespace self parent"],
  // With empty brackets.
  [NODES, "text node comment processing-instruction name local-name namespace-uri position last root"],
  [
    VALUES,
    "count string name local-name namespace-uri string-length substring substring-before substring-after contains starts-with ends-with normalize-space translate concat sum number boolean not string-to-codepoints codepoints-to-string matches replace tokenize lower-case upper-case exists empty distinct-values string-join position id",
  ],
  [DOCUMENT, "doc document collection unparsed-text unparsed-text-lines doc-available unparsed-text-available environment-variable"],
  [QUERY, "for let declare"],
]);

/** Sees expressions of XPath and XQuery; conditions of constants look the same in SQL and are seen there. */
export function createXpathDetector(): Detector {
  return {
    name: "xpath",
    marks: MARKS,
    look(value, found) {
      const seen = new Set<string>();
      const tell = (mark: keyof typeof MARKS | null): void => {
        if (mark === null || seen.has(mark)) return;
        seen.add(mark);
        found(mark);
      };
      for (let at = transformEnd(value); at < value.length; at++) {
        const code = value.charCodeAt(at);
        if (code === 40) tell(seeCall(value, at));
        else if (code === 58 && value.charCodeAt(at + 1) === 58) tell(seeAxis(value, at));
        else if (code === 91) tell(seePredicate(value, at));
        else if (code === 124) tell(seePath(value, at));
        else if (code === 36) tell(seeQuery(value, at));
      }
    },
  };
}

/**
 * Signed invoices say what is not signed by an XPath of their own, `not(//ancestor-or-self::ext:UBLExtensions)`: where the
 * whole value is one of these, there is nothing left to see. Gives where to begin.
 */
function transformEnd(text: string): number {
  const start = skipBlanks(text, 0);
  if (!text.startsWith("not(//ancestor-or-self::", start) || text.length > start + 200) return 0;
  return TRANSFORM.test(text) ? text.length : 0;
}

/** A name with its prefix, and at most one condition of a name and a plain text. */
const TRANSFORM = /^\s*not\(\/\/ancestor-or-self::[\w.-]{1,20}:[\w.-]{1,60}(?:\[[\w.-]{1,20}:[\w.-]{1,60}='[\w .-]{0,40}'\])?\)\s*$/;

/** The place where the name that ends at `to` begins; at most 40 characters. */
function nameStart(text: string, to: number): number {
  let at = to;
  while (at > to - 40 && at > 0 && isNamePart(text.charCodeAt(at - 1))) at--;
  return at;
}

function seeCall(text: string, open: number): keyof typeof MARKS | null {
  const name = nameStart(text, open);
  if (name === open) return null;
  const kind = WORDS.at(text, name, open);
  if (kind === 0) return null;
  const argument = skipBlanks(text, open + 1);
  if ((kind & NODES) !== 0 && text.charCodeAt(argument) === 41) return isNodesUsed(text, name, argument + 1) ? "call" : null;
  if ((kind & DOCUMENT) !== 0) return isAddress(text, argument) ? "document" : null;
  return (kind & VALUES) !== 0 && isNodes(text, argument) ? "call" : null;
}

/** text() and the like behind a slash, or compared. */
function isNodesUsed(text: string, name: number, behind: number): boolean {
  const before = text.charCodeAt(name - 1);
  if (before === 47 || (before === 58 && text.charCodeAt(name - 2) === 58)) return true;
  const next = skipBlanks(text, behind);
  const code = text.charCodeAt(next);
  if (code !== 61 && code !== 62 && code !== 60) return false;
  const value = skipBlanks(text, next + 1);
  const isValue = isQuote(text.charCodeAt(value)) || (text.charCodeAt(value) >= 48 && text.charCodeAt(value) <= 57);
  const start = text.charCodeAt(skipBlanksBack(text, name) - 1);
  return isValue && code === 61 && text.charCodeAt(next + 1) !== 61 && (name === 0 || start !== 46);
}

/** Whether an argument begins with a path: /*, //a, ../a, @a, ./a. */
function isNodes(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  if (code === 47) return next === 47 || next === 42 || next === 64 || isPathFrom(text, at + 1);
  if (code === 46) return next === 47 || (next === 46 && text.charCodeAt(at + 2) === 47);
  if (code === 64) return next === 42 || (isNamePart(next) && text.charCodeAt(nameEnd(text, at + 1)) === 44);
  // count(*) alone is how rows are counted everywhere.
  return code === 42 && (next === 47 || next === 44 || next === 91 || (next === 41 && isCompared(text, at + 2)));
}

function isCompared(text: string, from: number): boolean {
  const code = text.charCodeAt(skipBlanks(text, from));
  return code === 61 || code === 60 || code === 62 || code === 33 || code === 93 || code === 41;
}

/** A name, and behind it an axis, a slash, a bracket or a comma. */
function isPathFrom(text: string, at: number): boolean {
  const end = nameEnd(text, at);
  const code = text.charCodeAt(end);
  return end > at && (code === 58 || code === 47 || code === 91 || code === 44 || code === 40);
}

function isAddress(text: string, at: number): boolean {
  if (text.startsWith("concat", at)) return true;
  if (!isQuote(text.charCodeAt(at))) return false;
  const start = text.slice(at + 1, at + 9).toLowerCase();
  return start.startsWith("http:") || start.startsWith("https:") || start.startsWith("file:") || start.startsWith("ftp:") || start.startsWith("//") || start.startsWith("/") || start.startsWith("\\\\");
}

function seeAxis(text: string, at: number): keyof typeof MARKS | null {
  const name = nameStart(text, at);
  if (name === at || (WORDS.at(text, name, at) & AXIS) === 0) return null;
  const next = skipBlanks(text, at + 2);
  const code = text.charCodeAt(next);
  const end = nameEnd(text, next);
  const isTest = code === 42 || (text.charCodeAt(end) === 40 && (WORDS.at(text, next, end) & NODES) !== 0);
  const isStep = text.charCodeAt(name - 1) === 47 && end > next;
  return isTest || isStep || (end > next && (text.charCodeAt(end) === 47 || text.charCodeAt(end) === 91)) ? "axis" : null;
}

/** `name[` behind a slash, with a condition of XPath in it. */
function seePredicate(text: string, at: number): keyof typeof MARKS | null {
  const isStar = text.charCodeAt(at - 1) === 42;
  const name = isStar ? at - 1 : nameStart(text, at);
  if (text.charCodeAt(name - 1) !== 47 || name === at) return null;
  const inner = skipBlanks(text, at + 1);
  const code = text.charCodeAt(inner);
  if (code === 64) return isNamePart(text.charCodeAt(inner + 1)) || text.charCodeAt(inner + 1) === 42 ? "predicate" : null;
  const end = nameEnd(text, inner);
  const kind = WORDS.at(text, inner, end);
  if (text.charCodeAt(end) === 40 && (kind & (NODES | VALUES)) !== 0) return "predicate";
  const isDeep = text.charCodeAt(name - 2) === 47 && text.charCodeAt(name - 3) !== 58;
  const next = skipBlanks(text, end);
  return isDeep && end > inner && (text.charCodeAt(next) === 61 || (text.charCodeAt(next) === 93 && isStar)) ? "predicate" : null;
}

/** `|` between two paths, the first of which was left: '] | //user, ) | /*, *|/a. */
function seePath(text: string, at: number): keyof typeof MARKS | null {
  const next = skipBlanks(text, at + 1);
  if (text.charCodeAt(next) !== 47) return null;
  const isDeep = text.charCodeAt(next + 1) === 47;
  const step = isDeep ? next + 2 : next + 1;
  const first = text.charCodeAt(step);
  if (first !== 42 && first !== 64 && !(isDeep && isNamePart(first))) return null;
  const before = text.charCodeAt(skipBlanksBack(text, at) - 1);
  return before === 93 || before === 41 || before === 42 || isQuote(before) ? "path" : null;
}

/** for $x in …, let $x := …, declare variable $x. */
function seeQuery(text: string, at: number): keyof typeof MARKS | null {
  const before = skipBlanksBack(text, at);
  const word = nameStart(text, before);
  if (before === at || (WORDS.at(text, word, before) & QUERY) === 0) return null;
  const next = skipBlanks(text, nameEnd(text, at + 1));
  if (text.startsWith(":=", next)) return "query";
  if (!text.startsWith("in", next)) return null;
  const source = skipBlanks(text, next + 2);
  const end = nameEnd(text, source);
  const isSource = text.charCodeAt(source) === 47 || (text.charCodeAt(end) === 40 && (WORDS.at(text, source, end) & (DOCUMENT | VALUES)) !== 0);
  return source > next + 2 && isSource ? "query" : null;
}
