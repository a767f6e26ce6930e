import { onceEach, type Detector } from "./detector.ts";
import { isBlank, isNameCharacter } from "./scan.ts";
import { type Arguments, argumentsAt } from "./shell-arguments.ts";
import { emptyWord, isSeparator, readWord, type ShellWord, skipGap } from "./shell-reader.ts";
import { ALONE, PLAIN, PREFIX, PROGRAMS, SURE, TAKES_NUMBER, TAKES_WORD, TOOL, WHOLE, WRITES } from "./shell-words.ts";

const MARKS = {
  command: "a command where a shell would run it: behind a separator, with arguments as programs have them",
  substitution: "a command in backticks or $(…)",
  broken: "a program's name with quotes, escapes, wildcards or empty variables inside",
  bare: "a program's name behind a separator and nothing else: a list of words may look like it",
  alone: "a program's name as the whole value, where that name is no word of any language",
} as const;
type Mark = keyof typeof MARKS;

/** How sure it is that a shell would begin a command here. */
const LINE = 0;
/** Behind `;`, `|` or `&`, as texts have them too. */
const SOFT = 1;
/** Behind `&&`, `||`, or a separator that stands where a text has none: first, behind a quote, a number or a path. */
const HARD = 2;
/** In backticks or behind `$(`. */
const INNER = 3;

/**
 * Commands of POSIX shells and of Windows. Goes from one place where a command may begin to the next, reads the first word there
 * as the shell would (quotes, escapes, folders taken away) and looks at its first argument. `cable; cat 6` and `A|B` are texts.
 */
export const shellDetector: Detector = {
  name: "shell",
  marks: MARKS,
  look(value, found) {
    const word = emptyWord();
    const tell = onceEach<Mark>(found);
    tell(commandAt(value, 0, LINE, word));
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code > 127 || STARTS[code] === 0) continue;
      const start = commandStart(value, at, code);
      if (start === 0) continue;
      tell(commandAt(value, start, contextOf(value, at, code, start), word));
      at = start - 1;
    }
  },
};

const STARTS = Uint8Array.from({ length: 128 }, (_, code) => (";|&\n\r`(\\".includes(String.fromCharCode(code)) ? 1 : 0));

/** The place behind the signs at `at` that begin a command; 0: they do not. */
function commandStart(value: string, at: number, code: number): number {
  if (code === 40) {
    const before = value.charCodeAt(at - 1);
    return before === 36 || before === 60 || before === 62 || before === 64 ? at + 1 : 0;
  }
  if (code === 92) return (value[at + 1] === "n" || value[at + 1] === "r") && (value[at + 2] === "/" || isBarePrefix(value, at)) ? at + 2 : 0;
  let end = at + 1;
  while (end < value.length && isSeparator(value.charCodeAt(end)) && value.charCodeAt(end) !== 96) end++;
  return end;
}

function contextOf(value: string, at: number, code: number, start: number): number {
  if (code === 40 || code === 96) return INNER;
  if (isBarePrefix(value, at)) return HARD;
  if (code === 10 || code === 13 || code === 92) return LINE;
  const before = value.charCodeAt(at - 1);
  return start - at > 1 || before === 39 || before === 34 || before === 41 ? HARD : SOFT;
}

/** Is what stands before `to` no text: nothing, a quote, a number, a letter, a path, an assignment? */
function isBarePrefix(value: string, to: number): boolean {
  if (to > 40) return false;
  let letters = 0;
  let isOdd = to === 0;
  for (let at = 0; at < to; at++) {
    const code = value.charCodeAt(at);
    if (isBlank(code) && letters > 0) return false;
    if (code > 127) return false;
    if (isNameCharacter(code) && code > 57) letters++;
    else isOdd = true;
  }
  return letters <= 1 || (isOdd && value.charCodeAt(to - 1) !== 44 && !isBlank(value.charCodeAt(to - 1)));
}

/** Judges the command that begins at `from`, if one does. */
function commandAt(value: string, from: number, context: number, word: ShellWord): Mark | null {
  let start = from;
  let isBrace = false;
  for (let more = true; more && start - from < 10; ) {
    start = skipGap(value, start);
    const code = value.charCodeAt(start);
    more = code === 39 || code === 34 || code === 40 || code === 123 || code === 33 || (code === 36 && !isNameCharacter(value.charCodeAt(start + 1)));
    if (code === 123) isBrace = true;
    if (more) start += code === 36 && "@*!#?-".includes(value[start + 1] ?? " ") ? 2 : 1;
  }
  let place = context;
  for (let prefixes = 0; prefixes < 4; prefixes++) {
    readWord(value, start, word);
    const kind = PROGRAMS.at(word.text, 0, word.text.length);
    // `{set}` in backticks is a placeholder: a shell wants a blank or a comma inside.
    if (isBrace && (kind & SURE) === 0 && value.charCodeAt(word.end) === 125) return null;
    const mark = judge(value, start, place, kind, word, isBrace);
    if (mark !== null || (kind & PREFIX) === 0) return mark;
    const next = skipGap(value, word.end);
    if (next === word.end) return null;
    // `nohup ifconfig`: a command is awaited behind it.
    place = Math.max(place, SOFT);
    start = next;
  }
  return null;
}

