import { readAnswers, type AnswerMessage } from "../support/http-reader.ts";
import { valuesOf } from "../support/http-grammar.ts";
import type { RawResult } from "../support/raw-client.ts";
import type { Expectation, RequestCase } from "./attack-case.ts";
import { contract, safety, type Violation } from "./violation.ts";

/** Judges what the client of one case received: strictly formed, in order, and the refusal that was due. */
export function judgeClient(one: RequestCase, result: RawResult): Violation[] {
  if (one.afterwards === "reset") return [];
  const { expect } = one;
  const methods = expect.requests.map((request) => request.method);
  const reading = readAnswers(result.received, methods, result.ending === "fin");
  if (reading.tail === "broken") return [safety(`answers break the grammar: ${reading.problem}`)];
  const finals = reading.messages.filter((answer) => answer.status >= 200);
  return [...judgeOrder(finals, expect), ...judgeRefusal(finals, expect, result)];
}

function judgeOrder(finals: readonly AnswerMessage[], expect: Expectation): Violation[] {
  const seen = finals.flatMap((answer) => valuesOf(answer.fields, "x-seen"));
  const targets = expect.requests.map((request) => [request.target].flat());
  const violations = seen.flatMap((target, index) => targets[index]?.includes(target) === true || expect.isPolicy
    ? [] : [safety(`answer ${index + 1} belongs to ${JSON.stringify(target)}`)]);
  const missing = targets.length - seen.length;
  if (expect.kind === "forwarded" && missing > 0 && !expect.isPolicy) violations.push(safety(`${missing} valid requests not answered: ${describe(finals)}`));
  if (expect.kind === "refused" && missing > 0) violations.push(contract(`${missing} requests before the bad one not answered`));
  return violations;
}

function judgeRefusal(finals: readonly AnswerMessage[], expect: Expectation, result: RawResult): Violation[] {
  const extra = finals.slice(expect.requests.length);
  const [refusal] = expect.kind === "either" ? finals.filter((answer) => answer.status >= 400) : extra;
  if (expect.kind === "forwarded") return extra.length > 0 ? [safety(`more answers than requests: ${describe(finals)}`)] : [];
  if (refusal === undefined) return expect.kind === "either" ? [] : [contract(`no answer (${result.ending}): ${describe(finals)}`)];
  const violations: Violation[] = [];
  if (extra.length > 1) violations.push(safety(`more answers than requests: ${describe(finals)}`));
  if (refusal.status < 300 && expect.kind === "refused") violations.push(expect.isPolicy ? contract("accepted") : safety(`accepted with ${refusal.status}`));
  else if (expect.statuses.length > 0 && !expect.statuses.includes(refusal.status)) violations.push(contract(`status ${refusal.status}, want ${expect.statuses.join(" or ")}`));
  const [code = "none"] = valuesOf(refusal.fields, "taxgate-error");
  if (expect.codes.length > 0 && !expect.codes.includes(code)) violations.push(contract(`code ${code}, want ${expect.codes.join(" or ")}`));
  return violations;
}

function describe(finals: readonly AnswerMessage[]): string {
  return finals.map((answer) => `${answer.status} ${valuesOf(answer.fields, "taxgate-error").join()}`).join(", ") || "nothing";
}
