import { equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { judging, type TableAnswer } from "../judging.ts";

const error = (status: number, errorCode: string): TableAnswer => ({ status, body: { error: { propertyName: null, propertyPath: null, errorCode, error: "text", errorMS: "text", target: null, innerError: null } } });
const accepted = { uuid: "A".repeat(26), invoiceCodeNumber: "INV-1" };
const rejected = { invoiceCodeNumber: "INV-2", error: { errorCode: "ValidationError" } };
const taken = (acceptedDocuments: readonly object[], rejectedDocuments: readonly object[]): TableAnswer => ({ status: 202, body: { submissionUID: "S".repeat(26), acceptedDocuments, rejectedDocuments } });

type Case = readonly [what: string, answer: TableAnswer, meaning: string];

const BOTH: readonly Case[] = [
  ["an expired token", error(401, "Unauthorized"), "not-executed"],
  ["limited", error(429, "TooManyRequests"), "not-executed"],
  ["wrong content", error(400, "BadArgument"), "rejected"],
  ["a failure inside", error(500, "InternalServerError"), "in-doubt"],
  ["limited functionality", error(503, "ServiceUnavailable"), "in-doubt"],
  ["a time-out of a gateway", { status: 504 }, "in-doubt"],
  ["a page in front of the platform", { status: 403, type: "text/html", body: "<html></html>" }, "in-doubt"],
  ["an answer that nobody knows", { status: 418 }, "in-doubt"],
];

const SUBMIT: readonly Case[] = [
  ...BOTH,
  ["all documents taken in", taken([accepted], []), "accepted"],
  ["some taken in, some refused", taken([accepted], [rejected]), "accepted"],
  ["the same bytes within ten minutes", error(422, "DuplicateSubmission"), "duplicate-check"],
  ["another 422", error(422, "Other"), "in-doubt"],
  ["no list of documents", error(400, "BadStructure"), "rejected"],
  ["too large", error(400, "MaximumSizeExceeded"), "rejected"],
  ["too large for the gateway", { status: 413 }, "rejected"],
  ["documents of another taxpayer", error(403, "IncorrectSubmitter"), "rejected"],
  ["403 that is not the platform's", { status: 403, body: "blocked" }, "in-doubt"],
  ["a page with a good status", { status: 202, type: "text/html", body: "<html></html>" }, "in-doubt"],
];

const CANCEL: readonly Case[] = [
  ...BOTH,
  ["cancelled", { status: 200, body: { uuid: "A".repeat(26), status: "Cancelled" } }, "accepted"],
  ["too late", error(400, "OperationPeriodOver"), "rejected"],
  ["documents refer to it", error(400, "ActiveReferencingDocuments"), "rejected"],
  ["invalid, or cancelled already", error(400, "IncorrectState"), "rejected"],
  ["of another taxpayer", error(403, "Forbidden"), "rejected"],
  ["no such document", error(404, "NotFound"), "rejected"],
];

for (const [route, cases] of [["submit", SUBMIT], ["cancel", CANCEL]] as const) {
  describe(`answers to ${route}`, () => {
    const judge = judging("my-myinvois", route);
    for (const [what, answer, meaning] of cases) test(`${what}: ${answer.status} is ${meaning}`, () => equal(judge(answer), meaning));
  });
}
