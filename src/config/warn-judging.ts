import { isDeepStrictEqual } from "node:util";
import type { AnswerConditionOptions } from "../document/answer-condition.ts";
import { isChosen } from "./chosen.ts";
import type { SubmissionPlace } from "./submission-place.ts";

/** In the order in which they decide. */
const LISTS = ["duplicate", "accepted", "notExecuted", "final", "inDoubt"] as const;
const DEFAULT_ACCEPTED = [200, 201, 202, 204];

interface Stated {
  readonly list: (typeof LISTS)[number];
  readonly index: number;
  readonly condition: AnswerConditionOptions;
}

/** Words about answers that an earlier list has taken already, and codes that nobody looks at. */
export function warnOfJudging({ draft, at, options }: SubmissionPlace): void {
  const all = LISTS.flatMap((list) => options[list].map((condition, index): Stated => ({ list, index, condition })));
  for (const [place, { list, index, condition }] of all.entries()) {
    const path = [...at, list, index];
    const earlier = all.slice(0, place).find((other) => covers(other.condition, condition));
    if (earlier === undefined || !isChosen(draft, path)) continue;
    const where = draft.has([...at, earlier.list]) ? `in line ${draft.spot([...at, earlier.list, earlier.index]).line}` : `of '${earlier.list}' by default`;
    draft.warn(path, `can never act: the condition ${where} decides first`);
  }
  for (const [index, { means, as }] of options.duplicate.entries()) {
    if (as !== undefined && means !== "same") draft.warn([...at, "duplicate", index, "as"], "can never act: it is the answer of 'same' alone");
  }
  const coded = all.some(({ list, condition }) => list !== "accepted" && readsBody(condition) && speaksOfSuccess(condition));
  if (coded && !draft.has([...at, "accepted"])) draft.warn(at, `risky: this platform says in its body what went wrong, and without 'accepted' any ${DEFAULT_ACCEPTED.join(", ")} counts as issued, whatever its code`);
}

function readsBody({ json, xml }: AnswerConditionOptions): boolean {
  return json !== undefined || xml !== undefined;
}

function speaksOfSuccess({ status }: AnswerConditionOptions): boolean {
  return status === undefined || [status].flat().some((one) => DEFAULT_ACCEPTED.includes(one));
}

/** Does every answer that fits `b` fit `a`? False also means "not certain". */
function covers(a: AnswerConditionOptions, b: AnswerConditionOptions): boolean {
  if (isDeepStrictEqual(bare(a), bare(b))) return true;
  // A page is not the platform's answer: only a condition that names its type speaks about it.
  if (a.status === undefined || a.contentType !== undefined || readsBody(a) || /html/i.test(b.contentType ?? "")) return false;
  const [wide, narrow] = [[a.status].flat(), [b.status ?? []].flat()];
  return narrow.length > 0 && narrow.every((status) => wide.includes(status));
}

/** Without what a duplicate has beside its condition. */
// oxlint-disable-next-line unicorn/no-thenable -- a key of the configuration; it never holds a function
function bare({ status, contentType, json, xml, namespaces, decode, then, equals, in: list, exists, any }: AnswerConditionOptions): object {
  // oxlint-disable-next-line unicorn/no-thenable -- as above
  return { status, contentType, json, xml, namespaces, decode, then, equals, list, exists, any };
}
