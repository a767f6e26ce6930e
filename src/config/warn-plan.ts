import type { StepOptions, SubmissionOptions } from "../journal/options.ts";
import { isChosen } from "./chosen.ts";
import type { SubmissionPlace } from "./submission-place.ts";

/** Places of a template that say whose order is meant. */
const WHOSE = /\{(scope(\.[1-9][0-9]?)?|taxpayer)\}/;

const OF_QUERIES = ["each", "next", "pages", "found", "match", "absent", "as", "reference", "notFoundValidAfter", "absentMeans", "closedAs", "every", "for"];

/** One thing that is wrong with a step, at a key below it. */
interface Finding {
  readonly key: readonly string[];
  readonly message: string;
}

/** A way out of doubt that leads nowhere, or to another order. */
export function warnOfPlan({ draft, at, options, isOverheard }: SubmissionPlace): void {
  const path = [...at, "resolve"];
  if (!isOverheard && options.resolve.every((step) => step === "hold" || step.wait !== undefined)) {
    // Written out: whoever wrote it has decided.
    if (draft.has(path) && options.resolve.includes("hold")) return;
    return draft.warn(draft.has(path) ? path : at, "risky: no step of 'resolve' asks the platform, so each lost answer is held until a person decides");
  }
  const last = options.resolve.indexOf("hold");
  for (const [index, step] of options.resolve.entries()) {
    if (last >= 0 && index > last) draft.warn([...path, index], "can never act: hold stands before it");
    if (step === "hold") continue;
    const never = (key: string, why: string): void => void (isChosen(draft, [...path, index, key]) && draft.warn([...path, index, key], `can never act: ${why}`));
    if (step.query === undefined) {
      for (const key of OF_QUERIES) never(key, "the step asks nothing");
      continue;
    }
    if (step.next === undefined) never("pages", "without 'next' there is one page");
    if (step.absent === undefined && step.each === undefined) for (const key of ["notFoundValidAfter", "absentMeans"]) never(key, "without 'absent' no answer shows that it is not there");
    for (const { key, message } of findingsOf(step, step.query, options)) draft.warn([...path, index, ...key], message);
  }
}

function findingsOf(step: StepOptions, query: NonNullable<StepOptions["query"]>, options: SubmissionOptions): Finding[] {
  const { match, absent, notFoundValidAfter } = step;
  const saysWhose = [query.path, query.body ?? "", ...Object.values(query.headers), ...match.map(({ is }) => is)].some((text) => WHOSE.test(text));
  const found: Finding[] = [];
  const say = (wrong: boolean, key: readonly string[], message: string): void => void (wrong && found.push({ key, message }));
  // A question carries the fields of the submission, its credentials among them.
  const isInHead = (options.items ?? options).scope.every(({ header, jwt }) => header !== undefined || jwt !== undefined);
  say(!isInHead && !saysWhose, ["query"], "risky: neither the question nor 'match' says {scope}, and another taxpayer's order with the same number could answer");
  say(match.length === 0 && step.each === undefined && !repeatsKey(options) && !saysWhat(step), ["found"], "risky: nothing in the answer is compared with the number, so a platform that ignores the question confirms; add 'match'");
  say(absent !== undefined && notFoundValidAfter === 0 && step.absentMeans === "unsent", ["notFoundValidAfter"], "risky: a platform that shows an invoice a moment late would have it issued again");
  say(closesByStatus(step, options), ["absentMeans"], "risky: the platform may have said that it knows it (duplicate: check), and a status alone closes it for good; let 'absent' look at what the answer says, or take 'held'");
  say(step.every > step.for, ["every"], "can never act: the step ends before it asks again");
  return found;
}

/** Many things have the status of what is not there: a path that was moved, or a question in the wrong place. */
function closesByStatus({ absentMeans, absent, each }: StepOptions, { duplicate }: SubmissionOptions): boolean {
  return absentMeans === "closed" && each === undefined && absent !== undefined && absent.json === undefined && absent.xml === undefined && duplicate.some(({ means }) => means === "check");
}

/** A number from the body is looked for in the answer at the same place. */
function repeatsKey({ key, items }: SubmissionOptions): boolean {
  return items === undefined && key.every((one) => one.header === undefined && one.path === undefined && one.query === undefined && one.jwt === undefined);
}

function saysWhat({ found }: StepOptions): boolean {
  return found?.json !== undefined || found?.xml !== undefined;
}
