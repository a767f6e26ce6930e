import { UNFOLDING } from "../canonical/unfolding.ts";
import type { Watch } from "../detectors/detectors.ts";
import { IN_NO_TEXT, scanTable, type Wanted } from "./word-scan.ts";

/*
 * A first look at every value: one pass, about two nanoseconds a character. Most values of an invoice end here, because nothing
 * stands in them that any detector or pattern could see.
 */

/** The value may have other forms than it is written in; the lower bits are those of the detectors. */
export const MAY_UNFOLD = 1 << 29;
/** A pattern has to be tried. */
export const HAS_PATTERNS = 1 << 30;
/** A line end or a tab, which matter where a colon stands: `java\nscript:`. */
const BREAKS = 1 << 28;
const COLON = 1 << 27;
/** A sign that would open encodings if it did, and a full-width sign that is folded where anything else is. */
const OPENING = 1 << 26;
const FOLDABLE = 1 << 25;

/** Most detectors, and most pairs of them, that a number has bits for. */
export const MOST_DETECTORS = 15;
export const MOST_PAIRS = 5;
const PAIR_BITS = MOST_DETECTORS;
const RESULT = ((1 << MOST_DETECTORS) - 1) | MAY_UNFOLD | HAS_PATTERNS;

const BREAKING = "\t\n\r";
const OPENING_SIGNS = "%&\\";
/** Full-width punctuation that Chinese text is full of, and that need no other form where nothing else does: parentheses, comma, stop, colon, marks. */
const ORDINARY: ReadonlySet<number> = new Set([0xff01, 0xff08, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1f]);
const NONE: readonly number[] = [];
const KELVIN = 0x212a;
const LONG_S = 0x017f;

/** A first look at values, for one set of rules. Not to be used while a look at another value is under way. */
export interface Suspicion {
  /** Bits of what is to be looked at more closely; 0: the value is harmless. Patterns to try are then in `candidates`. */
  scan(value: string): number;
  /** After a scan: places of patterns, in no order, each once; the first `count` of them. */
  readonly candidates: Int32Array;
  readonly count: number;
}

/** Prepares the look. `atoms` are the fixed parts of patterns, by the places of the patterns; `ofLines` the places of those that have to be tried where a line ends. */
export function createSuspicion(watches: readonly Watch[], atoms: readonly (readonly string[] | null)[], ofLines: readonly number[] = []): Suspicion {
  if (watches.length > MOST_DETECTORS) throw new Error(`prepare rules: ${watches.length} detectors, more than ${MOST_DETECTORS}`);
  return new FirstLook(watches, atoms, ofLines);
}

class FirstLook implements Suspicion {
  readonly candidates: Int32Array;
  count = 0;
  /** By character code below 128. */
  readonly #hot: Int32Array;
  readonly #table: ReturnType<typeof scanTable>;
  /** By pair: the bits of its two sides, and the bit of its detector, by turns. */
  readonly #pairs: Int32Array;
  readonly #ofLines: readonly number[];
  /** By pattern: the number of the scan that found it last. */
  readonly #seen: Float64Array;
  #scans = 0;

  constructor(watches: readonly Watch[], atoms: readonly (readonly string[] | null)[], ofLines: readonly number[]) {
    this.#ofLines = ofLines;
    this.candidates = new Int32Array(atoms.length);
    this.#seen = new Float64Array(atoms.length);
    const pairs = pairsOf(watches);
    this.#hot = hotCharacters(watches, pairs);
    this.#pairs = Int32Array.from(pairs.flatMap(({ signs, words, detector }) => [signs.bit | words.bit, detector]));
    const words = watches.flatMap(({ words }, index) => words.map((text): Wanted => ({ text, bits: 1 << index, pattern: -1 })));
    const paired = pairs.flatMap(({ words: { bit, texts } }) => texts.map((text): Wanted => ({ text, bits: bit, pattern: -1 })));
    const parts = atoms.flatMap((texts, pattern) => (texts ?? []).map((text): Wanted => ({ text, bits: HAS_PATTERNS, pattern })));
    this.#table = scanTable([...UNFOLDING.map((text): Wanted => ({ text, bits: MAY_UNFOLD, pattern: -1 })), ...words, ...paired, ...parts]);
  }

