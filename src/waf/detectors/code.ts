import { CALLED, CALLED_AS_CODE, CODE_WORDS, HANDLER, MEMBERS, NEEDY, NUMBERED, OBJECT, SCOPE, STATEMENT, SURE } from "./code-words.ts";
import type { Detector } from "./detector.ts";
import { isNameCharacter, skipBlanks } from "./scan.ts";
import { PLAIN, PROGRAMS } from "./shell-words.ts";
import { wordTable } from "./word-table.ts";

/** What stands in brackets behind an ordinary word to say "one or many": `alert(s)`. */
const ENDINGS = wordTable([[1, "s es ed d ing er ers or ors ion ions n en e t te r i a o y ly al als m f k x"]]);

const MARKS = {
  call: "a call of a function that runs or reads something, in PHP, JavaScript, Python, Java or Ruby",
  "odd-call": "a call of a function whose name is no word of any language, and is written as programs write it",
  object: "a member of an object of the running program (document.cookie, process.env, java.lang, os.system)",
  name: "a name that only program text holds (__globals__, __proto__, getRuntime, shell_exec)",
  handler: "an event handler that is given something (onfocus=…)",
} as const;

/**
 * Program text in a value: calls, members of the program's own objects, names that nothing else holds. Looks at each name once,
 * and at no more than a few characters behind it; so `alert(s)` and `operating system (new)` are words, `alert(1)` is a call.
 */
export const codeDetector: Detector = {
  name: "code",
  marks: MARKS,
  look(value, found) {
    let seen = 0;
    const see = (bit: number, mark: keyof typeof MARKS): void => {
      if ((seen & bit) === 0) found(mark);
      seen |= bit;
    };
    for (let at = 0; at < value.length; at++) {
      if (!isNameCharacter(value.charCodeAt(at))) continue;
      const from = at;
      while (at < value.length && isNameCharacter(value.charCodeAt(at))) at++;
      const kind = CODE_WORDS.at(value, from, at);
      if (kind === 0) continue;
      if ((kind & SURE) !== 0) see(1, "name");
      if ((kind & HANDLER) !== 0 && isAssigned(value, from, at)) see(2, "handler");
      if ((kind & (OBJECT | SCOPE)) !== 0 && isMember(value, from, at, (kind & SCOPE) !== 0)) see(4, "object");
      if ((kind & (CALLED | CALLED_AS_CODE | STATEMENT)) !== 0 && isCall(value, from, at, kind)) {
        see(8, "call");
        // An entity may be named so, and asked for as `Alert(5)`.
        if ((kind & CALLED) !== 0 && value.charCodeAt(from) > 90) see(16, "odd-call");
      }
    }
  },
};

function isAssigned(value: string, from: number, to: number): boolean {
  const sign = skipBlanks(value, to);
  if (sign > to && isSaid(value, from, sign)) return false;
  // Between a handler's name and its sign a browser passes over a slash too; `a=b` of a query starts with no letter before it.
  const at = value.charCodeAt(sign) === 47 ? skipBlanks(value, sign + 1) : sign;
  return value.charCodeAt(at) === 61 && value.charCodeAt(at + 1) !== 61 && value.charCodeAt(from - 1) !== 38 && value.charCodeAt(from - 1) !== 63;
}

/** `onclick = on click`, `onload = on load; …`: blanks around the sign, and a word that goes on as a text. */
function isSaid(value: string, from: number, sign: number): boolean {
  if (value.charCodeAt(sign) !== 61 || value.charCodeAt(sign + 1) !== 32) return false;
  const before = value.charCodeAt(value.charCodeAt(from - 1) === 32 ? from - 2 : from - 1);
  if (before === 39 || before === 34 || before === 96 || value.charCodeAt(from - 1) === 47) return false;
  let at = sign + 2;
  while (at - sign < 40 && isNameCharacter(value.charCodeAt(at))) at++;
  const code = value.charCodeAt(at);
  return at > sign + 2 && (Number.isNaN(code) || code === 32 || code === 44 || code === 46);
}

function isMember(value: string, from: number, to: number, isScope: boolean): boolean {
  let at = to;
  if (value.startsWith("?.", at)) at++;
  const code = value.charCodeAt(at);
  if (code === 46) {
    let end = at + 1;
    while (end < value.length && end - at < 40 && isNameCharacter(value.charCodeAt(end))) end++;
    const isKnown = at === to ? MEMBERS.at(value, from, end) !== 0 : MEMBERS.at(`${value.slice(from, to)}${value.slice(at, end)}`, 0, end - at + to - from) !== 0;
    // A package has something in it: `at java.lang` names it and no more.
    const isPackage = value.startsWith("java", from) && (value.charCodeAt(from + 4) === 46 || value.charCodeAt(from + 4) === 120);
    return isKnown && !goesOnAsText(value, end) && (!isPackage || value.charCodeAt(end) === 46);
  }
  if (!isScope || code !== 91) return false;
  const inside = value.charCodeAt(skipBlanks(value, at + 1));
  return inside === 34 || inside === 39 || inside === 96 || inside === 47 || (inside >= 48 && inside <= 57 && value.charCodeAt(at + 2) !== 93);
}

