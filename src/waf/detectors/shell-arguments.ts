import { isBlank, isNameCharacter } from "./scan.ts";
import { gapVariable, isSeparator, skipGap } from "./shell-reader.ts";
import { SUBCOMMANDS } from "./shell-words.ts";

/** What follows the name of a program: nothing, words of a text (after a number: an amount), a path from here, or what only a command has. */
export type Arguments = "none" | "text" | "number" | "amount" | "word" | "quoted" | "path" | "command";

const FILE = /^[\w@%.+~-]{1,60}\.(txt|php\d?|phtml|sh|conf|cnf|cfg|ini|log|exe|bat|cmd|ps1|vbs|py|pl|rb|js|jsp|asp|aspx|html?|xml|json|ya?ml|env|bak|sql|db|pem|key|passwd|htaccess|dat|so|dll|zip|tar|gz)\b(?!\.)/i;
/** Programs and companies that are named like files. */
const NO_FILE = /^(node|next|vue|react|three|d3|express|chart|asp|o|z|e|s)\.|^(\w\.)+/i;
const MEASURE = /^\d+\s+(hours?|hrs?|h|min|minutes?|seconds?|sec|s|days?|nights?|weeks?|pcs|pc|pieces|kg|g|m|cm|mm|x|of)\b/i;
/** Addresses as socat and exec take them. */
const ADDRESS = /^(tcp|udp|exec|system|openssl|file|unix)\d?(-\w+)?:\S/i;
const HOST = /^(([\w-]{1,63}\.){1,8}[a-z]{2,24}|\d{1,3}(\.\d{1,3}){3}|localhost)([:/\s;|&)`'"#>]|$)/i;

/** Looks at what stands behind a program's name, no further than its first argument. */
export function argumentsAt(value: string, from: number): Arguments {
  let at = from;
  while (isQuote(value.charCodeAt(at)) && at - from < 3) at++;
  const start = skipGap(value, at);
  if (hasGapVariable(value, at, start)) return "command";
  const code = value.charCodeAt(start);
  if (start >= value.length || endsCommand(value, start)) return "none";
  if (code === 62 || code === 60) return redirection(value, start);
  // Without a gap it is one word: `curl/8.5`, `w/o`, `type="a"`.
  if (start === at) return "text";
  return firstArgument(value, start);
}

function firstArgument(value: string, at: number): Arguments {
  const code = value.charCodeAt(at);
  const next = value.charCodeAt(at + 1);
  if (code === 45) return isSwitch(value, at) ? "command" : "text";
  if (code === 47) return pathAt(value, at);
  if (code === 36) return (isNameCharacter(next) && next > 57) || next === 123 || next === 40 || next === 64 || isParameter(value, at + 1) ? "command" : "text";
  if (code === 126 || code === 46) return next === 47 || (next === 46 && value.charCodeAt(at + 2) === 47) ? "command" : "text";
  if ((code === 42 || code === 63) && next !== 46) return endsFirmly(value, skipGap(value, at + 1)) ? "path" : "text";
  if (code === 42 || code === 63) return "command";
  if (code === 37) return isNameCharacter(next) && value.slice(at + 1, at + 24).includes("%") ? "command" : "text";
  if (code === 92 && next === 92) return "command";
  if (isQuote(code) || code === 96) return (next === 45 && isSwitch(value, at + 1)) || (next === 47 && pathAt(value, at + 1) === "command") ? "command" : "quoted";
  if (next === 58 && (value.charCodeAt(at + 2) === 92 || value.charCodeAt(at + 2) === 47)) return "command";
  const word = value.slice(at, at + 72);
  if (/^(https?|ftp):\/\//i.test(word) || (FILE.test(word) && !NO_FILE.test(word)) || ADDRESS.test(word)) return "command";
  if (HOST.test(word)) return "number";
  if (/^\d+[smhd]?(?=[\s;|&)`'"#]|$)/.test(word)) return endsAfter(value, at) ? "number" : MEASURE.test(word) ? "text" : "amount";
  if (/^[\w.-]*(\*|\?\w)[\w.*?-]*([\s;|&)`'"#]|$)/.test(word)) return /^([*?]|\S*\.)/.test(word) ? "command" : "path";
  if (/^[a-z_]+\/[\w./*?'"\\-]+([\s;|&)`'"#]|$)/.test(word)) return "path";
  return subcommand(value, at);
}

function subcommand(value: string, at: number): Arguments {
  let end = at;
  while (end - at < 16 && isNameCharacter(value.charCodeAt(end))) end++;
  if (SUBCOMMANDS.at(value, at, end) !== 0 && endsWord(value, end)) return "word";
  return end > at && (end >= value.length || endsCommand(value, end)) ? "word" : "text";
}

/** `-a`, `--all`, `-n 5`; but `- 5`, `-5 °C` and a dash between words are of a text. */
function isSwitch(value: string, at: number): boolean {
  const start = value.charCodeAt(at + 1) === 45 ? at + 2 : at + 1;
  if (value.charCodeAt(start) === 47) return true;
  let end = start;
  while (end - start < 24 && (isNameCharacter(value.charCodeAt(end)) || value.charCodeAt(end) === 45)) end++;
  return end > start && (value.charCodeAt(start) > 57 || start === at + 2) && (endsWord(value, end) || value.charCodeAt(end) === 61 || value.charCodeAt(end) === 36 || value.charCodeAt(end) === 58);
}

/** `/etc/passwd`, `/a`, or the root alone at the end of a command; but not `/ 5`, `//` or the stroke between two names. */
function pathAt(value: string, at: number): Arguments {
  const next = value.charCodeAt(at + 1);
  const isPath = isNameCharacter(next) || next === 63 || next === 42 || next === 46 || next === 39 || next === 34 || next === 91 || endsFirmly(value, skipGap(value, at + 1));
  return isPath ? "command" : "text";
}

/** `$1` is what was given first, `$12` an amount. */
function isParameter(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return code >= 48 && code <= 57 && endsWord(value, at + 1);
}

/** Nothing follows, or another command does. */
function endsFirmly(value: string, at: number): boolean {
  return at >= value.length || isSeparator(value.charCodeAt(at)) || value.charCodeAt(at) === 41;
}

function redirection(value: string, at: number): Arguments {
  const next = skipGap(value, at + 1);
  const code = value.charCodeAt(next);
  return code === 47 || code === 38 || code === 62 || code === 40 || code === 36 || FILE.test(value.slice(next, next + 72)) ? "command" : "text";
}

function hasGapVariable(value: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (value.charCodeAt(at) === 36 && gapVariable(value, at) > 0) return true;
  return false;
}

/** Does the command end here: at a separator, a closing sign, a comment? */
export function endsCommand(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return at >= value.length || isSeparator(code) || code === 41 || code === 35 || code === 125 || isQuote(code) || (code === 92 && /[nrt"'`]/.test(value[at + 1] ?? "")) || value.startsWith("%00", at) || value.startsWith("//", at) || value.startsWith("--", at);
}

function endsWord(value: string, at: number): boolean {
  return at >= value.length || isBlank(value.charCodeAt(at)) || endsCommand(value, at);
}

/** After the word at `at` and blanks the command ends. */
function endsAfter(value: string, at: number): boolean {
  let end = at;
  while (end - at < 16 && isNameCharacter(value.charCodeAt(end))) end++;
  return endsCommand(value, skipGap(value, end));
}

function isQuote(code: number): boolean {
  return code === 39 || code === 34;
}