  scan(value: string): number {
    const { classes, next, shift, bits: ends } = this.#table;
    const hot = this.#hot;
    this.count = 0;
    this.#scans++;
    let found = 0;
    let state = 0;
    let wasBlank = false;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code < 128) {
        found |= hot[code] as number;
        // White space counts once, however much of it there is.
        if (code <= 32 && isBlank(code)) {
          if (wasBlank) continue;
          wasBlank = true;
        } else wasBlank = false;
        state = next[(state << shift) | (classes[code] as number)] as number;
      } else {
        found |= foreign(code);
        const plain = plainCode(code);
        if (plain === 32 && wasBlank) continue;
        wasBlank = plain === 32;
        state = next[(state << shift) | (classes[plain] as number)] as number;
      }
      const bits = ends[state] as number;
      if (bits === 0) continue;
      found |= bits;
      if ((bits & HAS_PATTERNS) !== 0) this.#note(this.#table.patterns[state] ?? NONE);
    }
    return found === 0 ? 0 : this.#together(found);
  }

  /** What only matters beside something else. */
  #together(found: number): number {
    const pairs = this.#pairs;
    const isBroken = (found & BREAKS) !== 0 && (found & COLON) !== 0;
    const isFolded = (found & FOLDABLE) !== 0 && (found & (BREAKS | OPENING)) !== 0;
    const hasLines = (found & BREAKS) !== 0 && this.#ofLines.length > 0;
    if (hasLines) this.#note(this.#ofLines);
    let result = isBroken || isFolded ? found | MAY_UNFOLD : found;
    for (let at = 0; at < pairs.length; at += 2) if ((found & (pairs[at] as number)) === pairs[at]) result |= pairs[at + 1] as number;
    return (hasLines ? result | HAS_PATTERNS : result) & RESULT;
  }

  #note(patterns: ArrayLike<number>): void {
    for (let at = 0; at < patterns.length; at++) {
      const pattern = patterns[at] as number;
      if (this.#seen[pattern] === this.#scans) continue;
      this.#seen[pattern] = this.#scans;
      this.candidates[this.count++] = pattern;
    }
  }
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

interface Sides {
  readonly signs: { readonly bit: number; readonly characters: string };
  readonly words: { readonly bit: number; readonly texts: readonly string[] };
  readonly detector: number;
}

function pairsOf(watches: readonly Watch[]): Sides[] {
  const pairs = watches.flatMap(({ pairs = [] }, index) => pairs.map((pair) => ({ ...pair, detector: 1 << index })));
  if (pairs.length > MOST_PAIRS) throw new Error(`prepare rules: ${pairs.length} pairs of signs and words, more than ${MOST_PAIRS}`);
  return pairs.map(({ characters, words, detector }, index) => ({ signs: { bit: 1 << (PAIR_BITS + 2 * index), characters }, words: { bit: 2 << (PAIR_BITS + 2 * index), texts: words }, detector }));
}

function hotCharacters(watches: readonly Watch[], pairs: readonly Sides[]): Int32Array {
  const hot = new Int32Array(128);
  const heat = (characters: string, bit: number): void => {
    for (const character of characters) hot[character.charCodeAt(0)] = (hot[character.charCodeAt(0)] as number) | bit;
  };
  for (const [index, { characters }] of watches.entries()) heat(characters, 1 << index);
  for (const { signs } of pairs) heat(signs.characters, signs.bit);
  for (let code = 0; code < 32; code++) if (!BREAKING.includes(String.fromCharCode(code))) heat(String.fromCharCode(code), MAY_UNFOLD);
  heat("\u007f", MAY_UNFOLD);
  heat(BREAKING, BREAKS);
  heat(":", COLON);
  heat(OPENING_SIGNS, OPENING);
  return hot;
}

/** Signs that stand for plain ones (look-alikes, compatibility forms) or for nothing (of no width): a few too many, never too few. */
function foreign(code: number): number {
  if (code < 0x200b) return code === 0xad || code === LONG_S || (code >= 0x2b9 && code <= 0x2c8) || code === 0x37e || code === 0x387 || code === 0x180e ? MAY_UNFOLD : 0;
  if (code < 0xd800) return code < 0x2800 || (code >= 0x3000 && code <= 0x3009) ? MAY_UNFOLD : 0;
  if (code < 0xe000) return code === 0xd835 || code === 0xdb40 ? MAY_UNFOLD : 0;
  if (code < 0xfe00) return 0;
  return ORDINARY.has(code) ? FOLDABLE : MAY_UNFOLD;
}

/** What a pattern that ignores case takes a sign for; anything else stands in no fixed part. */
function plainCode(code: number): number {
  if (code === KELVIN) return 107;
  if (code === LONG_S) return 115;
  return code === 0x00a0 || code === 0x3000 ? 32 : IN_NO_TEXT;
}
