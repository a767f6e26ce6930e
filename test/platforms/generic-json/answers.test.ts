import { equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { judging, type TableAnswer } from "../judging.ts";

const said = (status: number, code: number | string): TableAnswer => ({ status, body: { code } });

const CASES: readonly (readonly [what: string, answer: TableAnswer, meaning: string])[] = [
  ["issued", said(200, 0), "accepted"],
  ["a code that is a text", said(200, "0"), "in-doubt"],
  ["issued before", said(200, 6655), "duplicate-same"],
  ["not executed", said(503, 5030), "not-executed"],
  ["the queue is full", said(503, 5031), "not-executed"],
  ["a code that the profile does not know", said(503, 5999), "in-doubt"],
  ["unavailable, and nobody says why", { status: 503 }, "in-doubt"],
  ["credentials that are not accepted", said(401, 4010), "not-executed"],
  ["limited", said(429, 4290), "not-executed"],
  ["wrong content", said(400, 4001), "rejected"],
  ["too large", said(413, 4130), "rejected"],
  ["a wrong type", said(415, 4150), "rejected"],
  ["outcome unknown", said(504, 5040), "in-doubt"],
  ["a page with a good status", { status: 200, type: "text/html", body: "<html></html>" }, "in-doubt"],
  ["a page that says limited", { status: 429, type: "text/html", body: "<html></html>" }, "in-doubt"],
  ["an answer cut off", { status: 200, type: "application/json", body: '{"code":0' }, "in-doubt"],
  ["an answer that nobody knows", said(418, 0), "in-doubt"],
];

describe("answers to issue", () => {
  const judge = judging("generic-json", "issue");
  for (const [what, answer, meaning] of CASES) test(`${what}: ${answer.status} is ${meaning}`, () => equal(judge(answer), meaning));
});
