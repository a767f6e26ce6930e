import { printable } from "./amounts.ts";
import type { Paint } from "./paint.ts";

/** A finding as a person reads it; both the report and the trial of a request have it. */
export interface FindingWords {
  readonly rule: string;
  readonly says: string;
  readonly place: string;
  readonly field: string;
}

/** `sql-tautology in json /items/0/name: a condition that is always true`. */
export function findingText({ rule, says, place, field }: FindingWords, paint: Paint): string {
  const where = place === "request" ? "in how the request is made" : place === placeOf(field) ? `in ${printable(field)}` : `in ${place} ${printable(field)}`;
  return `${paint.bad(rule)} ${where}${says === "" ? "" : `: ${says}`}`;
}

/** The place that a field names itself, as in `query:q`. */
function placeOf(field: string): string {
  return field.split(":", 1)[0] as string;
}

/** Lines under `waf.exclude`, ready to be copied. */
export function excludeText(lines: readonly string[], indent = ""): string[] {
  return [`${indent}waf:`, `${indent}  exclude:`, ...lines.map((line) => `${indent}    ${line}`)];
}
