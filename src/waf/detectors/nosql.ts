import type { Detector } from "./detector.ts";
import { isNamePart, isQuote, nameEnd, skipBlanks, skipBlanksBack } from "./text-cursor.ts";
import { wordTable } from "./word-table.ts";

const MARKS = {
  operator: "a name that MongoDB takes for an operator: the sender chose it instead of a value ($ne, user[$gt])",
  query: "a piece of a query with an operator inside a text: {$gt: ''}, ', $or: [{}, …",
  script: "JavaScript as MongoDB runs it: this.password.match, ;return true, db.users.find(, a loop that waits",
} as const;

const QUERY = 1;
const SCRIPT = 2;
const METHOD = 4;

/** Operators stand behind `$`; those that OData, JSON Schema and Extended JSON use in their names are left out. */
const WORDS = wordTable([
  [
    QUERY,
    "eq ne gt gte lt lte in nin and or not nor exists type expr jsonschema mod regex options text where all elemmatch size function func accumulator lookup graphlookup out merge set unset inc push pull pushall addtoset rename within near nearsphere geowithin geointersects maxdistance bitsallset bitsanyset comment natural query orderby_ group project unwind match sample redact facet unionwith cond ifnull concat substr meta slice setoninsert currentdate mul min max rand",
  ],
  [SCRIPT, "this return sleep db function while tojson emit object json"],
  [
    METHOD,
    "find findone insert insertone insertmany remove drop update updateone updatemany deleteone deletemany replaceone aggregate mapreduce count countdocuments distinct dropdatabase getcollectionnames getcollectioninfos getsiblingdb eval runcommand admincommand getusers getuser createuser adduser currentop killop serverstatus shutdownserver save findandmodify tojson getmongo stats version",
  ],
]);

/** Sees operators of MongoDB in names, pieces of its queries in texts, and JavaScript for its `$where`. */
export function createNosqlDetector(): Detector {
  return {
    name: "nosql",
    marks: MARKS,
    look(value, found) {
      const seen = { operator: false, query: false, script: false };
      const tell = (mark: keyof typeof MARKS | null): void => {
        if (mark === null || seen[mark]) return;
        seen[mark] = true;
        found(mark);
      };
      let before = 0;
      for (let at = 0; at < value.length; at++) {
        const code = value.charCodeAt(at);
        if (code === 36) tell(seeOperator(value, at));
        else if (isScriptStart(code) && !isNamePart(before) && before !== 36 && before !== 46) tell(seeScript(value, at));
        before = code;
      }
    },
  };
}

/** t, r, s, d, f, w, e, o, j: with these the words begin that are looked for. */
function isScriptStart(code: number): boolean {
  const small = code | 32;
  return small === 116 || small === 114 || small === 115 || small === 100 || small === 102 || small === 119 || small === 101 || small === 111 || small === 106;
}

function seeOperator(text: string, at: number): keyof typeof MARKS | null {
  const end = nameEnd(text, at + 1);
  if ((WORDS.at(text, at + 1, end) & QUERY) === 0) return null;
  if (at === 0 && end === text.length) return "operator";
  const before = text.charCodeAt(at - 1);
  if (before === 91 && text.charCodeAt(end) === 93) return isKeyEnd(text, end + 1) ? "operator" : null;
  let next = text.charCodeAt(end) === 92 ? end + 1 : end;
  if (isQuote(text.charCodeAt(next)) && text.charCodeAt(next) === before) next++;
  next = skipBlanks(text, next);
  return text.charCodeAt(next) === 58 && isMemberStart(text, at) ? "query" : null;
}

/** Behind `[$ne]`: the end of the name, another step of it, or its value. */
function isKeyEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at >= text.length || code === 91 || code === 61;
}

/** Whether a member of an object may begin before `at`: behind a brace, a comma, or at the value's start. */
function isMemberStart(text: string, at: number): boolean {
  let quote = isQuote(text.charCodeAt(at - 1)) ? at - 1 : at;
  if (quote < at && text.charCodeAt(quote - 1) === 92) quote--;
  const before = skipBlanksBack(text, quote);
  if (before === 0) return true;
  const code = text.charCodeAt(before - 1);
  return code === 123 || code === 44 || code === 91;
}

function seeScript(text: string, at: number): "script" | null {
  const end = nameEnd(text, at);
  if ((WORDS.at(text, at, end) & SCRIPT) === 0) return null;
  return isScript(text, at, end) ? "script" : null;
}

