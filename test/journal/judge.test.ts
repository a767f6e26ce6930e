import assert from "node:assert/strict";
import { test } from "node:test";
import { compileJudge } from "../../src/journal/judge.ts";
import type { JudgedAnswer } from "../../src/document/answer-condition.ts";
import { someOptions } from "./some-entry.ts";

const json = (status: number, body: unknown = {}): JudgedAnswer => ({ status, contentType: "application/json", body: Buffer.from(JSON.stringify(body)) });
const page = (status: number, contentType = "text/html; charset=utf-8"): JudgedAnswer => ({ status, contentType, body: Buffer.from('{"code":0}') });

/** One word for a judgement: its kind, and what tells it from others of that kind. */
function judged(options: Readonly<Record<string, unknown>>, answer: JudgedAnswer): string {
  const judgement = compileJudge(someOptions(options))(answer);
  if (judgement.kind === "duplicate") return `duplicate ${judgement.means}`;
  return judgement.kind === "in-doubt" ? `in-doubt ${judgement.cause}` : judgement.kind;
}

const byDefault = [
  ...[200, 201, 202, 204].map((status) => ({ status, wanted: "accepted" })),
  ...[401, 429].map((status) => ({ status, wanted: "not-executed" })),
  ...[400, 413, 415].map((status) => ({ status, wanted: "rejected" })),
  ...[203, 206, 301, 302, 307, 403, 404, 409, 422, 500, 502, 503, 504].map((status) => ({ status, wanted: "in-doubt unknown-answer" })),
];
for (const { status, wanted } of byDefault) test(`a route that says nothing takes ${status} for '${wanted}'`, () => assert.equal(judged({}, json(status)), wanted));

/** Every list fits every answer with status 200; the first of those that are left decides. */
const FITS = [{ status: 200 }];
const ALL = { duplicate: [{ status: 200, means: "same" }], accepted: FITS, notExecuted: FITS, final: FITS, inDoubt: FITS };
const NONE = { duplicate: [], accepted: [], notExecuted: [], final: [], inDoubt: [] };
const order = [
  { lists: ["duplicate", "accepted", "notExecuted", "final", "inDoubt"], wanted: "duplicate same" },
  { lists: ["accepted", "notExecuted", "final", "inDoubt"], wanted: "accepted" },
  { lists: ["notExecuted", "final", "inDoubt"], wanted: "not-executed" },
  { lists: ["final", "inDoubt"], wanted: "rejected" },
  { lists: ["inDoubt"], wanted: "in-doubt said-unknown" },
  { lists: [], wanted: "in-doubt unknown-answer" },
] as const;
for (const { lists, wanted } of order) {
  test(`of ${lists.join(", ") || "no list"} that fit, '${wanted}' is the word`, () => {
    const options = { ...NONE, ...Object.fromEntries(lists.map((name) => [name, ALL[name]])) };
    assert.equal(judged(options, json(200)), wanted);
  });
}

const CODES = {
  duplicate: [{ json: "/code", equals: 6655, means: "same" }, { json: "/code", in: [6656, 6657], means: "check" }, { json: "/code", equals: 6658, means: "conflict" }],
  accepted: [{ status: 200, json: "/code", equals: 0 }],
  notExecuted: [{ status: 503, json: "/code", in: [5030, 5031] }],
  final: [{ json: "/code", equals: 9001 }],
  inDoubt: [{ status: 504 }],
};
const answers: readonly { readonly what: string; readonly answer: JudgedAnswer; readonly wanted: string }[] = [
  { what: "200 with code 0", answer: json(200, { code: 0 }), wanted: "accepted" },
  { what: "200 with code '0', a text", answer: json(200, { code: "0" }), wanted: "in-doubt unknown-answer" },
  { what: "200 with code 6655", answer: json(200, { code: 6655 }), wanted: "duplicate same" },
  { what: "500 with code 6655", answer: json(500, { code: 6655 }), wanted: "duplicate same" },
  { what: "200 with code 6657", answer: json(200, { code: 6657 }), wanted: "duplicate check" },
  { what: "200 with code 6658", answer: json(200, { code: 6658 }), wanted: "duplicate conflict" },
  { what: "503 with code 5031", answer: json(503, { code: 5031 }), wanted: "not-executed" },
  { what: "503 without a code", answer: json(503), wanted: "in-doubt unknown-answer" },
  { what: "500 with code 5031", answer: json(500, { code: 5031 }), wanted: "in-doubt unknown-answer" },
  { what: "200 with code 9001", answer: json(200, { code: 9001 }), wanted: "rejected" },
  { what: "504", answer: json(504), wanted: "in-doubt said-unknown" },
  { what: "200 cut off in the middle", answer: { status: 200, contentType: "application/json", body: Buffer.from('{"code":0') }, wanted: "in-doubt unknown-answer" },
  { what: "200 with the code twice", answer: { status: 200, contentType: "application/json", body: Buffer.from('{"code":0,"code":1}') }, wanted: "in-doubt unknown-answer" },
  { what: "200 without a body", answer: { status: 200, contentType: undefined, body: null }, wanted: "in-doubt unknown-answer" },
];
for (const { what, answer, wanted } of answers) test(`${what} is '${wanted}' for a route that goes by codes`, () => assert.equal(judged(CODES, answer), wanted));

