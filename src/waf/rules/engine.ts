import type { Place } from "../fields/field.ts";
import { signBit } from "./atoms.ts";
import { placeBit, type CompiledPattern, type CompiledRule, type CompiledRules } from "./compile.ts";
import { PLACES } from "./options.ts";
import { isLong, nextPiece, pieceAt, squeezed } from "./pieces.ts";
import { HAS_PATTERNS, MAY_UNFOLD } from "./suspicion.ts";

/** What looks at one value after the other, with one set of rules. Not to be entered twice at once. */
export interface Engine {
  readonly rules: readonly CompiledRule[];
  readonly name: string;
  /**
   * Looks at a value: HARMLESS, SUSPICIOUS where it was looked at closely and nothing was found, or FOUND: `seen` then has the
   * places of the rules that see it, each once, up to the next look. Longer values than a piece are looked at in pieces.
   */
  look(value: string, place: Place, isName: boolean, where: () => string): number;
  /** The first look alone: may anything stand in it? */
  suspects(value: string): boolean;
  /** What all looks have cost so far: characters, by all that looked at each of them. About 10 ns each. */
  readonly work: number;
  readonly seen: readonly number[];
  /** The places of rules that a fault of reading concerns. */
  ofFault(fault: string): readonly number[];
}

/** See {@link Engine}. */
export const HARMLESS = 0;
/** See {@link Engine}. */
export const SUSPICIOUS = 1;
/** See {@link Engine}. */
export const FOUND = 2;

/** What a look costs before its first character, and what the making of other forms costs for each. */
const LOOK_WORK = 20;
const FORMS_WORK = 6;
const NONE: readonly number[] = [];
const SIGN_BITS = Int32Array.from({ length: 128 }, (_, code) => signBit(String.fromCharCode(code)));
/** Values that come again and again, such as the name of the client's software, a seller or a unit, are looked at closely once. */
const MOST_KNOWN = 4096;
const LONGEST_KNOWN = 128;
/** A value is remembered when it comes again: most come once. A power of two. */
const SLOTS = 4096;

/** Makes an engine. `forms` gives the forms in which a value may be meant, itself first. */
export function createEngine(compiled: CompiledRules, forms: (value: string) => readonly string[]): Engine {
  return new RuleEngine(compiled, forms);
}

/** Tells values apart by their lengths and some of their signs; two that have the same mark cost a place. */
function markOf(value: string): number {
  let mark = value.length;
  const step = (value.length >> 4) + 1;
  for (let at = value.length - 1; at >= 0; at -= step) mark = (Math.imul(mark, 31) + value.charCodeAt(at)) | 0;
  return Math.imul(mark ^ (mark >>> 15), 0x2c1b3c6d) | 1;
}

/** Are the signs there that the pattern needs? */
function fits(signs: number, { signs: wanted }: CompiledPattern): boolean {
  return (signs & wanted) === wanted;
}

function signsIn(text: string): number {
  let signs = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 128) signs |= SIGN_BITS[code] as number;
  }
  return signs;
}

class RuleEngine implements Engine {
  readonly rules: readonly CompiledRule[];
  readonly name: string;
  readonly #compiled: CompiledRules;
  readonly #forms: (value: string) => readonly string[];
  /** A function for each detector, made once: what it tells is heard for the value under way. */
  readonly #heard: readonly ((mark: string) => void)[];
  seen: number[] = [];
  #bit = 0;
  #isName = false;
  #where: () => string = () => "";
  #form = "";
  /** Signs that stand in the form under way. */
  #signs = 0;
  /** Something was raised, whether or not a rule cares. */
  #raised = false;
  /** Values in which nothing was found, with a bit for each kind of place where that was so. */
  readonly #known = new Map<string, number>();
  /** By a mark of the value: the mark of the one that came last. */
  readonly #before = new Int32Array(SLOTS);
  work = 0;

