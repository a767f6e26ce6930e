import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRORS } from "../../src/base/errors.ts";
import type { Answer } from "../../src/http/message.ts";
import { headerValue } from "../../src/http/headers.ts";
import { answer } from "../../src/pipeline/answer.ts";
import { errorForm } from "../../src/pipeline/error-form.ts";
import { refuse, retryAfter } from "../../src/pipeline/verdict.ts";
import { answered, codeOf, exchange, run, setUp } from "./setup.ts";

const JSON_FORM = { body: '{"c":"{code}","t":"{title}","d":"{detail}","s":{status},"w":{retryAfter},"i":"{requestId}","h":"{hint}"}' };
const XML_FORM = { status: 200, contentType: "text/xml; charset=utf-8", body: "<e c='{code}'><t>{title}</t>{detail} {status} {retryAfter} {requestId}</e>" };
const ROUTES = [
  { name: "xml", class: "control", match: { methods: ["POST"], path: "/xml" }, errors: XML_FORM, body: { maxBytes: "5B" } },
  { name: "json", class: "read", match: { methods: ["GET"], path: "/json" } },
  { name: "other", class: "submit", match: { methods: ["POST"], path: "/json" } },
];
const HOSTILE = `"'<&>\\\u0000\ud800\n{code}</e>`;

function textOf(made: Answer | null): string {
  return made?.body.kind === "bytes" ? Buffer.from(made.body.bytes).toString() : "";
}

test("every error before a route is found has the site's form, and its own status and code", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, errors: JSON_FORM });
  for (const [line, code] of [["GET /nowhere", "no-route"], ["PUT /json", "method-not-allowed"], ["GET /json;x", "path-parameters"], ["GET /a%00", "encoded-nul"], ["GET relative", "malformed-target"]] as const) {
    const made = await run(parts, exchange(line));
    assert.equal(codeOf(made), `${ERRORS[code].status} ${code}`);
    assert.deepEqual(JSON.parse(textOf(made)), { c: code, t: ERRORS[code].en, d: JSON.parse(textOf(made)).d, s: ERRORS[code].status, w: 0, i: "id-1", h: `${ERRORS[code].en} / ${ERRORS[code].zh}` });
    assert.equal(headerValue(made?.headers ?? [], "content-type"), "application/json");
    assert.equal(headerValue(made?.headers ?? [], "cache-control"), "no-store");
    assert.equal(headerValue(made?.headers ?? [], "x-request-id"), "id-1");
  }
  assert.equal(headerValue((await run(parts, exchange("PUT /json")))?.headers ?? [], "allow"), "GET, HEAD, POST");
});

test("a host that no site answers to has no form", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, errors: JSON_FORM });
  for (const x of [exchange("GET /json", [], undefined, "other.example"), exchange("GET relative", [], undefined, "other.example")]) {
    assert.equal(headerValue((await run(parts, x))?.headers ?? [], "content-type"), "application/problem+json");
  }
});

test("a route's form comes before the site's, and the status that it says before that of the error", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, errors: JSON_FORM });
  const x = exchange("POST /xml", [], { kind: "bytes", bytes: Buffer.from("123456") });
  const made = await run(parts, x);
  assert.equal(codeOf(made), "200 body-too-large");
  assert.equal(textOf(made), `<e c='body-too-large'><t>${ERRORS["body-too-large"].en.replaceAll("'", "&apos;")}</t>the body is larger than 5 bytes 200 0 id-1</e>`);
  assert.equal(parts.ends[0]?.error, "body-too-large");
  assert.equal(parts.ends[0]?.status, 200);
});

const upstream: readonly (readonly [what: string, cause: "breaker-open" | "paced" | "overloaded", want: string, wait: number])[] = [
  ["a breaker that is open", "breaker-open", "503 open", 7],
  ["a platform's limit", "paced", "503 limited-by-platform", 7],
  ["a queue that is full", "overloaded", "503 overloaded", 7],
];

for (const [what, cause, want, wait] of upstream) {
  test(`${what} is told in the site's form, with the seconds to wait`, async () => {
    const parts = setUp(() => ({ kind: "refused", cause, detail: "no", retryAfter: 6.2 }), { routes: ROUTES, errors: JSON_FORM });
    const made = await run(parts, exchange("POST /json"));
    assert.equal(codeOf(made), want);
    assert.equal(JSON.parse(textOf(made)).w, wait);
    assert.equal(headerValue(made?.headers ?? [], "retry-after"), String(wait));
  });
}

test("a fault of ours is told in the route's form", async () => {
  const parts = setUp(() => Promise.reject(new Error("broken")), { routes: ROUTES, errors: JSON_FORM });
  const made = await run(parts, exchange("POST /json"));
  assert.equal(codeOf(made), "500 internal");
  assert.equal(JSON.parse(textOf(made)).c, "internal");
});

test("an answer of the platform's is left alone", async () => {
  const parts = setUp(() => answered(500, "platform"), { routes: ROUTES, errors: JSON_FORM });
  assert.equal(textOf(await run(parts, exchange("POST /json"))), "platform");
});

for (const [contentType, check] of [
  ["application/json", (text: string) => assert.equal(JSON.parse(text), HOSTILE)],
  ["application/problem+json", (text: string) => assert.equal(JSON.parse(text), HOSTILE)],
  ["text/xml", (text: string) => assert.equal(text, '"&quot;&apos;&lt;&amp;&gt;\\\ufffd\ufffd\n{code}&lt;/e&gt;"')],
  ["application/x-www-form-urlencoded", (text: string) => assert.equal(decodeURIComponent(text.slice(1, -1)), HOSTILE.toWellFormed())],
] as const) {
  test(`what an error says cannot leave its place in ${contentType}, nor be filled again`, async () => {
    const parts = setUp(() => answered(200), { routes: ROUTES, errors: { contentType, body: '"{detail}"' } });
    const x = exchange("GET /nowhere");
    await run(parts, x);
    x.verdict = refuse("no-route", HOSTILE, retryAfter(1));
    check(textOf(answer(x)));
  });
}

test("a form of the refusal's own comes before the route's and the site's", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, errors: JSON_FORM });
  const x = exchange("GET /nowhere");
  await run(parts, x);
  x.verdict = refuse("held", "d", [], { status: 299, headers: [], body: { kind: "bytes", bytes: Buffer.from("own") } });
  const made = answer(x);
  assert.equal(textOf(made), "own");
  assert.equal(codeOf(made), "299 held");
});

test("a form without a body sends none", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, errors: { status: 204 } });
  const made = await run(parts, exchange("GET /nowhere"));
  assert.deepEqual([made?.status, made?.body.kind], [204, "none"]);
});

const forms: readonly (readonly [what: string, form: object, sound: boolean])[] = [
  ["braces of JSON", { body: '{"a":{"b":[{"c":"{code}"}]}}' }, true],
  ["a text place without quotes", { body: '{"a":{code}}' }, false],
  ["a place of a submission", { contentType: "text/plain", body: "{key}" }, false],
  ["a pointer into an answer that is not there", { contentType: "text/plain", body: "{/a/b}" }, false],
  ["a body beside 304", { status: 304, contentType: "text/plain", body: "x" }, false],
  ["a charset that is not written", { contentType: 'text/xml; charset="iso-8859-1"' }, false],
  ["UTF-8", { contentType: 'text/xml; charset="UTF-8"' }, true],
  ["a line break in the type", { contentType: "text/xml\r\nX: y" }, false],
];

for (const [what, form, sound] of forms) {
  test(`a form with ${what} is ${sound ? "sound" : "refused"}`, () => assert.equal(errorForm.safeParse(form).success, sound));
}
