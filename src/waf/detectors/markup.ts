import { onceEach, type Detector } from "./detector.ts";
import { isBlank, isNameCharacter, skipBlanks } from "./scan.ts";
import { smallLetter, wordTable } from "./word-table.ts";

/** Runs something, or brings something that runs. */
const ACTIVE = 1;
/** Runs in a name space of its own too: `<svg:script>`. */
const PREFIXED = 4;
/** Shows a thing of elsewhere, or takes input: unusual in a text, harmless by itself. */
const UNUSUAL = 2;

const ELEMENTS = wordTable([
  [ACTIVE, "script iframe frame frameset object embed applet base svg math meta link style xss isindex layer ilayer bgsound template animate set foreignobject handler xml vmlframe noscript portal"],
  [PREFIXED, "script iframe handler vmlframe"],
  [UNUSUAL, "img image form input button video audio source body html head details marquee textarea select keygen picture area map track canvas title plaintext xmp listing comment a"],
]);
const STATEMENTS = wordTable([[1, "var let const new void throw return delete typeof import with if for while do try function async await switch yield"]]);
const SCHEMES = wordTable([[1, "javascript vbscript livescript mocha jscript"]]);

const MARKS = {
  active: "an element that runs or loads something (<script>, <iframe>, <svg>, <object>)",
  handler: "an element with an event handler (<img onerror=…>)",
  scheme: "an address that runs: javascript:, vbscript:, data: with markup",
  element: "an element that a plain text does not need (<form>, <img>, <input>)",
} as const;
type Mark = keyof typeof MARKS;
type See = (mark: Mark) => void;

/**
 * Markup that would act in a browser. Reads tags as browsers do: a name after `<`, then attributes parted by blanks, slashes or
 * quotes, the end may be missing. A `<` before a blank, a digit or a sign is a sign of comparison; `<b>` and `<br/>` are text.
 */
export const markupDetector: Detector = {
  name: "markup",
  marks: MARKS,
  look(value, found) {
    const see: See = onceEach<Mark>(found);
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code === 60) at = readTag(value, at, see) - 1;
      else if (code === 58 && actsAs(value, at)) see("scheme");
    }
  },
};

/** Reads from a `<` to the end of its tag, or to the next `<`; gives the place to go on. */
function readTag(value: string, open: number, see: See): number {
  let at = open + 1;
  let code = value.charCodeAt(at);
  const isEnd = code === 47;
  // Blanks and other characters that a browser passes over, or that a filter leaves when it cuts something out.
  while (at - open < 16 && (code === 47 || code === 0 || code === 37)) code = value.charCodeAt(++at);
  const from = at;
  let local = from;
  while (at < value.length && (isNameCharacter(code) || code === 45 || code === 58 || code === 0 || code === 92)) {
    if (code === 58) local = at + 1;
    code = value.charCodeAt(++at);
  }
  if (at === from || !isLetter(value.charCodeAt(from))) return open + 1;
  const kind = ELEMENTS.at(value, local, at);
  const isActive = (kind & ACTIVE) !== 0 && (local === from || (kind & PREFIXED) !== 0);
  if (!isEnds(value, at)) return at;
  if (isActive) see("active");
  if (kind === UNUSUAL && !isEnd) see("element");
  return readAttributes(value, at, see);
}

/** What may stand behind the name of an element. */
function isEnds(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return at >= value.length || isBlank(code) || code === 47 || code === 62 || code === 34 || code === 39 || code === 60 || code === 96 || code === 59 || code === 44 || code === 61 || code === 40 || code > 127;
}

/** Looks for attributes named `on…` until `>`; quotes do not hide, since what stands in them may be meant to end them. */
function readAttributes(value: string, start: number, see: See): number {
  let at = start;
  for (; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 60) return at;
    if (code === 58 && actsAs(value, at, true)) see("scheme");
    if (code === 62) return at + 1;
    if (code === 61 && isHandlerBefore(value, at)) see("handler");
  }
  return at;
}

/** Is the name before the `=` at `at` `on` and at least three more letters? */
function isHandlerBefore(value: string, at: number): boolean {
  let from = at;
  while (at - from < 16 && (isBlank(value.charCodeAt(from - 1)) || value.charCodeAt(from - 1) === 47)) from--;
  const to = from;
  while (to - from < 48 && (isNameCharacter(value.charCodeAt(from - 1)) || value.charCodeAt(from - 1) === 92)) from--;
  for (let start = from; start <= from + 1; start++) {
    if (to - start >= 4 && smallLetter(value.charCodeAt(start)) === 111 && smallLetter(value.charCodeAt(start + 1)) === 110 && isLetter(value.charCodeAt(start + 2))) return true;
  }
  return false;
}

/** Does the scheme that ends at the colon at `at` run what follows? Blanks and controls inside its name are passed over, as browsers do. */
function actsAs(value: string, at: number, isInTag = false): boolean {
  let word = "";
  let from = at - 1;
  for (; from >= 0 && at - from < 40; from--) {
    const code = value.charCodeAt(from);
    if (isNameCharacter(code)) word = String.fromCharCode(smallLetter(code)) + word;
    else if (!isSkipped(code)) break;
    if (word.length === 10) break;
  }
  if (word.length < 4) return false;
  if (word.endsWith("data")) return isMarkupData(value, at + 1);
  for (const length of [10, 8, 7, 5]) {
    if (SCHEMES.at(word, word.length - length, word.length) !== 0) return isInTag || followsScheme(value, at + 1);
  }
  return false;
}

/** Blanks of any kind, and what a filter or an escape leaves inside a word. */
function isSkipped(code: number): boolean {
  return code < 32 || code === 0x200b || code === 0xfeff || code === 92 || code === 0xad;
}

/** `javascript:` is code where something that is called, given or quoted follows; `JavaScript: the basics` is a text. */
function followsScheme(value: string, from: number): boolean {
  const start = skipBlanks(value, from);
  const first = value.charCodeAt(start);
  if (first === 47 || first === 37 || first === 92 || first === 34 || first === 39 || first === 96 || first === 40 || first === 38) return true;
  let end = start;
  while (isNameCharacter(value.charCodeAt(end)) && end < start + 40) end++;
  // A statement may go on behind blanks; a sentence does, too.
  const last = isBlank(value.charCodeAt(end)) && STATEMENTS.at(value, start, end) === 0 ? end : start + 80;
  for (let at = start; at < value.length && at < last; at++) {
    const code = value.charCodeAt(at);
    if (code === 40 || code === 96 || code === 61 || code === 91 || code === 37) return !isBlank(value.charCodeAt(at - 1));
  }
  return false;
}

/** `data:text/html`, `data:image/svg+xml`, `data:text/xml`, `data:,<`, `data:;base64`: what a browser would read as markup or script. */
function isMarkupData(value: string, from: number): boolean {
  const start = skipBlanks(value, from);
  const head = value.slice(start, start + 32).toLowerCase();
  return /^(text\/(html|xml|javascript|css|plain;base64|x-)|image\/svg|application\/(x?html|xml|x?-?javascript|x-)|;|,\s*[<'"a-z*])/.test(head);
}

function isLetter(code: number): boolean {
  return isNameCharacter(code) && (code > 57 && code !== 95);
}
