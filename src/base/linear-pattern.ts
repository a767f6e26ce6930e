import { RE2JS, RE2JSException } from "re2js";
import { z } from "zod";

/*
 * Patterns that somebody else wrote: of a configuration, a rule file, a schema. They run on texts that a stranger sends, so they
 * run in time linear in the text or are refused when they are read. The engine is RE2's (automata, no backtracking); what its
 * automaton would make huge is refused too, because huge means slow.
 */

/** How a pattern is read. */
export interface PatternFlags {
  /** Small and capital letters are the same. */
  readonly ignoreCase?: boolean;
}

/** A pattern that was accepted. */
export interface LinearPattern {
  /** As it was written. */
  readonly source: string;
  readonly ignoreCase: boolean;
  /** Does it stand anywhere in the text? `^` and `$` are the ends of the text. */
  test(text: string): boolean;
}

/** A pattern, or why it is none: completes "a pattern that …". */
export type PatternReading = { readonly ok: true; readonly pattern: LinearPattern } | { readonly ok: false; readonly why: string };

/** A counted repeat is unrolled: beyond this an automaton costs microseconds a character instead of nanoseconds. */
const MOST_REPEATS = 64;
/** Instructions of one pattern; about three times its length for an ordinary one. */
const MOST_INSTRUCTIONS = 1500;
const MOST_CHARACTERS = 4000;

const UNKNOWN: readonly (readonly [RegExp, string])[] = [
  [/^\(\?[=!]/, "a look-ahead"],
  [/^\(\?<[=!]/, "a look-behind"],
  [/^\(\?>/, "an atomic group"],
  [/^\\[1-9]/, "a back-reference"],
  [/^\\k</, "a back-reference"],
];
const NAMED = /^\\[xpP]\{[^}]*\}/;
const COUNTED = /^\{(\d+)(?:,(\d*))?\}/;

/** Reads a pattern (the syntax of RE2, with JavaScript's spellings such as `\u4e00`). Never throws. */
export function compilePattern(source: string, { ignoreCase = false }: PatternFlags = {}): PatternReading {
  const why = source.length > MOST_CHARACTERS ? `is longer than ${MOST_CHARACTERS} characters` : refusedIn(source);
  if (why !== null) return { ok: false, why };
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    if (compiled.programSize() > MOST_INSTRUCTIONS) return { ok: false, why: "grows too large when its repeats are written out" };
    return { ok: true, pattern: { source, ignoreCase, test: (text) => compiled.test(text) } };
  } catch (fault) {
    if (fault instanceof RE2JSException) return { ok: false, why: reasonOf(fault) };
    throw fault;
  }
}

/** The test of a pattern that a schema has accepted. Throws for any other: that is a fault of ours. */
export function acceptedPattern(source: string): (text: string) => boolean {
  const reading = compilePattern(source);
  if (!reading.ok) throw new Error(`compile pattern '${source}': it ${reading.why}`);
  return reading.pattern.test;
}

/** Schema of a pattern; one that cannot run in linear time is refused with the reason. */
export function linearPattern() {
  return z.string({ error: () => "a pattern" }).min(1).max(1000).check(({ value, issues }) => {
    const reading = compilePattern(value);
    if (!reading.ok) issues.push({ code: "custom", path: [], message: `a pattern that can be used: this one ${reading.why}`, input: value, continue: true });
  });
}

/** What stands in a pattern that no automaton can do, or none in good time; null: nothing. */
function refusedIn(source: string): string | null {
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const rest = source.slice(at, at + 24);
    const skipped = NAMED.exec(rest)?.[0].length ?? 0;
    const unknown = inClass ? undefined : UNKNOWN.find(([form]) => form.test(rest));
    if (unknown !== undefined) return `has ${unknown[1]}, which cannot run in linear time`;
    if (skipped > 0) at += skipped - 1;
    else if (source[at] === "\\") at++;
    else if (inClass) inClass = source[at] !== "]";
    else if (source[at] === "[") {
      // For JavaScript an empty class, for RE2 one that has the bracket as its first member.
      if (/^\[\^?\]/.test(rest)) return "has a class that begins with ']', which is read in two ways; write '\\]' there";
      inClass = true;
    } else {
      const [, least = "0", most = ""] = COUNTED.exec(rest) ?? [];
      if (Math.max(Number(least), Number(most)) > MOST_REPEATS) return `repeats something more than ${MOST_REPEATS} times by count; write * or + and bound the length elsewhere`;
    }
  }
  return null;
}

function reasonOf(fault: RE2JSException): string {
  const text = fault.message.replace(/^error parsing regexp: /, "");
  return `cannot be read (${text.slice(0, 100)})`;
}
