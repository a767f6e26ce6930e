import { NO_KEYS, type KeyLookUp } from "../base/secret-keys.ts";
import { compileCondition, type AnswerConditionOptions, type JudgedAnswer } from "../document/answer-condition.ts";
import { compileExtractor, type Extractor } from "../document/extractor.ts";
import type { DoubtCause } from "./entry.ts";
import type { AnswerForm, SubmissionOptions } from "./options.ts";

/** What an answer to a submission means. */
export type Judgement =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate"; readonly means: "same" | "check" | "conflict"; readonly as: AnswerForm | null; /** Where its number stands, in place of the submission's own words. */ readonly reference: Extractor | null }
  | { readonly kind: "not-executed"; /** Sent again as it is it would get the same answer. */ readonly needsCaller: boolean }
  | { readonly kind: "rejected" }
  | { readonly kind: "in-doubt"; readonly cause: DoubtCause };

/** Judges the answers of one route. */
export type Judge = (answer: JudgedAnswer) => Judgement;

/** Whether a condition on an answer holds. */
export type Rule = (answer: JudgedAnswer) => boolean;

/** The same credentials get the same answer. */
const NEEDS_THE_CALLER: ReadonlySet<number> = new Set([401, 403, 407]);
/** What says nothing about the content. */
const UNSAID = /^\s*($|text\/plain\b|application\/octet-stream\b)/i;
const PAGE_BEGINS = /^(\xef\xbb\xbf)?\s*<(!doctype html|html)\b/i;
const PAGE = /^\s*(text\/html|application\/xhtml\+xml)\b/i;

/**
 * Compiles a route's words about answers. The first list that fits decides: duplicate, accepted, not executed, final, in
 * doubt; what fits none is in doubt.
 */
export function compileJudge(options: Pick<SubmissionOptions, "duplicate" | "accepted" | "notExecuted" | "final" | "inDoubt">, keys: KeyLookUp = NO_KEYS): Judge {
  const duplicates = options.duplicate.map((one) => ({ rule: compileRule(one, keys), means: one.means, as: one.as ?? null, reference: one.reference === undefined ? null : compileExtractor(one.reference, keys) }));
  const rules = (list: readonly AnswerConditionOptions[]): Rule[] => list.map((one) => compileRule(one, keys));
  const [accepted, final, inDoubt] = [rules(options.accepted), rules(options.final), rules(options.inDoubt)];
  const notExecuted = options.notExecuted.map((one) => ({ rule: compileRule(one, keys), needsCaller: one.needs === "caller" }));
  return (answer) => {
    const fits = (rule: Rule): boolean => rule(answer);
    const duplicate = duplicates.find(({ rule }) => rule(answer));
    if (duplicate !== undefined) return { kind: "duplicate", means: duplicate.means, as: duplicate.as, reference: duplicate.reference };
    if (accepted.some(fits)) return { kind: "accepted" };
    const undone = notExecuted.find(({ rule }) => rule(answer));
    if (undone !== undefined) return { kind: "not-executed", needsCaller: undone.needsCaller || NEEDS_THE_CALLER.has(answer.status) };
    if (final.some(fits)) return { kind: "rejected" };
    if (isPage(answer)) return { kind: "in-doubt", cause: "not-the-platform" };
    return { kind: "in-doubt", cause: inDoubt.some(fits) ? "said-unknown" : "unknown-answer" };
  };
}

/**
 * Compiles a condition on an answer. A page comes from a firewall in front of the platform, never from the platform, so
 * that only a condition that names the type of a page says anything about it.
 */
export function compileRule(options: AnswerConditionOptions, keys: KeyLookUp = NO_KEYS): Rule {
  const { matches } = compileCondition(options, keys);
  const aboutPages = PAGE.test(options.contentType ?? "");
  return (answer) => (aboutPages || !isPage(answer)) && matches(answer);
}

/** Whether an answer is a page: by its type; one that states none, or plain text, by how it begins. */
export function isPage({ contentType = "", body }: JudgedAnswer): boolean {
  if (PAGE.test(contentType)) return true;
  return body !== null && UNSAID.test(contentType) && PAGE_BEGINS.test(Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 256)).toString("latin1"));
}
