/*
 * The fixed parts of a pattern: texts of which one must stand in whatever the pattern finds. One pass for the fixed parts of all
 * patterns tells which patterns have to be tried at all.
 */

/** What a pattern cannot do without. */
export interface Atoms {
  /** Texts in plain form, one of which stands in everything that it finds; null where none is certain. */
  readonly texts: readonly string[] | null;
  /** Signs that all stand in everything that it finds: bits of {@link signBit}. */
  readonly signs: number;
}

/** A part of a pattern. */
interface Part {
  /** All that it can be, where that is a few texts; null: it is not. */
  readonly exact: readonly string[] | null;
  /** It is one of `exact` again and again: it begins and ends with one. */
  readonly repeats: boolean;
  /** Texts of which one stands in it for certain; null: none is known. */
  readonly certain: readonly string[] | null;
  readonly signs: number;
}

const NOTHING: Part = { exact: [""], repeats: false, certain: null, signs: 0 };
const ANYTHING: Part = { exact: null, repeats: false, certain: null, signs: 0 };
/** More texts than this are not kept apart. */
const MOST = 60;
/** Longer texts tell no more, and would make the table of states large. */
const LONG_ENOUGH = 5;
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/;
const CONTROL: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };
const ANCHORS = "bBAzZ";
const SIGNS = "\n!\"#$%&'()*+-./:;<=>?@[\\]^`{|}~";

/** Small letters, one digit for all, one control for all, and one blank for any white space however long: the form in which fixed parts are looked for. */
export function plainForm(text: string): string {
  return text.toLowerCase().replaceAll(/[0-9]/g, "0").replaceAll(/[\t\n\v\f\r ]+/g, " ").replaceAll(/[\0-\x1f\x7f]/g, "\x01");
}

/** A bit of its own for each sign of ASCII but the comma, and one for line ends; 0 for any other character. */
export function signBit(character: string): number {
  const place = SIGNS.indexOf(character === "\r" ? "\n" : character);
  return place < 0 ? 0 : 1 << place;
}

/** Reads what an (accepted) pattern cannot do without. */
export function atomsOf(source: string): Atoms {
  const reader = new PatternReader(source);
  const whole = reader.alternatives();
  if (!reader.atEnd) return { texts: null, signs: 0 };
  const found = better(whole.certain, whole.exact);
  return { texts: found !== null && weight(found) > 0 ? shortest(found) : null, signs: whole.signs };
}

/** Short texts, without those that hold another. */
function shortest(texts: readonly string[]): string[] {
  const cut = [...new Set(texts.map((text) => text.slice(0, LONG_ENOUGH)))];
  return cut.filter((text) => !cut.some((other) => other !== text && text.includes(other)));
}

/** Length of the shortest text of a list; 0 for none. */
function weight(texts: readonly string[] | null): number {
  return texts === null || texts.length === 0 ? 0 : Math.min(LONG_ENOUGH, ...texts.map((text) => text.length));
}

function better(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  const [first, second] = [weight(a), weight(b)];
  if (first === second) return (a?.length ?? Infinity) <= (b?.length ?? Infinity) ? a : b;
  return first > second ? a : b;
}

/** Reads a pattern from left to right. What it does not know ends certainty, never correctness. */
class PatternReader {
  readonly #source: string;
  #at = 0;
  #lost = false;

  constructor(source: string) {
    this.#source = source;
  }

  /** Was all of it understood? */
  get atEnd(): boolean {
    return !this.#lost && this.#at === this.#source.length;
  }

  alternatives(): Part {
    const branches = [this.#row()];
    while (this.#source[this.#at] === "|") {
      this.#at++;
      branches.push(this.#row());
    }
    const [only] = branches;
    if (branches.length === 1 && only !== undefined) return only;
    const exact = [...new Set(branches.flatMap((branch) => branch.exact ?? []))];
    const certain = branches.map((branch) => better(branch.certain, branch.exact));
    return {
      exact: branches.every((branch) => branch.exact !== null) && exact.length <= MOST ? exact : null,
      repeats: false,
      certain: certain.every((texts) => weight(texts) > 0) ? certain.flatMap((texts) => texts ?? []) : null,
      signs: branches.reduce((signs, branch) => signs & branch.signs, -1),
    };
  }

  /** Parts one after the other: texts grow as long as each part is a few texts. */
  #row(): Part {
    let run: readonly string[] = [""];
    let certain: readonly string[] | null = null;
    let isExact = true;
    let signs = 0;
    while (this.#at < this.#source.length && this.#source[this.#at] !== "|" && this.#source[this.#at] !== ")") {
      const part = this.#repeated();
      signs |= part.signs;
      const grown = part.exact === null || part.exact.length * run.length > MOST ? null : joined(run, part.exact);
      if (grown !== null && !part.repeats) run = grown;
      else {
        certain = better(better(certain, grown ?? run), better(part.certain, part.exact));
        // What follows a part of many texts begins anew, with that part where it is one.
        run = part.exact ?? [""];
        isExact = false;
      }
    }
    return { exact: isExact ? run : null, repeats: false, certain: isExact ? null : better(certain, run), signs };
  }

  #repeated(): Part {
    const from = this.#at;
    const part = this.#part();
    const isBlank = this.#source.slice(from, this.#at) === "\\s";
    const quantifier = QUANTIFIER.exec(this.#source.slice(this.#at, this.#at + 12));
    if (quantifier === null) return part;
    this.#at += quantifier[0].length;
    const sign = quantifier[0][0];
    const least = sign === "?" || sign === "*" ? 0 : sign === "+" ? 1 : Number(quantifier[1]);
    // However much white space stands somewhere, it is one blank in plain form.
    if (isBlank) return least === 0 ? { ...NOTHING, exact: ["", " "] } : part;
    if (sign === "?") return part.exact === null ? ANYTHING : { ...NOTHING, exact: [...part.exact, ""] };
    return least === 0 ? ANYTHING : { ...part, repeats: true };
  }

  #part(): Part {
    const sign = this.#source[this.#at] as string;
    if (sign === "(") return this.#group();
    if (sign === "[") return this.#class();
    if (sign === "\\") return this.#escape();
    this.#at++;
    if (sign === ".") return ANYTHING;
    return sign === "^" || sign === "$" ? NOTHING : literal(sign);
  }

