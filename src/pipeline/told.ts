import type { ErrorCode } from "../base/errors.ts";
import { headerValue } from "../http/headers.ts";
import type { Answer } from "../http/message.ts";
import type { Entry, EntryFacts, EntryState } from "../journal/entry.ts";
import type { TryResult } from "../journal/events.ts";
import type { LaneHead } from "../journal/lanes.ts";
import type { ToldItem } from "../journal/made-answer.ts";
import type { AnswerForm } from "../journal/options.ts";
import type { SubmissionPolicy } from "../journal/policy.ts";
import type { Recalled } from "../journal/recalled.ts";
import type { Exchange } from "./exchange.ts";
import { refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * What a caller is told of a submission that has no answer to replay. While its outcome is open this is always "try
 * later", in the platform's own form where the route has one: never what its software takes for a final no.
 */

/** A caller whose submission is being resolved is asked to come back after so many seconds. */
const LATER_S = 2;
const HELD_S = 60;
/** Items that a detail names. */
const MOST_NAMED = 20;
/** Whom a form speaks of where no entry is known. */
const NOBODY = { key: [], scope: [], taxpayer: null, region: "" };

/** What a form can speak of. */
type Spoken = EntryFacts & { readonly recalled?: Recalled | null };

/** Tells where an entry stands. `as` says what the try was instead of asking the entry's state. */
export function told(x: Exchange, entry: Spoken & Partial<Pick<Entry, "state" | "answer">>, policy: SubmissionPolicy, as?: "conflict"): Verdict {
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
    case "provisional":
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
function withoutAnswer(policy: SubmissionPolicy, x: Exchange, entry: EntryFacts, state: Extract<EntryState, { kind: "accepted" | "provisional" | "rejected" }>): Verdict {
  if (state.kind === "rejected") return refusal(policy, x, "already-rejected", "replayed", "the platform refused this content", 0, undefined, entry);
  const reference = state.reference === null ? "; the platform's number is not known" : `; the platform's number is '${state.reference}'`;
  return refusal(policy, x, "already-issued", "replayed", `it was accepted${reference}`, 0, undefined, entry);
}

/** It was sent where its answer means something that it does not mean here. Said as a no, because a later try gets no other answer. */
export function elsewhere(x: Exchange, entry: Spoken & Pick<Entry, "state">, policy: SubmissionPolicy): Verdict {
  // Only of what the platform has can be said where it is: a no that comes too early would lose it.
  // What is promised for later is promised there, and not here.
  if (entry.state.kind === "queued") return tryLater(x, entry, policy, "it waits elsewhere for its delivery");
  if (entry.state.kind !== "accepted" && entry.state.kind !== "provisional") return told(x, entry, policy);
  const reference = referenceOf(entry.state);
  const where = entry.recalled?.within?.join(", ") ?? null;
  const number = reference === null ? "the platform's number is not known" : `the platform's number is '${reference}'`;
  const detail = `it was sent ${where === null ? "elsewhere" : `in '${where}'`} before, and is '${entry.state.kind}' there; ${number}`;
  return refusal(policy, x, "sent-elsewhere", "conflict", detail, 0, policy.options.answers.elsewhere, entry, reference ?? "");
}

function referenceOf(state: EntryState): string | null {
  return "reference" in state ? (state.reference ?? null) : null;
}

/** Nothing was sent: what stands before it in its lane is held for a person. */
export function behind(x: Exchange, { key }: LaneHead, policy: SubmissionPolicy): Verdict {
  return refusal(policy, x, "held", "held", `nothing of it was sent: ${key.length === 0 ? "another" : `number '${key.join(", ")}'`}, which comes before it in its lane, is held for a person`, HELD_S, policy.options.answers.held, null);
}

/** Some items of a batch are known, and there is no answer for the whole. Said as a no, because a later try gets no other answer. */
export function mixed(x: Exchange, items: readonly ToldItem[], all: number, policy: SubmissionPolicy, of: Spoken): Verdict {
  const named = items.slice(0, MOST_NAMED).map(({ key, values }) => `'${key.join(", ")}' (${[values["outcome"], values["reference"]].filter(Boolean).join(", number ")})`);
  const more = items.length > MOST_NAMED ? `, and ${items.length - MOST_NAMED} more` : "";
  const detail = `${items.length} of ${all} items were sent before: ${named.join(", ")}${more}; send the others in a batch of their own`;
  return refusal(policy, x, "batch-mixed", "conflict", detail, 0, policy.options.answers.mixed, of, "", items);
}

/** The outcome is open: the caller is asked to come back. */
export function tryLater(x: Exchange, entry: Spoken | null, policy: SubmissionPolicy, detail: string): Verdict {
  const { answers } = policy.options;
  return refusal(policy, x, "try-later", "in-doubt", detail, LATER_S, answers.tryLater, entry);
}

/** The platform allows no more for now, and nothing was executed: said in the route's form for that, where it has one. */
export function limited(x: Exchange, refused: Verdict, policy: SubmissionPolicy, entry: EntryFacts): Verdict {
  const form = policy.options.answers.limited;
  if (form === undefined || refused.kind !== "refuse") return refused;
  const { code, detail, headers } = refused;
  return { ...refused, form: own(policy, form, x, entry, { code, detail, retryAfter: headerValue(headers, "retry-after") ?? "0" }, []) };
}

function refusal(policy: SubmissionPolicy, x: Exchange, code: ErrorCode, submitted: TryResult, detail: string, seconds: number, form: AnswerForm | undefined, entry: Spoken | null, reference = "", items: readonly ToldItem[] = []): Verdict {
  x.submitted = submitted;
  const headers = [...(seconds > 0 ? retryAfter(seconds) : []), "Taxgate-Submission", submitted];
  const said = form === undefined ? null : own(policy, form, x, entry, { code, detail, retryAfter: String(seconds), reference }, [], items);
  return refuse(code, detail, headers, said);
}

function own(policy: SubmissionPolicy, form: AnswerForm, x: Exchange, entry: Spoken | null, values: Readonly<Record<string, string>>, extra: readonly string[], items: readonly ToldItem[] = []): Answer {
  const made = policy.make(form, entry ?? NOBODY, { values: { ...values, requestId: x.id }, recalled: entry?.recalled ?? null, items });
  return { status: made.status, headers: [...made.headers, ...extra], body: { kind: "bytes", bytes: made.body } };
}
