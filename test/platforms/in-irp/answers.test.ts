import { equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { judging, type TableAnswer } from "../judging.ts";

const failed = (code: string, info: readonly object[] | null = null): TableAnswer => ({ status: 200, body: { Status: 0, ErrorDetails: [{ ErrorCode: code, ErrorMessage: "text" }], Data: null, InfoDtls: info } });
const DONE: TableAnswer = { status: 200, body: { Status: 1, Data: "encrypted", ErrorDetails: null, InfoDtls: null } };
const KNOWN = [{ InfCd: "DUPIRN", Desc: { AckNo: 112_010_000_000_001, AckDt: "2026-11-22 08:00:00", Irn: "ab" } }];

type Case = readonly [what: string, answer: TableAnswer, meaning: string];

const BOTH: readonly Case[] = [
  ["done", DONE, "accepted"],
  ["done, with the status as a text", { status: 200, body: { Status: "1", Data: "encrypted" } }, "accepted"],
  ["an expired token", failed("1005"), "not-executed"],
  ["a header that is missing", failed("1004"), "not-executed"],
  ["a password that cannot be read", failed("1013"), "not-executed"],
  ["credentials that the gateway does not accept", { status: 401, body: {} }, "not-executed"],
  ["limited", { status: 429, body: { message: "Too Many Requests" } }, "not-executed"],
  ["wrong content", failed("2163"), "rejected"],
  ["wrong content, with the status as a text", { status: 200, body: { Status: "0", ErrorDetails: [{ ErrorCode: "2143" }] } }, "rejected"],
  ["a request that cannot be read", { status: 400, body: {} }, "rejected"],
  ["too large", { status: 413, body: {} }, "rejected"],
  ["a failure while the request was processed", failed("5002"), "duplicate-check"],
  ["a failure inside", { status: 500, body: {} }, "in-doubt"],
  ["unavailable", { status: 503, body: {} }, "in-doubt"],
  ["a time-out of the gateway, after which invoices were found registered", { status: 504, body: { message: "Endpoint request timed out" } }, "in-doubt"],
  ["a page in front of the portal", { status: 200, type: "text/html", body: "<html></html>" }, "in-doubt"],
  ["an answer without a status", { status: 200, body: {} }, "in-doubt"],
  ["an answer that nobody knows", { status: 418, body: {} }, "in-doubt"],
];

const GENERATE: readonly Case[] = [
  ...BOTH,
  ["registered before, with its number", failed("2150", KNOWN), "duplicate-same"],
  ["could not be created, try again", failed("2146"), "duplicate-check"],
  ["could not be signed, try again", failed("2147"), "duplicate-check"],
  ["registered and cancelled before", failed("2278"), "rejected"],
];

const CANCEL: readonly Case[] = [
  ...BOTH,
  ["not active: cancelled before", failed("9999"), "duplicate-same"],
  ["an error while it was cancelled", failed("2141"), "duplicate-check"],
  ["too late", failed("2270"), "rejected"],
];

for (const [route, cases] of [["generate", GENERATE], ["cancel", CANCEL]] as const) {
  describe(`answers to ${route}`, () => {
    const judge = judging("in-irp", route);
    for (const [what, answer, meaning] of cases) test(`${what}: ${answer.status} is ${meaning}`, () => equal(judge(answer), meaning));
  });
}
