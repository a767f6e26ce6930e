import type { KeyLookUp } from "../../base/secret-keys.ts";
import type { JudgedAnswer } from "../../document/answer-condition.ts";
import { compileEach } from "../../document/each-part.ts";
import { compileExtractor, type Extractor, type ExtractorSource } from "../../document/extractor.ts";
import type { Content } from "../../document/reading.ts";
import type { Headers } from "../../http/message.ts";
import { compileRule, isPage, type Rule } from "../judge.ts";
import { identityReader } from "./identity.ts";
import type { AnswerForm, LearnOptions } from "../options.ts";

/*
 * What an answer that passes by says about submissions. Pure: who asked, and whether it is believed, is decided elsewhere.
 */

/** A request of a caller, and the platform's whole answer to it. */
export interface Overheard {
  readonly request: ExtractorSource;
  readonly status: number;
  readonly headers: Headers;
  readonly contentType: string | undefined;
  /** Without content codings. */
  readonly body: Uint8Array;
}

/** What became of a submission; `running`: the platform has it, and its verdict is to come. */
export type Verdict = "accepted" | "unsent" | "rejected" | "running";

/** Whose verdict it is. */
export interface Whose {
  /** The number under which the platform took it in. */
  readonly reference: string | null;
  readonly key: readonly string[] | null;
  readonly scope: readonly string[];
  /** Which item of the batch that the reference finds, from 1; null: the rule does not say. */
  readonly index: number | null;
  /** All of it stands in the answer: the platform itself names the submission, whatever the request says. */
  readonly named: boolean;
}

/** One thing that an answer says. */
export interface Finding extends Whose {
  /** It stands in one part of an answer that is not named there by the reference: of a batch it is about an item, not about all. */
  readonly isPiece: boolean;
  readonly operation: string;
  readonly verdict: Verdict;
  /** Of a duplicate that the platform told of. */
  readonly duplicate: "same" | "check" | "conflict" | null;
  /** The platform's final number. */
  readonly number: string | null;
  readonly as: AnswerForm | null;
  /** The answer, or the part of it that speaks of this submission. */
  readonly part: Uint8Array;
  /** Ms after the platform took it in before which `unsent` does not count. */
  readonly validAfter: number;
  /** Values of the answer, and the templates of what they must be. */
  readonly match: readonly { readonly seen: string | null; readonly is: string }[];
}

/** The compiled `learns` of a route. */
export interface LearnRules {
  /** What an answer says, in its order; at most so many as it has parts. */
  readonly read: (overheard: Overheard) => readonly Finding[];
}

/** Nobody was let in, or it is not the whole answer: nothing is learnt from it, whatever it says. */
const SAYS_NOTHING: ReadonlySet<number> = new Set([206, 401, 403, 407, 408, 425, 429]);

/** Compiles a route's `learns`. */
export function compileLearns(rules: readonly LearnOptions[], keys?: KeyLookUp): LearnRules {
  const compiled = rules.map((rule) => compileOne(rule, keys));
  return {
    read(overheard) {
      const { status, contentType, body } = overheard;
      if (SAYS_NOTHING.has(status) || status < 200 || (status >= 300 && status < 400) || isPage({ status, contentType, body })) return [];
      return compiled.flatMap((read) => read(overheard));
    },
  };
}

function compileOne(options: LearnOptions, keys: KeyLookUp | undefined): (overheard: Overheard) => Finding[] {
  const each = options.each === undefined ? null : compileEach(options.each);
  const outer = options.in === undefined ? null : compileExtractor(options.in, keys);
  const about = compilePart(options, keys);
  return (overheard) => {
    const whole = outer === null ? { bytes: overheard.body, contentType: overheard.contentType } : openedBy(outer, overheard);
    if (whole === null) return [];
    if (each === null) return about(overheard, whole);
    const parts = each(whole);
    return "kind" in parts ? [] : parts.flatMap((part) => about(overheard, part));
  };
}

/** The document within an answer; null where it is not there, or cannot be opened. */
function openedBy(outer: Extractor, { headers, body, contentType }: Overheard): Content | null {
  const found = outer.read({ headers, pathVariables: {}, query: "", body, contentType });
  return found.kind === "found" ? { bytes: found.bytes ?? Buffer.from(found.text), contentType: undefined } : null;
}

/** Reads one part of an answer, or the whole of it. */
function compilePart(options: LearnOptions, keys: KeyLookUp | undefined): (overheard: Overheard, part: Content) => Finding[] {
  const whose = identityReader(options, keys);
  const judge = compileVerdict(options, keys);
  const number = options.number === undefined ? null : compileExtractor(options.number, keys);
  const match = options.match.map(({ read, is }) => ({ read: compileExtractor(read, keys), is }));
  // A field of the answer is of all its parts.
  const isListed = options.each !== undefined;
  const isOfAll = options.reference?.header !== undefined;
  const fixed = { operation: options.of, as: options.as ?? null, validAfter: options.notFoundValidAfter };
  return ({ request, status, headers }, part) => {
    const answer: ExtractorSource = { headers, pathVariables: {}, query: "", body: part.bytes, contentType: part.contentType };
    const found = whose(request, answer);
    if (found === null) return [];
    const said = judge({ status, contentType: part.contentType, body: part.bytes });
    const seen = match.map(({ read, is }) => ({ seen: textAt(read, answer), is }));
    const isPiece = isListed && (found.reference === null || !found.named || isOfAll);
    return [{ ...fixed, ...found, ...said, isPiece, number: number === null ? null : textAt(number, answer), part: part.bytes, match: seen }];
  };
}

/** In the order in which a submission's own answers are judged. */
function compileVerdict(options: LearnOptions, keys: KeyLookUp | undefined): (answer: JudgedAnswer) => Pick<Finding, "verdict" | "duplicate"> {
  const duplicates = options.duplicate.map((one) => ({ rule: compileRule(one, keys), means: one.means }));
  const lists: readonly { readonly verdict: Verdict; readonly rules: readonly Rule[] }[] = (["accepted", "unsent", "rejected"] as const).map((verdict) => ({ verdict, rules: options[verdict].map((one) => compileRule(one, keys)) }));
  return (answer) => {
    const duplicate = duplicates.find(({ rule }) => rule(answer))?.means ?? null;
    if (duplicate !== null) return { duplicate, verdict: duplicate === "same" ? "accepted" : duplicate === "conflict" ? "rejected" : "running" };
    return { duplicate, verdict: lists.find(({ rules }) => rules.some((rule) => rule(answer)))?.verdict ?? "running" };
  };
}

function textAt(extractor: Extractor, source: ExtractorSource): string | null {
  const found = extractor.read(source);
  return found.kind === "found" && found.type !== "null" && found.text !== "" ? found.text : null;
}
