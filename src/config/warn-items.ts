import type { SubmissionPlace } from "./submission-place.ts";

/** Words about batches that can never act, and answers that say less than their callers need. */
export function warnOfItems({ draft, at, options }: SubmissionPlace): void {
  const { items, answers, resolve } = options;
  if (items === undefined) {
    if (answers.mixed !== undefined) draft.warn([...at, "answers", "mixed"], "can never act: without 'items' no request is a batch");
    return;
  }
  for (const [index, step] of resolve.entries()) {
    if (step === "hold" || step.query === undefined) continue;
    const path = [...at, "resolve", index];
    if (step.as === undefined) draft.warn(path, "risky: without 'as' the caller of a batch gets the platform's answer to a question about one of its items");
    else if (step.as.item === undefined) draft.warn([...path, "as"], "risky: without 'item' the caller of a batch is not told which of its items were issued");
  }
  for (const [index, { is }] of items.outcomes.entries()) {
    if (typeof is === "string") continue;
    const taken = is.findIndex(({ when }, place) => is.slice(0, place).some((earlier) => JSON.stringify(earlier.when) === JSON.stringify(when)));
    if (taken >= 0) draft.warn([...at, "items", "outcomes", index, "is", taken], "can never act: the same condition stands before it");
  }
}
