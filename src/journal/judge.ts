import { compileCondition, type AnswerConditionOptions, type JudgedAnswer } from "../document/answer-condition.ts";
import type { DoubtCause } from "./entry.ts";
import type { AnswerForm, SubmissionOptions } from "./options.ts";

/** What an answer to a submission means. */
export type Judgement =
  | { readonly kind: "accepted" }
  | { readonly kind: "duplicate"; readonly means: "same" | "check" | "conflict"; readonly as: AnswerForm | null }
  | { readonly kind: "not-executed" }
  | { readonly kind: "rejected" }
  | { readonly kind: "in-doubt"; readonly cause: DoubtCause };

/** Judges the answers of one route. */
export type Judge = (answer: JudgedAnswer) => Judgement;

/** Whether a condition on an answer holds. */
export type Rule = (answer: JudgedAnswer) => boolean;

/** What says nothing about the content. */
const UNSAID = /^\s*($|text\/plain\b|application\/octet-stream\b)/i;
const PAGE_BEGINS = /^(\xef\xbb\xbf)?\s*<(!doctype html|html)\b/i;
const PAGE = /^\s*(text\/html|application\/xhtml\+xml)\b/i;

/**
 * Compiles a route's words about answers. The first list that fits decides: duplicate, accepted, not executed, final, in
 * doubt; what fits none is in doubt.
 */
export function compileJudge(options: Pick<SubmissionOptions, "duplicate" | "accepted" | "notExecuted" | "final" | "inDoubt">): Judge {
  const duplicates = options.duplicate.map((one) => ({ rule: compileRule(one), means: one.means, as: one.as ?? null }));
  const accepted = options.accepted.map(compileRule);
  const notExecuted = options.notExecuted.map(compileRule);
  const final = options.final.map(compileRule);
  const inDoubt = options.inDoubt.map(compileRule);
  return (answer) => {
    const fits = (rule: Rule): boolean => rule(answer);
    const duplicate = duplicates.find(({ rule }) => rule(answer));
    if (duplicate !== undefined) return { kind: "duplicate", means: duplicate.means, as: duplicate.as };
    if (accepted.some(fits)) return { kind: "accepted" };
    if (notExecuted.some(fits)) return { kind: "not-executed" };
    if (final.some(fits)) return { kind: "rejected" };
    if (isPage(answer)) return { kind: "in-doubt", cause: "not-the-platform" };
    return { kind: "in-doubt", cause: inDoubt.some(fits) ? "said-unknown" : "unknown-answer" };
  };
}

/**
 * Compiles a condition on an answer. A page comes from a firewall in front of the platform, never from the platform, so
 * that only a condition that names the type of a page says anything about it.
 */
export function compileRule(options: AnswerConditionOptions): Rule {
  const { matches } = compileCondition(options);
  const aboutPages = PAGE.test(options.contentType ?? "");
  return (answer) => (aboutPages || !isPage(answer)) && matches(answer);
}

/** By its type; one that states none, or plain text, by how it begins. */
function isPage({ contentType = "", body }: JudgedAnswer): boolean {
  if (PAGE.test(contentType)) return true;
  return body !== null && UNSAID.test(contentType) && PAGE_BEGINS.test(Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 256)).toString("latin1"));
}