  #group(): Part {
    const head = /^\((?:\?(?:P?<[^>]+>|[imsU-]*[:)]))?/.exec(this.#source.slice(this.#at))?.[0] ?? "(";
    this.#at += head.length;
    if (head.endsWith(")")) return NOTHING;
    const inside = this.alternatives();
    if (this.#source[this.#at] === ")") this.#at++;
    else this.#lost = true;
    return inside;
  }

  /** A class of a few characters is as good as alternatives. */
  #class(): Part {
    const whole = /^\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]/.exec(this.#source.slice(this.#at))?.[0];
    if (whole === undefined) this.#lost = true;
    this.#at += whole?.length ?? 1;
    const members = whole === undefined ? null : membersOf(whole.slice(1, -1));
    return members === null ? ANYTHING : { ...NOTHING, exact: [...new Set(members.map(plainForm))], signs: members.reduce((signs, member) => signs & signBit(member), -1) };
  }

  #escape(): Part {
    const name = this.#source[this.#at + 1] ?? "";
    const code = /^\\x(?:([0-7][0-9A-Fa-f])|\{0*([0-7]?[0-9A-Fa-f])\})/.exec(this.#source.slice(this.#at, this.#at + 10));
    if (code !== null) {
      this.#at += code[0].length;
      return literal(String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? "", 16)));
    }
    const long = /^\\(?:[xpP]\{[^}]*\}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]+\}|p[A-Z]|P[A-Z]|c[A-Za-z]|0[0-7]{0,2})/.exec(this.#source.slice(this.#at, this.#at + 40));
    this.#at += long?.[0].length ?? 2;
    if (long !== null) return ANYTHING;
    if (ANCHORS.includes(name)) return NOTHING;
    if (name === "d") return { ...NOTHING, exact: ["0"] };
    if (name === "s") return literal(" ");
    if (name === "Q") this.#lost = true;
    if (/[A-Za-z0-9]/.test(name)) return CONTROL[name] === undefined ? ANYTHING : literal(CONTROL[name]);
    return literal(name);
  }
}

function joined(heads: readonly string[], tails: readonly string[]): string[] {
  return [...new Set(heads.flatMap((head) => tails.map((tail) => plainForm(head + tail))))];
}

/** The characters of a class, without its brackets; null where it has others than plain ones, or many. */
function membersOf(inside: string): string[] | null {
  const members = new Set<string>();
  for (let at = 0; at < inside.length; at++) {
    const code = memberAt(inside, at);
    if (code === null || (at === 0 && inside[at] === "^")) return null;
    if (inside[at] === "\\") at++;
    const isRange = inside[at + 1] === "-" && at + 2 < inside.length;
    const end = isRange ? memberAt(inside, at + 2) : code;
    if (end === null || end < code || end > 127) return null;
    for (let one = code; one <= end; one++) members.add(String.fromCharCode(one));
    if (isRange) at += inside[at + 2] === "\\" ? 3 : 2;
  }
  return members.size > MOST || members.size === 0 ? null : [...members];
}

/** The code of the member of a class that stands at a place; null where it is a class itself. */
function memberAt(inside: string, at: number): number | null {
  const sign = inside[at] as string;
  if (sign === "[" && inside[at + 1] === ":") return null;
  if (sign !== "\\") return sign.charCodeAt(0) > 127 ? null : sign.charCodeAt(0);
  const name = inside[at + 1] ?? "";
  if (/[A-Za-z0-9]/.test(name)) return CONTROL[name]?.charCodeAt(0) ?? null;
  return name.charCodeAt(0);
}

/** Other letters than those of ASCII have more than one small form: they end a run. */
function literal(character: string): Part {
  return character > "\u007f" ? ANYTHING : { exact: [plainForm(character)], repeats: false, certain: null, signs: signBit(character) };
}