function judge(value: string, start: number, context: number, kind: number, word: ShellWord, isBrace: boolean): Mark | null {
  if (word.hasWildcard && isWildcardPath(value, start, word.end, context)) return "broken";
  if (kind === 0 && context > LINE && word.joined !== "" && (PROGRAMS.at(word.joined, 0, word.joined.length) & (SURE | TOOL)) !== 0) return "broken";
  if (kind === 0) return context === INNER && word.hasVariable && value.charCodeAt(start) === 36 && value.charCodeAt(start - 1) === 40 ? "substitution" : null;
  const isPlain = (kind & PLAIN) !== 0;
  const given: Arguments = isBrace && value.charCodeAt(word.end) === 44 ? "command" : argumentsAt(value, word.end);
  if (word.isBroken && word.text.length > 1 && (context > LINE || given === "command")) return "broken";
  if (word.hasFolder) {
    const isKnown = isProgramFolder(value, start, word.end);
    if (isKnown && (context > LINE || given !== "text")) return "command";
    if (!isKnown && given !== "command") return null;
  }
  const isSmall = value.charCodeAt(start) > 90 || word.hasFolder;
  const sure = isCommand(value, context, kind, given, isSmall, start, word);
  if (sure) return context === INNER ? "substitution" : context === LINE && given === "none" ? "alone" : "command";
  return given === "none" && context === SOFT && isSmall && ((kind & ALONE) !== 0 || ((kind & TOOL) !== 0 && !isPlain)) ? "bare" : null;
}

function isCommand(value: string, context: number, kind: number, given: Arguments, isSmall: boolean, start: number, word: ShellWord): boolean {
  const isPlain = (kind & PLAIN) !== 0;
  switch (given) {
    case "command":
      if (context > LINE) return isSmall || !isPlain;
      return isPlain ? isSmall && isDeepPath(value, skipGap(value, word.end)) : true;
    case "number":
      if (context === INNER && word.text === "echo") return true;
      return (kind & TAKES_NUMBER) !== 0 && (context > LINE ? isSmall || context > SOFT : !isPlain);
    case "amount":
      return (kind & TAKES_NUMBER) !== 0 && isSmall && context === HARD;
    case "quoted":
      return ((kind & WRITES) !== 0 || !isPlain) && isSmall && (context > LINE || (kind & SURE) !== 0);
    case "word":
      return (kind & (TAKES_WORD | SURE)) !== 0 ? isSmall && context > (isPlain ? SOFT : LINE) : (kind & WRITES) !== 0 && isSmall && context >= HARD;
    case "none":
      return isBareCommand(value, context, kind, isSmall, start, word);
    case "path":
      return context > LINE && isSmall && (!isPlain || context > SOFT);
    case "text":
      if (context > LINE && isSmall && (kind & WHOLE) !== 0) return true;
      return context > SOFT && isSmall && ((kind & SURE) !== 0 || ((kind & WRITES) !== 0 && context === HARD && word.text === "echo"));
    default:
      return false;
  }
}

/** A name and nothing else. */
function isBareCommand(value: string, context: number, kind: number, isSmall: boolean, start: number, word: ShellWord): boolean {
  const isPlain = (kind & PLAIN) !== 0;
  if (context === LINE) return (kind & WHOLE) !== 0 && start <= 3 && word.end >= value.length - 3;
  if (context === INNER && (kind & WHOLE) === 0 && isMarked(value, start, word.end)) return false;
  if (context === INNER) return !isBlank(value.charCodeAt(start - 1)) && ((kind & (SURE | ALONE)) !== 0 || (isSmall && (!isPlain || value.charCodeAt(start - 1) === 40)));
  if ((kind & SURE) !== 0) return true;
  // One letter behind a stroke stands in passwords too: `K5%|w`, `Q|w$Wm`.
  if (word.text.length === 1 && (context === SOFT || word.hasVariable)) return false;
  if (context === HARD) return isSmall && ((kind & ALONE) !== 0 || !isPlain);
  return isSmall && (kind & ALONE) !== 0 && !isPlain;
}

/** "the `id` of it": backticks as texts have them, with words before and behind. */
function isMarked(value: string, start: number, end: number): boolean {
  return value.charCodeAt(start - 1) === 96 && isBlank(value.charCodeAt(start - 2)) && value.charCodeAt(end) === 96 && end + 1 < value.length;
}

/** `/???/c?t`, `/bin/c*`: letters of a path left to the shell. */
function isWildcardPath(value: string, from: number, to: number, context: number): boolean {
  if (value.charCodeAt(from) !== 47 || isComment(value, from, to)) return false;
  let wildcards = 0;
  let folders = 0;
  for (let at = from; at < to; at++) {
    const code = value.charCodeAt(at);
    if (code === 47) folders++;
    else if (code === 91 && value.charCodeAt(at + 2) === 93 && isNameCharacter(value.charCodeAt(at + 1)) && value.charCodeAt(at + 1) > 57) wildcards += 2;
    else if (code === 63 || (code === 91 && context > LINE) || (code === 42 && (isNameCharacter(value.charCodeAt(at - 1)) || isNameCharacter(value.charCodeAt(at + 1))))) wildcards++;
  }
  return folders >= 2 && wildcards >= (context > LINE ? 1 : 2) && value.charCodeAt(to) !== 61;
}

/** `/* red *\/` is a remark; with a name right behind it, it may be a folder. */
function isComment(value: string, from: number, to: number): boolean {
  const end = value.charCodeAt(from + 1) === 42 ? value.indexOf("*/", from + 2) : -1;
  return end > 0 && end < to && !isNameCharacter(value.charCodeAt(end + 2));
}

function isProgramFolder(value: string, from: number, to: number): boolean {
  return /(bin|system32|syswow64|windowspowershell|(^|[/\\])\.{1,2})[/\\]+[^/\\]*$/i.test(value.slice(from, to));
}

/** An absolute path with two folders or a well-known first one. */
function isDeepPath(value: string, from: number): boolean {
  return /^(\/(etc|proc|var|tmp|usr|bin|home|root|dev|opt|sys)\b|\/\w+\/\w|[a-z]:\\(\w|$)|%\w+%\\|\.\.\/)/i.test(value.slice(from, from + 40));
}