function isScript(text: string, at: number, end: number): boolean {
  switch (text.charCodeAt(at) | 32) {
    case 116: // this, tojson
      return end - at === 4 ? isThis(text, at, end) : isCallOf(text, end, "this");
    case 114: // return
      return isReturn(text, at, end);
    case 115: // sleep
      return text.charCodeAt(end) === 40 && isStatementStart(text, at) && isDigit(text.charCodeAt(end + 1));
    case 100: // db
      return isDatabaseCall(text, end);
    case 119: // while
      return isWaiting(text, end);
    case 111: // Object.keys(this)
    case 106: // JSON.stringify(this)
      return text.charCodeAt(end) === 46 && isCallOf(text, nameEnd(text, end + 1), "this");
    case 101: // emit(1,1
      return text.charCodeAt(end) === 40 && isStatementStart(text, at) && isDigit(text.charCodeAt(end + 1));
    default: // function(){…
      return isFunction(text, end);
  }
}

/** A function without arguments that does something with the document or with time. */
function isFunction(text: string, end: number): boolean {
  const open = skipBlanks(text, end);
  if (text.charCodeAt(open) !== 40) return false;
  const close = skipBlanks(text, open + 1);
  const brace = skipBlanks(text, close + 1);
  if (text.charCodeAt(close) !== 41 || text.charCodeAt(brace) !== 123) return false;
  const body = text.slice(brace + 1, brace + 200);
  return body.includes("return") || body.includes("this.") || body.includes("sleep(") || body.includes("while");
}

function isCallOf(text: string, at: number, argument: string): boolean {
  return text.charCodeAt(at) === 40 && text.startsWith(argument, skipBlanks(text, at + 1));
}

/** `this.name` where JavaScript stands around it. */
function isThis(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(end);
  if (code !== 46 && code !== 91) return false;
  if (code === 91) return isStatementStart(text, at);
  const name = nameEnd(text, end + 1);
  if (name === end + 1) return false;
  const next = skipBlanks(text, name);
  const isUsed = text.charCodeAt(name) === 46 || isComparison(text, next) || text.charCodeAt(next) === 91;
  return isUsed && (isStatementStart(text, at) || isComparison(text, next) || isCalled(text, name));
}

/** `.match(`, `.length` and the like behind a name. */
function isCalled(text: string, at: number): boolean {
  return text.charCodeAt(at) === 46 && text.charCodeAt(nameEnd(text, at + 1)) === 40;
}

function isComparison(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  return ((code === 61 || code === 33) && next === 61) || ((code === 38 || code === 124) && next === code) || code === 62 || code === 60;
}

/** Behind a quote, a semicolon, an opened brace or bracket, && or ||. */
function isStatementStart(text: string, at: number): boolean {
  const before = skipBlanksBack(text, at);
  const code = text.charCodeAt(before - 1);
  if (before > 1 && (code === 38 || code === 124)) return text.charCodeAt(before - 2) === code;
  return code === 59 || code === 123 || code === 40 || code === 33 || code === 39 || code === 34;
}

function isReturn(text: string, at: number, end: number): boolean {
  if (!isStatementStart(text, at)) return false;
  let next = skipBlanks(text, end);
  while (next < end + 24 && (text.charCodeAt(next) === 40 || text.charCodeAt(next) === 33)) next++;
  if (isQuote(text.charCodeAt(next))) return true;
  const word = nameEnd(text, next);
  const isValue = isDigit(text.charCodeAt(next)) || text.startsWith("true", next) || text.startsWith("false", next) || text.startsWith("this", next) || text.startsWith("db.", next);
  const last = text.charCodeAt(skipBlanks(text, word));
  return isValue && word > next && !isNamePart(last);
}

function isDatabaseCall(text: string, end: number): boolean {
  let at = end;
  for (let steps = 0; steps < 4 && text.charCodeAt(at) === 46; steps++) {
    const next = nameEnd(text, at + 1);
    if (text.charCodeAt(next) === 40) return (WORDS.at(text, at + 1, next) & METHOD) !== 0;
    at = next;
  }
  return false;
}

/** while(now - then < 5000): a loop over a difference. */
function isWaiting(text: string, end: number): boolean {
  const open = skipBlanks(text, end);
  if (text.charCodeAt(open) !== 40) return false;
  const first = nameEnd(text, open + 1);
  return first > open + 1 && text.charCodeAt(skipBlanks(text, first)) === 45 ? true : text.slice(open + 1, first).includes("-");
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
