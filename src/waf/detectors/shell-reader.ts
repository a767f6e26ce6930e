import { isBlank, isNameCharacter } from "./scan.ts";

/** A word of a command as a shell would understand it, with quotes and escapes taken away. */
export interface ShellWord {
  /** The word without its folder and without `.exe`; at most `LONGEST` characters. */
  text: string;
  /** The place behind it. */
  end: number;
  /** Quotes, escapes or empty variables inside the word: `c'a't`, `w\ho`, `c^at`, `wh$@oami`. */
  isBroken: boolean;
  /** It has a folder before it: `/bin/cat`, `C:\windows\system32\cmd`. */
  hasFolder: boolean;
  /** `?`, `*` or brackets stand in for letters. */
  hasWildcard: boolean;
  /** A variable stands in it: `$cmd`, `${x}at`. */
  hasVariable: boolean;
  /** The letters before and behind backslashes that may part folders or stand inside a name: `w\\ho\\ami`; empty where there are none. */
  joined: string;
}

const LONGEST = 80;

/** A word that is filled anew by each `readWord`: reading makes nothing but the text. */
export function emptyWord(): ShellWord {
  return { text: "", end: 0, isBroken: false, hasFolder: false, hasWildcard: false, hasVariable: false, joined: "" };
}

/** Does a command end at this character? */
export function isSeparator(code: number): boolean {
  return code === 59 || code === 124 || code === 38 || code === 10 || code === 13 || code === 96;
}

/** Passes over blanks, and over the variables that are blanks (`${IFS}`, `$IFS$9`), and one `+`: in a query it is a blank. */
export function skipGap(value: string, from: number): number {
  let at = from;
  for (const last = Math.min(value.length, from + 64); at < last; ) {
    const code = value.charCodeAt(at);
    if (code === 43 && at === from) at++;
    else if (code === 36) {
      const length = gapVariable(value, at);
      if (length === 0) return at;
      at += length;
    } else if (isBlank(code) && code !== 10 && code !== 13) at++;
    else return at;
  }
  return at;
}

/** How many characters `${IFS}`, `$IFS`, `$IFS$9` or `${IFS%??}` takes at `at`; 0: it is none. */
export function gapVariable(value: string, at: number): number {
  if (value.startsWith("$IFS", at)) return value.charCodeAt(at + 4) === 36 && isDigit(value.charCodeAt(at + 5)) ? 6 : 4;
  if (!value.startsWith("${IFS", at)) return 0;
  for (let end = at + 5; end < at + 16; end++) if (value.charCodeAt(end) === 125) return end + 1 - at;
  return 0;
}

/** Reads the word that begins at `from` into `word`. It ends at a blank, a separator, a bracket or a redirection. */
export function readWord(value: string, from: number, word: ShellWord): void {
  word.isBroken = word.hasFolder = word.hasWildcard = word.hasVariable = false;
  let text = "";
  let before = "";
  let at = from;
  for (const last = Math.min(value.length, from + LONGEST); at < last; at++) {
    const code = value.charCodeAt(at);
    if (isNameCharacter(code) || code === 45 || code === 46) text += String.fromCharCode(code);
    else if (isQuote(code)) word.isBroken ||= text !== "" && isInner(value.charCodeAt(at + 1));
    else if (code === 47 || (code === 92 && isFolderSign(value, at))) {
      before = code === 92 && (before !== "" || text !== "") ? before + text : "";
      text = "";
      word.hasFolder = true;
      word.isBroken = false;
    } else if (code === 92 && isLineEnd(value, at)) break;
    else if (code === 92 || code === 94) word.isBroken ||= isInner(value.charCodeAt(at + 1));
    else if (code === 63 || code === 42 || code === 91 || code === 93) word.hasWildcard = true;
    else if (code === 36) {
      const length = gapVariable(value, at) > 0 ? 0 : variable(value, at);
      if (length === 0) break;
      if (text !== "" && length <= 3) word.isBroken = true;
      else word.hasVariable = true;
      at += length - 1;
    } else if (code !== 58) break;
    else if (text.length !== 1) break;
  }
  // `D\d{7}` is a pattern, not a name with an escape inside.
  if (value.charCodeAt(at) === 123) word.isBroken = false;
  word.text = /\.(exe|cmd|bat|com)$/i.test(text) ? text.slice(0, -4) : text;
  word.end = at;
  word.joined = before === "" || value.charCodeAt(from + 1) === 58 ? "" : before + text;
}

/** The length of `$@`, `$*`, `$1`, `${x}`, `$x` at `at`; 0: none. */
function variable(value: string, at: number): number {
  const next = value.charCodeAt(at + 1);
  if (next === 64 || next === 42 || isDigit(next) || next === 33 || next === 63 || next === 45 || next === 36 || next === 35) return 2;
  if (next === 123) {
    for (let end = at + 2; end < at + 40 && end < value.length; end++) if (value.charCodeAt(end) === 125) return end + 1 - at;
    return 0;
  }
  let end = at + 1;
  while (end - at < 30 && isNameCharacter(value.charCodeAt(end))) end++;
  return end - at > 1 ? end - at : 0;
}

/** `\n` written out, behind a command. */
function isLineEnd(value: string, at: number): boolean {
  const code = value.charCodeAt(at + 1);
  return (code === 110 || code === 114) && !isNameCharacter(value.charCodeAt(at + 2));
}

/** A backslash parts folders where a drive or another folder stands before it, and escapes a letter elsewhere. */
function isFolderSign(value: string, at: number): boolean {
  return value.charCodeAt(at - 1) === 58 || value.charCodeAt(at - 1) === 92 || value.charCodeAt(at - 1) === 37 || goesOnAsFolder(value, at + 3);
}

function goesOnAsFolder(value: string, from: number): boolean {
  for (let at = from; at < from + 20; at++) {
    const code = value.charCodeAt(at);
    if (code === 92) return value.charCodeAt(at - 2) !== 92;
    if (!isNameCharacter(code) && code !== 46 && code !== 126) return false;
  }
  return false;
}

function isQuote(code: number): boolean {
  return code === 39 || code === 34;
}

/** Letters of a word, or another quote, go on here. */
function isInner(code: number): boolean {
  return isNameCharacter(code) || isQuote(code) || code === 92 || code === 94 || code === 36;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
