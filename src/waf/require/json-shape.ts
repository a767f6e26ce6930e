import { jsonStringEnd, skipJsonSpace } from "../../document/json-walk.ts";
import { breach, type Breach } from "./breach.ts";

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Names of an object up to which looking through them is faster than a set. */
const FEW = 16;

/** The names of an open object, in quotes. */
interface Names {
  readonly few: string[];
  /** All of them, where they are not few. */
  many: Set<string> | null;
}

/** Bounds on a JSON text. */
export interface JsonBounds {
  readonly depth: number;
  readonly members: number;
  /** A name may stand in an object once: of two, readers differ in which they take, and a schema sees the last. */
  readonly once: boolean;
}

/**
 * Looks at the structure of a JSON text in one pass, before anything is made of it. Says nothing about a text that breaks the
 * format: whoever parses it does. Counts members and items, the empty text's none included as one.
 */
export function boundJson(text: string, { depth: maxDepth, members: maxMembers, once }: JsonBounds): Breach | null {
  const names: (Names | null)[] = [];
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = jsonStringEnd(text, at);
      const open = names.at(-1);
      if (once && open !== null && open !== undefined && isName(text, end) && !remember(open, text.slice(at, end + 1))) return breach("json", "body", "a name that stands twice in an object");
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (names.push(code === OPEN_OBJECT ? { few: [], many: null } : null) > maxDepth) return breach("depth", "body", `depth ${maxDepth}`);
      if (++members > maxMembers) return breach("members", "body", `members ${maxMembers}`);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) names.pop();
    else if (code === COMMA && ++members > maxMembers) return breach("members", "body", `members ${maxMembers}`);
  }
  return null;
}

/** A colon follows a name, and nothing else that is in quotes. */
function isName(text: string, end: number): boolean {
  return text.charCodeAt(skipJsonSpace(text, end + 1)) === COLON;
}

/** False where the name was there already. */
function remember(names: Names, quoted: string): boolean {
  const name = quoted.includes("\\") ? unescaped(quoted) : quoted;
  if (names.many === null) {
    if (names.few.includes(name)) return false;
    if (names.few.push(name) > FEW) names.many = new Set(names.few);
    return true;
  }
  const before = names.many.size;
  names.many.add(name);
  return names.many.size > before;
}

function unescaped(quoted: string): string {
  try {
    return JSON.stringify(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