const pages: readonly { readonly what: string; readonly options: Readonly<Record<string, unknown>>; readonly answer: JudgedAnswer; readonly wanted: string }[] = [
  { what: "200", options: {}, answer: page(200), wanted: "in-doubt not-the-platform" },
  { what: "400", options: {}, answer: page(400), wanted: "in-doubt not-the-platform" },
  { what: "401", options: {}, answer: page(401), wanted: "in-doubt not-the-platform" },
  { what: "504 in the list of doubts", options: { inDoubt: [{ status: 504 }] }, answer: page(504), wanted: "in-doubt not-the-platform" },
  { what: "200 with the code of success in its text", options: CODES, answer: page(200), wanted: "in-doubt not-the-platform" },
  { what: "200 in capitals", options: {}, answer: page(200, "TEXT/HTML"), wanted: "in-doubt not-the-platform" },
  { what: "200 as XHTML", options: {}, answer: page(200, "application/xhtml+xml"), wanted: "in-doubt not-the-platform" },
  { what: "403 that the route speaks about", options: { notExecuted: [{ status: 403, contentType: "text/html" }] }, answer: page(403), wanted: "not-executed" },
  { what: "502 beside a word about pages with 403", options: { notExecuted: [{ status: 403, contentType: "text/html" }] }, answer: page(502), wanted: "in-doubt not-the-platform" },
  { what: "200 that is no page, of a type that begins like one", options: {}, answer: page(200, "text/html5-events"), wanted: "accepted" },
];
for (const { what, options, answer, wanted } of pages) test(`a page with ${what} is '${wanted}'`, () => assert.equal(judged(options, answer), wanted));

const LOGIN = "<!DOCTYPE html><html><body>please log in</body></html>";
const unsaid: readonly { readonly type: string | undefined; readonly text: string; readonly wanted: string }[] = [
  { type: undefined, text: LOGIN, wanted: "in-doubt not-the-platform" },
  { type: "", text: LOGIN, wanted: "in-doubt not-the-platform" },
  { type: "text/plain; charset=utf-8", text: LOGIN, wanted: "in-doubt not-the-platform" },
  { type: "application/octet-stream", text: LOGIN, wanted: "in-doubt not-the-platform" },
  { type: undefined, text: "\uFEFF\r\n  <HTML lang=zh>", wanted: "in-doubt not-the-platform" },
  { type: undefined, text: '{"page":"<html>"}', wanted: "accepted" },
  { type: undefined, text: "<htmlInvoice/>", wanted: "accepted" },
  { type: undefined, text: "<invoice><html/></invoice>", wanted: "accepted" },
  { type: undefined, text: "", wanted: "accepted" },
  { type: "text/plainer", text: LOGIN, wanted: "accepted" },
  { type: "application/xml", text: "<html/>", wanted: "accepted" },
];
for (const { type, text, wanted } of unsaid) {
  test(`200 with '${text.trim().slice(0, 30)}' as ${type === undefined ? "no type" : `'${type}'`} is '${wanted}'`, () => assert.equal(judged({}, { status: 200, contentType: type, body: Buffer.from(text) }), wanted));
}

test("the form of a duplicate stands in the judgement", () => {
  const judge = compileJudge(someOptions({ duplicate: [{ status: 409, means: "same", as: { status: 200, body: "ok" } }] }));
  assert.deepEqual(judge(json(409)), { kind: "duplicate", means: "same", as: { status: 200, contentType: "application/json", body: "ok" }, reference: null });
});
