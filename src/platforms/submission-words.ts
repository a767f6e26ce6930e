import { formatDuration } from "../base/units-text.ts";
import { conditionsWords, placesWords, placeWords, type ShownCondition, type ShownPlace } from "./condition-words.ts";
import type { Phrase, Say } from "./words.ts";

/** A request, as far as it is shown. */
interface Question {
  readonly method: string;
  readonly path: string;
}

/** A step on the way out of doubt, as far as it is shown. */
interface ShownStep {
  readonly wait?: number | undefined;
  readonly query?: (Question & { readonly prompt?: Question | undefined }) | undefined;
  readonly resend?: { readonly window: number; readonly times: number } | undefined;
  readonly absent?: unknown;
  readonly notFoundValidAfter?: number | undefined;
  readonly absentMeans?: string | undefined;
  readonly every?: number | undefined;
  readonly for?: number | undefined;
}

/** How a route's submissions are protected, as far as it is shown. */
export interface ShownSubmission {
  readonly key?: readonly ShownPlace[] | undefined;
  readonly scope?: readonly ShownPlace[] | undefined;
  readonly fingerprint?: { readonly over: string; readonly fields: readonly ShownPlace[] } | undefined;
  readonly items?: {
    readonly each: ShownPlace;
    readonly max: number;
    readonly key: readonly ShownPlace[];
    readonly scope: readonly ShownPlace[];
    readonly fingerprint: { readonly over: string; readonly fields: readonly ShownPlace[] };
    readonly policy: string;
  } | undefined;
  readonly duplicate: readonly (ShownCondition & { readonly means: "same" | "check" | "conflict" })[];
  readonly accepted: readonly ShownCondition[];
  readonly notExecuted: readonly ShownCondition[];
  readonly final: readonly ShownCondition[];
  readonly inDoubt: readonly ShownCondition[];
  readonly reference?: ShownPlace | undefined;
  readonly resolve: readonly ("hold" | ShownStep)[];
  readonly serialBy?: readonly ShownPlace[] | undefined;
  readonly notPast?: string | undefined;
  readonly within?: readonly ShownPlace[] | undefined;
  readonly provisional?: { readonly for: number; readonly ask?: { readonly every?: number } | undefined } | undefined;
}

/** What a route does for its submissions, one sentence each. */
export function submissionWords(submission: ShownSubmission, say: Say): string[] {
  const { provisional, notPast, reference } = submission;
  const lines = [...identityWords(submission, say), ...answerWords(submission, say)];
  if (reference !== undefined) lines.push(say("reference", placeWords(reference, say)));
  if (provisional !== undefined) lines.push(say("provisional", formatDuration(provisional.for)));
  if (provisional?.ask?.every !== undefined) lines.push(say("asked", formatDuration(provisional.ask.every)));
  if ((submission.within?.length ?? 0) > 0) lines.push(say("within", placesWords(submission.within ?? [], say)));
  if ((submission.serialBy?.length ?? 0) > 0) lines.push(say("lane", placesWords(submission.serialBy ?? [], say)));
  if (notPast !== undefined) lines.push(say("notPast", notPast));
  const steps = submission.resolve.flatMap((step) => stepWords(step, say));
  const withEnd = submission.resolve.at(-1) === "hold" ? steps : [...steps, say("stepHold")];
  lines.push([say("lost"), ...withEnd.map((step, index) => `  ${index + 1}. ${step}`)].join("\n"));
  return lines;
}

function identityWords({ key, scope, fingerprint, items }: ShownSubmission, say: Say): string[] {
  const known = items?.key ?? key ?? [];
  const of = items?.scope ?? scope ?? [];
  const same = items?.fingerprint ?? fingerprint;
  const who = of.length === 0 ? say("knownBy", placesWords(known, say)) : say("knownByOf", placesWords(known, say), placesWords(of, say));
  const what = same === undefined || same.over === "bytes" ? say("sameBytes") : say("sameFields", placesWords(same.fields, say));
  if (items === undefined) return [who, what];
  return [say("eachOf", placeWords(items.each, say), String(items.max)), who, what, say(items.policy === "perItem" ? "perItem" : "whole")];
}

function answerWords(submission: ShownSubmission, say: Say): string[] {
  const { notExecuted } = submission;
  const needsCaller = notExecuted.filter(({ needs }) => needs === "caller");
  const kinds = { accepted: submission.accepted, final: submission.final, notExecuted: notExecuted.filter(({ needs }) => needs !== "caller"), needsCaller, inDoubt: submission.inDoubt } as const;
  const lines = (Object.keys(kinds) as (keyof typeof kinds)[]).filter((kind) => kinds[kind].length > 0).map((kind) => say(kind, conditionsWords(kinds[kind], say)));
  for (const means of ["same", "check", "conflict"] as const) {
    const rules = submission.duplicate.filter((rule) => rule.means === means);
    if (rules.length > 0) lines.push(say(`duplicate_${means}`, conditionsWords(rules, say)));
  }
  return lines;
}

/** A question of two steps is two requests. */
function questionsOf({ method, path, prompt }: Question & { readonly prompt?: Question | undefined }): string {
  return [...(prompt === undefined ? [] : [prompt]), { method, path }].map((one) => `\`${one.method} ${one.path}\``).join(" → ");
}

const ABSENT: Readonly<Record<string, Phrase>> = { unsent: "absentUnsent", held: "absentHeld", closed: "absentClosed" };

function stepWords(step: "hold" | ShownStep, say: Say): string[] {
  if (step === "hold") return [say("stepHold")];
  if (step.wait !== undefined) return [say("stepWait", formatDuration(step.wait))];
  if (step.resend !== undefined) return [say("stepResend", formatDuration(step.resend.window), String(step.resend.times))];
  if (step.query === undefined) return [];
  const asked = say("stepQuery", questionsOf(step.query), formatDuration(step.every ?? 1000), formatDuration(step.for ?? 600_000));
  if (step.absent === undefined) return [asked];
  return [`${asked}; ${say(ABSENT[step.absentMeans ?? "unsent"] ?? "absentUnsent", formatDuration(step.notFoundValidAfter ?? 0))}`];
}
