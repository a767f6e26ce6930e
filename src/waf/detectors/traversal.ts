import { onceEach, type Detector } from "./detector.ts";
import { isBlank } from "./scan.ts";
import { isSensitivePath, isSystemFolder } from "./traversal-paths.ts";

const MARKS = {
  climb: "a path that climbs above where it begins, in any spelling of ../",
  step: "a ../ that stays below where the path begins, or that nothing follows in a text",
  file: "a file that only an attacker asks for (/etc/passwd, win.ini, .git/config, WEB-INF/web.xml)",
  system: "a path into the system's own folders (/etc/…, /proc/…, C:\\Windows\\…) as the whole value",
} as const;
type Mark = keyof typeof MARKS;

/** Paths that leave their folder or lead to what nobody should read. Cuts the value into paths at blanks and quotes. */
export const traversalDetector: Detector = {
  name: "traversal",
  marks: MARKS,
  look(value, found) {
    const tell = onceEach<Mark>(found);
    let from = 0;
    let isOdd = false;
    let signs = 0;
    for (let at = 0; at <= value.length; at++) {
      const code = at < value.length ? value.charCodeAt(at) : 32;
      const sign = code < 128 ? SIGNS[code] : isSlash(code) ? SIGN : 0;
      if (sign === 0) continue;
      if (sign !== EDGE) {
        if (sign === SIGN) signs++;
        else if (code === 37 || value.charCodeAt(at - 1) === 48) isOdd = true;
        continue;
      }
      if (signs > 0 || isOdd) judge(value, from, at, tell, isOdd);
      from = at + 1;
      signs = 0;
      isOdd = false;
    }
  },
};

/** Characters of ASCII that are of interest on the way: edges, slashes, dots, `%` and `x`. */
const EDGE = 1;
const SIGN = 2;
const ODD = 3;
const SIGNS = Uint8Array.from({ length: 128 }, (_, code) => (isEdge(code) ? EDGE : isSlash(code) || code === 46 ? SIGN : code === 37 || code === 120 ? ODD : 0));

function judge(value: string, from: number, to: number, tell: (mark: Mark | null) => void, isOdd: boolean): void {
  const isFirst = from <= 1;
  const isWhole = isFirst && to >= value.length - 2;
  if (isOdd) {
    const path = unfold(value.slice(from, to));
    judgePath(path, 0, path.length, tell, isFirst, isWhole);
  } else judgePath(value, from, to, tell, isFirst, isWhole);
}

function judgePath(value: string, from: number, to: number, tell: (mark: Mark | null) => void, isFirst: boolean, isWhole: boolean): void {
  if (to - from < 3) return;
  tell(climbs(value, from, to, isFirst, isWhole));
  if (isSensitivePath(value, from, to, isWhole)) tell(isSpokenOf(value, from, to) ? "step" : "file");
  else if (isWhole && isSystemFolder(value, from, to)) tell("system");
}

/** Files that administrators write of in their invoices: "changed /etc/hosts on web01". */
const SPOKEN_OF = /^(\/etc\/(hosts|hostname|fstab|crontab|services|motd|resolv\.conf|nginx\/[\w./-]*|apache2\/[\w./-]*|php\/[\w./-]*)|\/var\/log\/[\w./-]*)[.,;:]?$/;

/** Such a file inside a sentence: behind two words, or with another word behind it. */
function isSpokenOf(value: string, from: number, to: number): boolean {
  if (value.charCodeAt(from) !== 47 || to - from > 80 || !SPOKEN_OF.test(value.slice(from, to))) return false;
  return /^ [a-z]{3}/.test(value.slice(to, to + 4)) || /[a-z]{2} [a-z]{2,20} $/.test(value.slice(Math.max(0, from - 32), from));
}

/**
 * Walks down and up one path. A climb goes above where the path begins: twice, or once where the path is the whole value, or
 * begins with it and goes on behind the step. A URL begins behind its host.
 */
