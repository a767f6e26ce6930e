import { onceEach, type Detector } from "./detector.ts";
import { isBlank, isNameCharacter } from "./scan.ts";
import { wordTable } from "./word-table.ts";

/** Objects of template engines that lead to everything else; where they are all that stands in the braces they are a probe. */
const ENGINE_OBJECTS = wordTable([
  [1, "self _self config request app settings lipsum cycler joiner namespace url_for get_flashed_messages g session range dict this constructor process global root environ php system class t debug dump forloop include import phpinfo block flush handler"],
]);
const BLOCKS = wordTable([[1, "if for set import include extends block macro call filter with raw load debug from do apply autoescape endfor endif use embed php literal eval capture assign fetch math function case cycle render tablerow unless comment verbatim sandbox"]]);

const MARKS = {
  expression: "an expression to be worked out by a template engine: {{7*7}}, ${7*7}, #{a.b()}, <%= … %>, @(1+1)",
  object: "an engine's own object in a template's braces: {{config}}, {{self}}",
  block: "a statement of a template: {% for … %}, <#assign …>, #set(…), {php}",
  lookup: "a lookup that a logger carries out: ${jndi:…}, ${env:…}, ${lower:…}, however nested",
  placeholder: "a name in braces, as texts of templates have it: {{order}}, ${name}",
} as const;
type Mark = keyof typeof MARKS;

/**
 * Expressions of template engines. Finds where one opens and, once for each, what stands up to its end: a plain name is a
 * placeholder, which people do write; arithmetic of literals, calls, indices, filters and an engine's own objects are not.
 */
export const templateDetector: Detector = {
  name: "template",
  marks: MARKS,
  look(value, found) {
    const tell = onceEach<Mark>(found);
    for (let at = 0; at < value.length - 1; at++) {
      const code = value.charCodeAt(at);
      if (code > 127 || OPENERS[code] === 0) continue;
      const length = opening(value, at);
      if (length === 0) continue;
      const end = closing(value, at, at + length);
      if (end === value.length && needsEnd(code, value.charCodeAt(at + 1))) continue;
      tell(length === 3 ? "block" : judge(value, at, at + length, end));
      at = Math.max(at, Math.min(end, value.length) - 1);
    }
  },
};

const OPENERS = Uint8Array.from({ length: 128 }, (_, code) => ("{$*~%#<[@".includes(String.fromCharCode(code)) ? 1 : 0));

/** How many characters open an expression at `at`; 0: none. 3: a statement that is known by its first word. */
function opening(value: string, at: number): number {
  const code = value.charCodeAt(at);
  const next = value.charCodeAt(at + 1);
  switch (code) {
    case 123: // {
      if (next === 123 || next === 37 || next === 35) return 2;
      return isSmartyTag(value, at + 1) ? 1 : 0;
    case 36: // $
      return next === 123 ? 2 : 0;
    case 42: // *
    case 126: // ~
    case 37: // %
      return next === 123 ? 2 : 0;
    case 35: // #
      if (next === 123) return 2;
      return isDirective(value, at + 1) ? 3 : 0;
    case 60: // <
      if (next === 37) return 2;
      return next === 35 && isDirective(value, at + 2) ? 3 : 0;
    case 91: // [
      if (next === 35) return isDirective(value, at + 2) ? 3 : 0;
      return (next === 91 || next === 40) && value.charCodeAt(at + 2) === 36 ? 2 : next === 61 && value.charCodeAt(at + 2) !== 61 ? 2 : 0;
    case 64: // @
      return next === 40 || next === 123 ? 2 : 0;
    default:
      return 0;
  }
}

const DIRECTIVES = wordTable([[1, "set assign foreach if include parse evaluate macro list import function stop define end local global attempt setting ftl"]]);

/** `#set(`, `<#assign `, `[#assign `. */
function isDirective(value: string, from: number): boolean {
  let end = from;
  while (end < value.length && end - from < 12 && isNameCharacter(value.charCodeAt(end))) end++;
  const after = value.charCodeAt(end);
  return DIRECTIVES.at(value, from, end) !== 0 && (after === 40 || (value.charCodeAt(from - 2) !== 32 && from >= 2 && (value.charCodeAt(from - 2) === 60 || value.charCodeAt(from - 2) === 91) && isBlank(after)));
}

/** `{php}`, `{$smarty.version}`, `{system('id')}`, `{7*7}`, `{if phpinfo()}`. */
function isSmartyTag(value: string, from: number): boolean {
  const code = value.charCodeAt(from);
  if (code === 36 || code === 64) return isNameCharacter(value.charCodeAt(from + 1)) || value.charCodeAt(from + 1) === 123;
  let at = from;
  while (at < value.length && at - from < 24 && isNameCharacter(value.charCodeAt(at))) at++;
  const after = value.charCodeAt(at);
  if (after === 125) return value.slice(from, at).toLowerCase() === "php";
  return after === 40 || (code >= 48 && code <= 57 && after === 42) || (isBlank(after) && BLOCKS.at(value, from, at) !== 0);
}

/** Nothing that is longer is read as one expression. */
const LONGEST = 400;

/** The place behind the expression that begins at `from`: at the sign that closes it, or where a reader would give up. */
function closing(value: string, open: number, from: number): number {
  const close = closer(value.charCodeAt(open), value.charCodeAt(open + 1));
  const last = Math.min(value.length, from + LONGEST);
  for (let at = from; at < last; at++) if (value.charCodeAt(at) === close) return at;
  return last;
}

