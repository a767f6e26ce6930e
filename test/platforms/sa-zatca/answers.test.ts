import { equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { judging, type TableAnswer } from "../judging.ts";

const REPORTED = { validationResults: { status: "PASS" }, reportingStatus: "REPORTED" };
const NOT_REPORTED = { validationResults: { status: "ERROR" }, reportingStatus: "NOT_REPORTED" };

/** What the answers of both submissions mean, by the official response table and what integrators saw. */
const BOTH: readonly (readonly [string, TableAnswer, string])[] = [
  ["taken", { status: 200, body: REPORTED }, "accepted"],
  ["taken with warnings, which is never sent again", { status: 202, body: REPORTED }, "accepted"],
  ["wrong content", { status: 400, body: NOT_REPORTED }, "rejected"],
  ["clearance is switched off: another way has to be taken", { status: 303, body: {} }, "rejected"],
  ["too large", { status: 413, body: {} }, "rejected"],
  ["credentials that are not accepted", { status: 401, body: {} }, "not-executed"],
  ["a certificate that has not passed its checks", { status: 428, body: {} }, "not-executed"],
  ["limited", { status: 429, body: {} }, "not-executed"],
  ["a failure inside, which the table calls not received", { status: 500, body: {} }, "not-executed"],
  ["unavailable", { status: 503, body: {} }, "not-executed"],
  ["a time-out of the gateway, after which invoices were found reported", { status: 504, body: {} }, "in-doubt"],
  ["a page in front of the platform", { status: 503, type: "text/html", body: "<html></html>" }, "in-doubt"],
  ["an answer that nobody knows", { status: 418, body: {} }, "in-doubt"],
];

for (const route of ["reporting", "clearance"]) {
  describe(`answers to ${route}`, () => {
    const judge = judging("sa-zatca", route);
    for (const [what, answer, meaning] of BOTH) test(`${what}: ${answer.status} is ${meaning}`, () => equal(judge(answer), meaning));
  });
}

describe("duplicates", () => {
  test("a report that was there before is a success, although the body says the opposite", () => equal(judging("sa-zatca", "reporting")({ status: 409, body: NOT_REPORTED }), "duplicate-same"));
  test("a clearance that was there before is a success", () => equal(judging("sa-zatca", "clearance")({ status: 208, body: { clearanceStatus: "CLEARED" } }), "duplicate-same"));
});