function climbs(value: string, from: number, to: number, isFirst: boolean, isWhole: boolean): Mark | null {
  let steps = 0;
  let above = 0;
  let depth = 0;
  let hasName = false;
  let last = from;
  for (let at = from; at < to; at++) {
    const length = stepAt(value, at, to);
    if (length === 0) {
      const code = value.charCodeAt(at);
      if (!isSlash(code)) hasName ||= code !== 46;
      else if (at > from && isSlash(value.charCodeAt(at - 1))) depth = 0;
      else if (hasName) depth++;
      if (isSlash(code)) hasName = false;
      continue;
    }
    steps++;
    depth--;
    if (depth < 0) {
      above++;
      depth = 0;
    }
    at += length - 1;
    last = at;
  }
  if (steps === 0) return null;
  const isShare = isWhole && value.charCodeAt(from) === 92 && value.charCodeAt(from + 1) === 92;
  if (above > 1 || steps > MOST_STEPS || isShare || (above > 0 && (isWhole || (isFirst && last + 1 < to)))) return "climb";
  return "step";
}

/** A path that goes up and down again more often than this hides where it leads. */
const MOST_STEPS = 3;

/** The length of a step up at `at`: `../`, `..\\`, `....//`, `..;/`, `.../`, `/..` at the end; 0: none. */
function stepAt(value: string, at: number, to: number): number {
  if (value.charCodeAt(at) !== 46 || value.charCodeAt(at - 1) === 46) return 0;
  let end = at + 1;
  while (end < to && end - at < 8 && value.charCodeAt(end) === 46) end++;
  const dots = end - at;
  if (dots < 2) return 0;
  const isInside = at > 0 && isSlash(value.charCodeAt(at - 1));
  if (end >= to) return dots === 2 && isInside ? dots : 0;
  let slashes = end;
  if (value.charCodeAt(slashes) === 59 || value.charCodeAt(slashes) === 0) slashes++;
  const first = slashes;
  while (slashes < to && slashes - first < 12 && isSlash(value.charCodeAt(slashes))) slashes++;
  if (slashes === first || (dots > 4 && slashes - first === 1 && !isInside)) return 0;
  return isInside || isStepStart(value, at, dots) ? slashes - at : 0;
}

/** A path begins here: not `word../`, which is an ellipsis and a slash, nor `... /`. */
function isStepStart(value: string, at: number, dots: number): boolean {
  if (at === 0) return true;
  const before = value.charCodeAt(at - 1);
  const isWord = (before >= 48 && before <= 57) || (before >= 65 && before <= 90) || (before >= 97 && before <= 122) || before > 127;
  return !isWord || (dots === 2 && value.charCodeAt(at + 3) === 46);
}

/* Spellings that lax decoders make dots and slashes of: encoded twice or more, overlong UTF-8, bytes with their top bits lost. */
const DOT = /%{1,2}(?:25){0,4}(2e|u002e|uff0e|c0%?(ae|2e|5e|ee|fe|6e)|e0%(80|40)%ae|f0%80%80%ae|f8%80%80%80%ae|fc%80%80%80%80%ae|c0(?=\.)|%32%{1,2}65|32%65)|0x2e/gi;
const SLASH = /%{1,2}(?:25){0,4}(2f|5c|u2215|u2216|uf025|uefc8|u002f|u005c|c0%(?:25){0,2}(af|2f|5c|9v|qf|80)|c1%(?:25){0,2}(9c|af|8s|1c|pc)|bg%qf|e0%80%af|f0%80%80%af|f8%80%80%80%af|fc%80%80%80%80%af|c0(?=[/\\])|%32%{1,2}66|%35%{1,2}63|32%66|35%63)|0x(2f|5c)/gi;
const LOST = /[.?]\?(?=\/)|\?\.(?=\/)/g;

function unfold(path: string): string {
  return path.replace(SLASH, "/").replace(DOT, ".").replace(LOST, "..");
}

function isSlash(code: number): boolean {
  return code === 47 || code === 92 || code === 0x2215 || code === 0x2216 || code === 0xff0f || code === 0xff3c || code === 0x2044;
}

/** What parts a path from the text around it. */
function isEdge(code: number): boolean {
  return isBlank(code) ? code !== 0 : code === 34 || code === 39 || code === 60 || code === 62 || code === 124 || code === 44 || code === 61 || code === 38 || code === 40 || code === 41 || code === 96;
}