/** An engine reads `{f(x)`, `~{…`, `*{…`, `%{…`, `@{…`, `@(…` and `[=…` only where they are closed; passwords hold them open. */
function needsEnd(code: number, next: number): boolean {
  if (code === 123) return next !== 123 && next !== 37 && next !== 35;
  return code === 126 || code === 42 || code === 64 || (code === 37 && next === 123) || (code === 91 && next === 61);
}

function closer(code: number, next: number): number {
  if (code === 60) return 62;
  if (code === 64 && next === 40) return 41;
  return code === 91 ? 93 : 125;
}

const LOOKUPS = wordTable([[1, "jndi lower upper env sys date base64 java main k8s bundle ctx map web docker event spring log4j marker sd script urlencoder urldecoder dns url file properties const resourcebundle"]]);

/** `${lower:j}`, `${::-j}`, `${env:X:-j}`, `${${…`: a lookup begins with its name and a colon; a nested one may build the name. */
function isLookup(value: string, from: number, end: number): boolean {
  let at = from;
  while (at < end && at - from < 24 && (isNameCharacter(value.charCodeAt(at)) || isBlank(value.charCodeAt(at)))) at++;
  const code = value.charCodeAt(at);
  if (at >= end) return false;
  if (code === 36 && value.charCodeAt(at + 1) === 123) return isLookup(value, at + 2, end);
  if (code !== 58) return false;
  const next = value.charCodeAt(at + 1);
  if (next === 58 || next === 45) return true;
  let start = from;
  while (start < at && isBlank(value.charCodeAt(start))) start++;
  return LOOKUPS.at(value, start, at) !== 0 && !isBlank(next);
}

function judge(value: string, open: number, from: number, end: number): Mark | null {
  const code = value.charCodeAt(open);
  if (code === 36 && isLookup(value, from, end)) return "lookup";
  const isBlock = (code === 123 && value.charCodeAt(open + 1) === 37) || code === 60;
  const shape = shapeOf(value, from, end);
  if (code === 123 && isBlock && startsBlock(value, from)) return "block";
  // "<% of total>": the sign of a share.
  if (isBlock) return shape === "expression" || (shape !== "empty" && isClosed(value, from, end)) ? "block" : null;
  if (shape === "expression") return "expression";
  if (shape !== "name") return null;
  let start = from;
  while (start < end && !isNameCharacter(value.charCodeAt(start))) start++;
  let stop = start;
  while (stop < end && isNameCharacter(value.charCodeAt(stop))) stop++;
  const isDouble = value.charCodeAt(open + 1) === 123 || code === 123;
  return isDouble && code !== 36 && ENGINE_OBJECTS.at(value, start, stop) !== 0 ? "object" : "placeholder";
}

/** `<%= … %>`, `{% … %}`, or a sign of output at the beginning. */
function isClosed(value: string, from: number, end: number): boolean {
  const first = value.charCodeAt(from);
  return value.charCodeAt(end - 1) === 37 || first === 61 || first === 64 || first === 33;
}

/** `{% for`, `{%- set`: the first word is a statement. */
function startsBlock(value: string, from: number): boolean {
  let start = from;
  while (start - from < 8 && (isBlank(value.charCodeAt(start)) || value.charCodeAt(start) === 45)) start++;
  let end = start;
  while (end - start < 16 && isNameCharacter(value.charCodeAt(end))) end++;
  return BLOCKS.at(value, start, end) !== 0;
}

type Shape = "empty" | "name" | "text" | "expression";

/** What stands in the braces: a name with members, an expression, or a text. */
function shapeOf(value: string, from: number, end: number): Shape {
  let shape: Shape = "empty";
  let operands = 0;
  let isOperand = false;
  for (let at = from; at < end; at++) {
    const code = value.charCodeAt(at);
    if (isNameCharacter(code)) {
      if (!isOperand) operands++;
      isOperand = true;
      if (shape === "empty") shape = "name";
      continue;
    }
    if (isActing(value, at, from, end, isOperand)) return "expression";
    isOperand = false;
  }
  return shape === "name" && operands > 3 ? "text" : shape;
}

/** Is it a sign that only an expression has at this place: a call, an index, a filter, an operator between two operands, a literal? */
function isActing(value: string, at: number, from: number, end: number, afterName: boolean): boolean {
  const code = value.charCodeAt(at);
  const next = value.charCodeAt(at + 1);
  switch (code) {
    case 40: // (
    case 91: // [
      return afterName || at === from || next === 41 || next === 93 || next === 39 || next === 34 || isBlank(value.charCodeAt(at - 1));
    case 34: // "
    case 39: // '
      return !afterName;
    case 42: // *
    case 43: // +
    case 45: // -
    case 47: // /
    case 37: // %
      return hasOperands(value, at, from, end);
    case 124: // |
      return true;
    case 64: // @
    case 35: // #
    case 36: // $
      return at === from || !afterName;
    case 61: // =
      return at > from;
    default:
      return false;
  }
}

/** Two numbers, or a number and a text, with the sign between them: `7*7`, `7*'7'`, `a+b` is a name with signs. */
function hasOperands(value: string, at: number, from: number, end: number): boolean {
  let left = at - 1;
  while (left > from && isBlank(value.charCodeAt(left))) left--;
  let right = at + 1;
  while (right < end && (isBlank(value.charCodeAt(right)) || value.charCodeAt(right) === 42)) right++;
  return isLiteral(value.charCodeAt(left)) && isLiteral(value.charCodeAt(right));
}

function isLiteral(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 34 || code === 39 || code === 41 || code === 40;
}
