import type { ErrorCode } from "../base/errors.ts";
import type { Answer } from "../http/message.ts";
import type { Entry, EntryFacts, EntryState } from "../journal/entry.ts";
import type { TryResult } from "../journal/events.ts";
import type { AnswerForm } from "../journal/options.ts";
import type { SubmissionPolicy } from "../journal/policy.ts";
import type { Exchange } from "./exchange.ts";
import { refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * What a caller is told of a submission that has no answer to replay. While its outcome is open this is always "try
 * later", in the platform's own form where the route has one: never what its software takes for a final no.
 */

/** A caller whose submission is being resolved is asked to come back after so many seconds. */
const LATER_S = 2;
const HELD_S = 60;
/** Whom a form speaks of where no entry is known. */
const NOBODY = { key: [], scope: [], taxpayer: null, region: "" };

/** Tells where an entry stands. `as` says what the try was instead of asking the entry's state. */
export function told(x: Exchange, entry: EntryFacts & Partial<Pick<Entry, "state" | "answer">>, policy: SubmissionPolicy, as?: "conflict"): Verdict {
  const { answers, defer } = policy.options;
  if (as === "conflict") return refusal(policy, x, "conflict", "conflict", `another content was sent under number '${entry.key.join(", ")}'`, 0, answers.conflict, entry);
  const { state } = entry;
  switch (state?.kind) {
    case "queued":
      x.submitted = "deferred";
      return { kind: "answer", reason: "deferred", answer: own(policy, defer.accepted, x, entry, { code: "deferred" }, ["Taxgate-Submission", "deferred", "X-Request-Id", x.id, "Cache-Control", "no-store"]) };
    case "held":
      return refusal(policy, x, "held", "held", `held for a person: ${state.why}`, HELD_S, answers.held, entry);
    case "expired":
      return refusal(policy, x, "given-up", "expired", `closed by a person: ${state.why}`, 0, answers.conflict, entry);
    case "accepted":
    case "rejected":
      // The same bytes as the first time, whatever has become of rules and limits since.
      if (entry.answer === null || entry.answer === undefined) return withoutAnswer(policy, x, entry, state);
      x.submitted = "replayed";
      return { kind: "answer", reason: "replayed", answer: { status: entry.answer.status, headers: [...entry.answer.headers, "X-Request-Id", x.id, "Taxgate-Submission", "replayed"], body: { kind: "bytes", bytes: entry.answer.body } } };
    default:
      return tryLater(x, entry, policy, "its outcome is not known yet");
  }
}

/** Its outcome is known, and its answer is beyond its retention, or was never seen because a person decided. */
function withoutAnswer(policy: SubmissionPolicy, x: Exchange, entry: EntryFacts, state: Extract<EntryState, { kind: "accepted" | "rejected" }>): Verdict {
  if (state.kind === "rejected") return refusal(policy, x, "already-rejected", "replayed", "the platform refused this content", 0, undefined, entry);
  const reference = state.reference === null ? "; the platform's number is not known" : `; the platform's number is '${state.reference}'`;
  return refusal(policy, x, "already-issued", "replayed", `it was accepted${reference}`, 0, undefined, entry);
}

/** The outcome is open: the caller is asked to come back. */
export function tryLater(x: Exchange, entry: EntryFacts | null, policy: SubmissionPolicy, detail: string): Verdict {
  const { answers } = policy.options;
  return refusal(policy, x, "try-later", "in-doubt", detail, LATER_S, answers.tryLater, entry);
}

function refusal(policy: SubmissionPolicy, x: Exchange, code: ErrorCode, submitted: TryResult, detail: string, seconds: number, form: AnswerForm | undefined, entry: EntryFacts | null): Verdict {
  x.submitted = submitted;
  const headers = [...(seconds > 0 ? retryAfter(seconds) : []), "Taxgate-Submission", submitted];
  const said = form === undefined ? null : own(policy, form, x, entry, { code, detail, retryAfter: String(seconds) }, []);
  return refuse(code, detail, headers, said);
}

function own(policy: SubmissionPolicy, form: AnswerForm, x: Exchange, entry: EntryFacts | null, values: Readonly<Record<string, string>>, extra: readonly string[]): Answer {
  const made = policy.make(form, entry ?? NOBODY, { values: { ...values, requestId: x.id } });
  return { status: made.status, headers: [...made.headers, ...extra], body: { kind: "bytes", bytes: made.body } };
}