/** A blank and a letter: `window.open seats`. */
function goesOnAsText(value: string, at: number): boolean {
  const next = value.charCodeAt(at + 1);
  return value.charCodeAt(at) === 32 && isNameCharacter(next) && next > 57;
}

/** Is what ends at `to` called? Through a dot (`.call(`), a question mark or brackets around it too. */
function isCall(value: string, from: number, to: number, kind: number): boolean {
  const isOdd = (kind & CALLED) !== 0;
  let at = to;
  if (isOdd) {
    if (value.startsWith("?.", at)) at += 2;
    if (value.charCodeAt(at) === 41 && value.charCodeAt(from - 1) === 40) at++;
    if (value.charCodeAt(at) === 41) at++;
    for (const way of [".call", ".apply", ".bind"]) if (value.startsWith(way, at)) at += way.length;
  }
  const open = skipBlanks(value, at);
  const code = value.charCodeAt(open);
  if (code === 96) return isOdd;
  if (code === 39 || code === 34) return (kind & STATEMENT) !== 0 && looksLikePath(value, open + 1);
  return code === 40 && takesCode(value, skipBlanks(value, open + 1), open === at, kind);
}

/** Do the arguments look like a program's? `isTight`: the bracket stands right behind the name. */
function takesCode(value: string, at: number, isTight: boolean, kind: number): boolean {
  const isOdd = (kind & CALLED) !== 0;
  const code = value.charCodeAt(at);
  if (code === 36 || code === 92) return true;
  if (code === 39 || code === 34 || code === 96) return (isOdd && isTight) || ((isOdd || isTight) && closes(value, at));
  if (Number.isNaN(code)) return isOdd && isTight;
  if (code === 41) return isOdd && isTight && (kind & NEEDY) === 0;
  if (code >= 48 && code <= 57) return isTight && (isOdd || ((kind & NUMBERED) !== 0 && isShortNumber(value, at)));
  if (!isNameCharacter(code)) return isTight && isOdd;
  let end = at;
  while (end < value.length && end - at < 64 && isNameCharacter(value.charCodeAt(end))) end++;
  const after = value.charCodeAt(end);
  if (after === 40 || after === 91) return true;
  if (after === 41 && isTight && takesProgram(value, at, end)) return true;
  if (after === 46 && isNameCharacter(value.charCodeAt(end + 1))) return isTight;
  // "eval(uation) form": letters in brackets that a word goes on with.
  if (after === 41 && goesOnAsText(value, end + 1)) return false;
  return isOdd && isTight && value.charCodeAt(at - 1) === 40 && ENDINGS.at(value, at, end) === 0;
}

/** system(ls): a program that is no ordinary word. */
function takesProgram(value: string, from: number, to: number): boolean {
  const kind = PROGRAMS.at(value, from, to);
  return kind !== 0 && (kind & PLAIN) === 0 && to - from > 1;
}

/** The quote at `from` is closed again, and no letter follows: "open('s) hours" is a text. */
function closes(value: string, from: number): boolean {
  const quote = value.charCodeAt(from);
  for (let at = from + 1; at < value.length && at - from < 300; at++) {
    if (value.charCodeAt(at) === quote && value.charCodeAt(at - 1) !== 92 && !isNameCharacter(value.charCodeAt(at + 1))) return true;
  }
  // Cut off, or longer than anybody writes in brackets.
  return value.length - from >= 300 || value.charCodeAt(from + 1) === 47;
}

/** A number is the whole argument. */
function isShortNumber(value: string, from: number): boolean {
  let at = from;
  while (at - from < 12 && value.charCodeAt(at) >= 48 && value.charCodeAt(at) <= 57) at++;
  return value.charCodeAt(at) === 41 && at - from >= 1;
}

/** A path from the root or from here, a variable, or a scheme. */
function looksLikePath(value: string, from: number): boolean {
  const first = value.charCodeAt(from);
  if (first === 47 || first === 46 || first === 36) return true;
  let at = from;
  while (at - from < 12 && isNameCharacter(value.charCodeAt(at))) at++;
  return at > from && value.charCodeAt(at) === 58;
}
