import assert from "node:assert/strict";
import { test } from "node:test";
import { submissionOptions } from "../../src/journal/options.ts";
import { compilePolicy } from "../../src/journal/policy.ts";
import { answer } from "../../src/pipeline/answer.ts";
import { limited } from "../../src/pipeline/told.ts";
import { gateRefusal } from "../../src/pipeline/verdict.ts";
import { someFacts } from "../journal/some-entry.ts";
import { codeOf, exchange } from "./setup.ts";

const REFUSED = gateRefusal({ kind: "refused", cause: "paced", detail: "the platform allows 3/s", retryAfter: 11.5 }, ["Taxgate-Submission", "fresh"]);

function told(answers: object): { readonly code: string; readonly text: string; readonly headers: readonly string[] } {
  const x = exchange("POST /invoices");
  x.verdict = limited(x, REFUSED, compilePolicy(submissionOptions.parse({ key: [{ json: "/orderNo" }], answers }), "china", "issue"), someFacts());
  const { headers, body, ...made } = answer(x);
  return { code: codeOf({ headers, body, ...made }), text: body.kind === "bytes" ? Buffer.from(body.bytes).toString() : "", headers };
}

test("who is sent away by the platform's limit is told so in the submission's form, and when to come again", () => {
  const { code, text, headers } = told({ limited: { status: 429, body: '{"code":"{code}","wait":{retryAfter},"no":"{key}"}' } });
  assert.equal(code, "429 limited-by-platform");
  assert.deepEqual(JSON.parse(text), { code: "limited-by-platform", wait: 12, no: someFacts().key[0] });
  assert.deepEqual(headers.slice(-4), ["Retry-After", "12", "Taxgate-Submission", "fresh"]);
});

test("without such a form the refusal stays what it is", () => assert.equal(told({}).code, "503 limited-by-platform"));