  constructor(compiled: CompiledRules, forms: (value: string) => readonly string[]) {
    this.rules = compiled.rules;
    this.name = compiled.name;
    this.#compiled = compiled;
    this.#forms = forms;
    this.#heard = compiled.marks.map((marks) => (mark: string) => {
      for (const rule of marks.get(mark) ?? NONE) this.#see(rule);
    });
  }

  ofFault(fault: string): readonly number[] {
    return this.#compiled.faults.get(fault) ?? NONE;
  }

  suspects(value: string): boolean {
    const { suspicion, eager } = this.#compiled;
    const bits = suspicion.scan(value);
    if ((bits & ~HAS_PATTERNS) !== 0 || eager.length > 0) return true;
    const signs = bits === 0 ? 0 : signsIn(value);
    for (let at = 0; at < suspicion.count; at++) if (fits(signs, this.#pattern(suspicion.candidates[at] as number))) return true;
    return false;
  }

  look(value: string, place: Place, isName: boolean, where: () => string): number {
    if (isLong(value)) return this.#lookInPieces(value, place, isName, where);
    const { suspicion, eager } = this.#compiled;
    const bits = suspicion.scan(value);
    if (bits === 0 && eager.length === 0) return HARMLESS;
    this.#bit = placeBit(place);
    const kind = isName ? this.#bit << PLACES.length : this.#bit;
    if (value.length <= LONGEST_KNOWN && ((this.#known.get(value) ?? 0) & kind) !== 0) return SUSPICIOUS;
    this.#isName = isName;
    this.#where = where;
    this.#raised = false;
    if (this.seen.length > 0) this.seen = [];
    const close = this.#lookAt(value, bits);
    const closer = (bits & MAY_UNFOLD) !== 0 && this.#otherForms(value);
    if (this.seen.length > 0) return FOUND;
    if (!close && !closer) return HARMLESS;
    if (!this.#raised && value.length <= LONGEST_KNOWN) this.#remember(value, kind);
    return SUSPICIOUS;
  }

  #lookInPieces(whole: string, place: Place, isName: boolean, where: () => string): number {
    const value = squeezed(whole);
    const all = new Set<number>();
    let worst = HARMLESS;
    for (let from = 0; from < value.length; from = nextPiece(value, from)) {
      const look = this.look(pieceAt(value, from), place, isName, where);
      worst = Math.max(worst, look);
      if (look === FOUND) for (const rule of this.seen) all.add(rule);
    }
    this.seen = [...all];
    return worst;
  }

  #remember(value: string, kind: number): void {
    const known = this.#known.get(value);
    const mark = markOf(value);
    if (known === undefined && this.#before[mark & (SLOTS - 1)] !== mark) {
      this.#before[mark & (SLOTS - 1)] = mark;
      return;
    }
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    // A copy: a piece of a body's text would hold on to the whole.
    this.#known.set(known === undefined ? Buffer.from(value, "utf16le").toString("utf16le") : value, (known ?? 0) | kind);
  }

  /** What else the value may mean. False where it means itself. */
  #otherForms(value: string): boolean {
    const forms = this.#forms(value);
    this.work += value.length * FORMS_WORK;
    for (let at = 1; at < forms.length; at++) {
      const form = forms[at] as string;
      this.#lookAt(form, this.#compiled.suspicion.scan(form));
    }
    return forms.length > 1;
  }

  /** `bits` come from a scan of this form, and so do the candidates. False where nothing was worth a closer look. */
  #lookAt(form: string, bits: number): boolean {
    const { suspicion, watches, eager } = this.#compiled;
    this.#form = form;
    if (suspicion.count + eager.length > 0) this.#signs = signsIn(form);
    let isClose = this.#tryCandidates(form, suspicion.count);
    this.#tryAll(eager, form);
    for (let index = 0; index < watches.length; index++) {
      if ((bits & (1 << index)) === 0) continue;
      const heard = this.#heard[index] as (mark: string) => void;
      watches[index]?.detector.look(form, heard);
      this.work += form.length;
      isClose = true;
    }
    if (isClose) this.work += LOOK_WORK;
    return isClose;
  }

  #tryAll(patterns: readonly number[], form: string): void {
    for (const index of patterns) this.#tryOn(this.#pattern(index), form);
  }

  /** False where none of them could stand there. */
  #tryCandidates(form: string, count: number): boolean {
    const { candidates } = this.#compiled.suspicion;
    let isClose = false;
    for (let at = 0; at < count; at++) {
      const pattern = this.#pattern(candidates[at] as number);
      if (!fits(this.#signs, pattern)) continue;
      isClose = true;
      this.#tryOn(pattern, form);
    }
    return isClose;
  }

  #pattern(index: number): CompiledPattern {
    return this.#compiled.patterns[index] as CompiledPattern;
  }

  #tryOn({ rule, pattern, signs }: CompiledPattern, text: string): void {
    if ((this.#signs & signs) !== signs || !this.#looks(rule)) return;
    this.work += text.length;
    if (pattern.test(text)) this.#see(rule);
  }

  /** Does the rule look here at all, and has it not seen this value yet? */
  #looks(rule: number): boolean {
    const { places, ofNames, ofValues } = this.rules[rule] as CompiledRule;
    return (places & this.#bit) !== 0 && (this.#isName ? ofNames : ofValues) && !this.seen.includes(rule);
  }

  #see(index: number): void {
    this.#raised = true;
    if (!this.#looks(index)) return;
    const rule = this.rules[index] as CompiledRule;
    if (rule.unless.some((pattern) => pattern.test(this.#form))) return;
    if (rule.fields !== null) {
      const field = this.#where();
      if (!rule.fields.some((test) => test(field))) return;
    }
    this.seen.push(index);
  }
}
