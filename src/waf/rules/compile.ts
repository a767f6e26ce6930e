import { compilePattern, type LinearPattern } from "../../base/linear-pattern.ts";
import type { Watch } from "../detectors/detectors.ts";
import { atomsOf, signBit } from "./atoms.ts";
import { compileFieldPath, type FieldTest } from "./field-path.ts";
import { PLACES, type RuleOptions, type RuleSetOptions } from "./options.ts";
import { createSuspicion, type Suspicion } from "./suspicion.ts";

/** A rule ready to be asked. */
export interface CompiledRule {
  readonly options: RuleOptions;
  /** A bit for each of PLACES. */
  readonly places: number;
  readonly ofValues: boolean;
  readonly ofNames: boolean;
  /** Null: all fields. */
  readonly fields: readonly FieldTest[] | null;
  readonly unless: readonly LinearPattern[];
}

/** A pattern of a rule. */
export interface CompiledPattern {
  /** Place of its rule in the set. */
  readonly rule: number;
  readonly pattern: LinearPattern;
  /** Signs without which it finds nothing. */
  readonly signs: number;
}

/** A set of rules, ready: what tells of a value which rules see it. Immutable but for the first look's own memory. */
export interface CompiledRules {
  readonly name: string;
  readonly rules: readonly CompiledRule[];
  readonly watches: readonly Watch[];
  /** By detector, then by mark: places of rules. */
  readonly marks: readonly ReadonlyMap<string, readonly number[]>[];
  /** By fault of reading: places of rules. */
  readonly faults: ReadonlyMap<string, readonly number[]>;
  readonly patterns: readonly CompiledPattern[];
  readonly suspicion: Suspicion;
  /** Patterns without a fixed part, which are tried on every value. */
  readonly eager: readonly number[];
}

const FAULTS = "fields";

/** The bit of a place. */
export function placeBit(place: (typeof PLACES)[number]): number {
  return 1 << PLACES.indexOf(place);
}

/** Compiles a set that was checked. Only the detectors that one of its rules listens to run. */
export function compileRules({ name, rules }: RuleSetOptions, detectors: readonly Watch[]): CompiledRules {
  const marks = marksOf(rules);
  const watches = detectors.filter(({ detector }) => marks.has(detector.name));
  const read = rules.flatMap((rule, index) => (rule.matches ?? []).map((source) => ({ rule, index, source, ...atomsOf(source) })));
  const patterns = read.map(({ rule, index, source, signs }): CompiledPattern => ({ rule: index, pattern: compiled(rule, source), signs }));
  const isOfLines = patterns.map(({ signs }) => (signs & signBit("\n")) !== 0);
  // The other fixed parts of such a pattern say little: in plain form its line end is a blank.
  const atoms = read.map(({ texts }, index) => (isOfLines[index] === true ? [] : texts));
  return {
    name,
    rules: rules.map(compileRule),
    watches,
    marks: watches.map(({ detector }) => marks.get(detector.name) ?? new Map<string, number[]>()),
    faults: marks.get(FAULTS) ?? new Map<string, number[]>(),
    patterns,
    suspicion: createSuspicion(watches, atoms, isOfLines.flatMap((ofLines, index) => (ofLines ? [index] : []))),
    eager: atoms.flatMap((texts, index) => (texts === null ? [index] : [])),
  };
}

function compileRule(options: RuleOptions): CompiledRule {
  return {
    options,
    places: options.in.reduce((bits, place) => bits | placeBit(place), 0),
    ofValues: options.of !== "names",
    ofNames: options.of !== "values",
    fields: options.fields?.map(compileFieldPath) ?? null,
    unless: (options.unless ?? []).map((source) => compiled(options, source)),
  };
}

function compiled({ id, case: keepsCase }: RuleOptions, source: string): LinearPattern {
  const reading = compilePattern(source, { ignoreCase: !keepsCase });
  if (!reading.ok) throw new Error(`compile rule '${id}': its pattern ${reading.why}`);
  return reading.pattern;
}

/** By detector and mark: the rules that listen. */
function marksOf(rules: readonly RuleOptions[]): Map<string, Map<string, number[]>> {
  const marks = new Map<string, Map<string, number[]>>();
  for (const [index, { sees = [] }] of rules.entries()) {
    for (const seen of sees) {
      const [detector = "", mark = ""] = seen.split(".");
      const ofDetector = marks.get(detector) ?? new Map<string, number[]>();
      marks.set(detector, ofDetector);
      ofDetector.set(mark, [...(ofDetector.get(mark) ?? []), index]);
    }
  }
  return marks;
}
