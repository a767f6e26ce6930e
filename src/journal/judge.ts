import { compileCondition, type AnswerCondition, type JudgedAnswer } from "../document/answer-condition.ts";
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

/** A condition that names the type of a page speaks about pages. */
interface Rule extends AnswerCondition {
  readonly aboutPages: boolean;
}

const PAGE = /^\s*(text\/html|application\/xhtml\+xml)\b/i;

/**
 * Compiles a route's words about answers. The first list that fits decides: duplicate, accepted, not executed, final, in
 * doubt; what fits none is in doubt. A page comes from a firewall in front of the platform, never from the platform, so
 * that only a condition about pages says anything about it.
 */
export function compileJudge(options: Pick<SubmissionOptions, "duplicate" | "accepted" | "notExecuted" | "final" | "inDoubt">): Judge {
  const duplicates = options.duplicate.map((one) => ({ rule: rule(one), means: one.means, as: one.as ?? null }));
  const accepted = options.accepted.map(rule);
  const notExecuted = options.notExecuted.map(rule);
  const final = options.final.map(rule);
  const inDoubt = options.inDoubt.map(rule);
  return (answer) => {
    const isPage = PAGE.test(answer.contentType ?? "");
    const fits = (one: Rule): boolean => (!isPage || one.aboutPages) && one.matches(answer);
    const duplicate = duplicates.find((one) => fits(one.rule));
    if (duplicate !== undefined) return { kind: "duplicate", means: duplicate.means, as: duplicate.as };
    if (accepted.some(fits)) return { kind: "accepted" };
    if (notExecuted.some(fits)) return { kind: "not-executed" };
    if (final.some(fits)) return { kind: "rejected" };
    if (isPage) return { kind: "in-doubt", cause: "not-the-platform" };
    return { kind: "in-doubt", cause: inDoubt.some(fits) ? "said-unknown" : "unknown-answer" };
  };
}

function rule(options: SubmissionOptions["accepted"][number]): Rule {
  return { ...compileCondition(options), aboutPages: PAGE.test(options.contentType ?? "") };
}
