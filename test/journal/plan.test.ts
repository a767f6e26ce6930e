import assert from "node:assert/strict";
import { test } from "node:test";
import type { EntryFacts } from "../../src/journal/entry.ts";
import type { QueryAnswer, QueryStep } from "../../src/journal/plan.ts";
import { valueOf } from "../../src/journal/place-values.ts";
import { someFacts, somePolicy } from "./some-entry.ts";

const SCOPED = { key: [{ json: "/orderNo" }], scope: [{ json: "/seller" }] };
const TWO_PARTS = { key: [{ json: "/a" }, { json: "/b" }], scope: [{ json: "/seller" }] };
const FOUND = { found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s" };
const PATH = "/api/invoices?orderNo={key}";

function queryStep(step: Readonly<Record<string, unknown>>, options: Readonly<Record<string, unknown>> = {}): QueryStep {
  const [first] = somePolicy({ resolve: [{ ...FOUND, ...step }], ...options }).plan;
  assert.equal(first?.kind, "query");
  return first;
}

const requests: readonly { readonly what: string; readonly query: Readonly<Record<string, unknown>>; readonly options?: Readonly<Record<string, unknown>>; readonly facts?: Partial<EntryFacts>; readonly target?: string; readonly headers?: readonly string[]; readonly body?: string | null }[] = [
  { what: "the key in its target", query: { path: PATH }, target: "/api/invoices?orderNo=A1" },
  { what: "a key that would end the query, encoded", query: { path: PATH }, facts: { key: ["A&x=1#?/ +%"] }, target: "/api/invoices?orderNo=A%26x%3D1%23%3F%2F%20%2B%25" },
  { what: "a key that would leave its segment, encoded", query: { path: "/api/invoices/{key}" }, facts: { key: ["../admin"] }, target: "/api/invoices/..%2Fadmin" },
  { what: "a Chinese key as UTF-8", query: { path: PATH }, facts: { key: ["票1"] }, target: "/api/invoices?orderNo=%E7%A5%A81" },
  { what: "a key with a line end, encoded", query: { path: PATH }, facts: { key: ["A\r\nx: y"] }, target: "/api/invoices?orderNo=A%0D%0Ax%3A%20y" },
  { what: "both parts of a key, the scope, taxpayer and region", query: { path: "/q?a={key.1}&b={key.2}&c={scope}&d={taxpayer}&e={region}" }, options: TWO_PARTS, facts: { key: ["S", "2"] }, target: "/q?a=S&b=2&c=9144&d=9144&e=beijing" },
  { what: "its own fields, names in lower case", query: { path: "/q?x={key}", headers: { "X-Order": "no {key}", Accept: "application/json" } }, headers: ["x-order", "no A1", "accept", "application/json"] },
  { what: "no body where the file says none", query: { path: "/q?x={key}" }, body: null },
  { what: "a JSON body in which a key stays a text", query: { method: "POST", path: "/q", headers: { "content-type": "application/json" }, body: '{"no":"{key}"}' }, facts: { key: ['A","all":"1'] }, body: String.raw`{"no":"A\",\"all\":\"1"}` },
  { what: "the type of JSON where its body has none", query: { method: "POST", path: "/q", body: '{"no":"{key}"}' }, headers: ["content-type", "application/json"] },
  { what: "an XML body in which a key stays a text", query: { method: "POST", path: "/q", headers: { "Content-Type": "text/xml" }, body: "<no>{key}</no>" }, facts: { key: ["<a>"] }, body: "<no>&lt;a&gt;</no>" },
  { what: "a form in which a key stays a value", query: { method: "POST", path: "/q", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "no={key}" }, facts: { key: ["1&all=1"] }, body: "no=1%26all%3D1" },
];
for (const { what, query, options = {}, facts = {}, target, headers, body } of requests) {
  test(`a question has ${what}`, () => {
    const asked = queryStep({ query }, options).request(someFacts(facts));
    assert.ok(asked !== null);
    assert.equal(asked.method, query["method"] ?? "GET");
    if (target !== undefined) assert.equal(asked.target, target);
    if (headers !== undefined) assert.deepEqual(asked.headers, headers);
    if (body !== undefined) assert.equal(asked.body === null ? null : Buffer.from(asked.body).toString(), body);
  });
}

const unaskable: readonly { readonly what: string; readonly query: Readonly<Record<string, unknown>>; readonly facts: Partial<EntryFacts> }[] = [
  { what: "whose number leads to the folder above", query: { path: "/api/invoices/{key}" }, facts: { key: [".."] } },
  { what: "whose number leads to the folder above, in the middle", query: { path: "/api/{key}/invoice?x=1" }, facts: { key: [".."] } },
  { what: "whose number leads to the folder itself", query: { path: "/api/invoices/{key}?x=1" }, facts: { key: ["."] } },
  { what: "whose number would end a line in a header", query: { path: "/q", headers: { "x-order": "{key}" } }, facts: { key: ["A\r\nevil: 1"] } },
  { what: "whose number a header cannot hold", query: { path: "/q", headers: { "x-order": "{key}" } }, facts: { key: ["票1"] } },
  { what: "without the taxpayer that is asked by", query: { path: "/q?x={key}&t={taxpayer}" }, facts: { taxpayer: null } },
  { what: "without the region that is asked by in the body", query: { method: "POST", path: "/q", body: "{key} {region} {taxpayer}" }, facts: { region: "" } },
];
for (const { what, query, facts } of unaskable) test(`nothing is asked about one ${what}`, () => assert.equal(queryStep({ query }).request(someFacts(facts)), null));

for (const [what, key] of [["dots that end no segment", "A..1"], ["a dot before its number", ".A1"], ["three dots", "..."]] as const) {
  test(`one with ${what} is asked about`, () => assert.equal(queryStep({ query: { path: "/api/{key}" } }).request(someFacts({ key: [key] }))?.target, `/api/${key}`));
}

function answer(status: number, body: string, contentType: string | undefined = "application/json"): QueryAnswer {
  return { status, contentType, headers: contentType === undefined ? [] : ["content-type", contentType], body: Buffer.from(body) };
}

const MATCH = { match: [{ read: { json: "/data/order" }, is: "{key}" }, { read: { json: "/data/text" }, is: "{region}/{key.1}" }] };
const FULL_MATCH = '{"data":{"order":"A1","text":"beijing/A1"}}';
const sights: readonly { readonly what: string; readonly step?: Readonly<Record<string, unknown>>; readonly options?: Readonly<Record<string, unknown>>; readonly answer: QueryAnswer; readonly wanted: string }[] = [
  { what: "one that shows it", answer: answer(200, '{"orderNo":"A1"}'), wanted: "found" },
  { what: "one that does not repeat its number", answer: answer(200, '{"invoiceNo":"N7"}'), wanted: "found" },
  { what: "one without a body", answer: answer(200, "", undefined), wanted: "found" },
  { what: "one with another number", answer: answer(200, '{"orderNo":"A2"}'), wanted: "another" },
  { what: "one with the number twice", answer: answer(200, '{"orderNo":"A1","orderNo":"A2"}'), wanted: "another" },
  { what: "one with its number and another scope", options: SCOPED, answer: answer(200, '{"orderNo":"A1","seller":"9999"}'), wanted: "another" },
  { what: "one with its number and its scope", options: SCOPED, answer: answer(200, '{"orderNo":"A1","seller":"9144"}'), wanted: "found" },
  { what: "one with the second part of another number", step: { query: { path: "/q?a={key}&b={key.2}" } }, options: TWO_PARTS, answer: answer(200, '{"a":"A1","b":"3"}'), wanted: "another" },
  { what: "one with both parts of its number", step: { query: { path: "/q?a={key}&b={key.2}" } }, options: TWO_PARTS, answer: answer(200, '{"a":"A1","b":"2"}'), wanted: "found" },
  { what: "one that is not there", answer: answer(404, "{}"), wanted: "absent" },
  { what: "one that fits neither condition", answer: answer(500, "{}"), wanted: "unknown" },
  { what: "one that is not there, on a route that has no word for it", step: { absent: undefined, notFoundValidAfter: undefined }, answer: answer(404, "{}"), wanted: "unknown" },
  { what: "one that fits both conditions", step: { absent: { status: 200 } }, answer: answer(200, "{}"), wanted: "found" },
  { what: "another order that fits both conditions", step: { absent: { status: 200 } }, answer: answer(200, '{"orderNo":"A2"}'), wanted: "another" },
  { what: "one whose values all match", step: MATCH, answer: answer(200, FULL_MATCH), wanted: "found" },
  { what: "one of whose values one does not match", step: MATCH, answer: answer(200, '{"data":{"order":"A1","text":"beijing/A2"}}'), wanted: "another" },
  { what: "one that lacks a value to match", step: MATCH, answer: answer(200, '{"data":{"order":"A1"}}'), wanted: "another" },
  { what: "a page that says 200", answer: answer(200, "<html><body>please log in</body></html>", "text/html"), wanted: "unknown" },
  { what: "a page that says 404", answer: answer(404, "<html>not found</html>", "text/html; charset=utf-8"), wanted: "unknown" },
  { what: "a page where the route takes a page for absence", step: { absent: { status: 404, contentType: "text/html" } }, answer: answer(404, "<html>not found</html>", "text/html"), wanted: "absent" },
  { what: "a body in which its number cannot be read", answer: answer(200, '{"orderNo":"A2"'), wanted: "another" },
];
for (const { what, step = {}, options = {}, answer: given, wanted } of sights) {
  test(`the answer about ${what} shows '${wanted}'`, () => {
    const facts = options === TWO_PARTS ? someFacts({ key: ["A1", "2"] }) : someFacts();
    assert.equal(queryStep({ query: { path: PATH }, ...step }, options).look(given, facts), wanted);
  });
}

test("a key that stands in a header says nothing about an answer's fields", () => {
  const step = queryStep({ query: { path: PATH } }, { key: [{ header: "x-order" }] });
  assert.equal(step.look({ ...answer(200, "{}"), headers: ["x-order", "A2"] }, someFacts()), "found");
});

test("a plan keeps its steps in their order, and ends with a person whatever the file says", () => {
  const kinds = (resolve: readonly unknown[]): string[] => somePolicy({ resolve }).plan.map(({ kind }) => kind);
  const query = { query: { path: PATH }, ...FOUND };
  assert.deepEqual(kinds([{ wait: "1s" }, query, { resend: { window: "1h" } }]), ["wait", "query", "resend", "hold"]);
  assert.deepEqual(kinds([query, "hold"]), ["query", "hold"]);
  assert.deepEqual(kinds([]), ["hold"]);
  assert.deepEqual(kinds(["hold"]), ["hold"]);
});

test("a step carries its times and what follows from absence", () => {
  const [wait, query, resend] = somePolicy({ resolve: [{ wait: "90s" }, { query: { path: PATH }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "5s", absentMeans: "held", every: "2s", for: "1h", as: { status: 200, body: "ok" } }, { resend: { window: "2h" } }] }).plan;
  assert.deepEqual(wait, { kind: "wait", ms: 90_000 });
  assert.deepEqual(resend, { kind: "resend", window: 7_200_000, times: 1, pause: 5000 });
  const { notFoundValidAfter, absentMeans, every, for: time, as } = query as QueryStep;
  assert.deepEqual({ notFoundValidAfter, absentMeans, every, time, as }, { notFoundValidAfter: 5000, absentMeans: "held", every: 2000, time: 3_600_000, as: { status: 200, contentType: "application/json", body: "ok" } });
});

const values: readonly { readonly name: string; readonly wanted: string | null }[] = [
  { name: "key", wanted: "S" },
  { name: "key.1", wanted: "S" },
  { name: "key.2", wanted: "2" },
  { name: "key.3", wanted: null },
  { name: "scope", wanted: "9144" },
  { name: "taxpayer", wanted: "T" },
  { name: "region", wanted: "beijing" },
  { name: "principal", wanted: null },
];
for (const { name, wanted } of values) test(`'{${name}}' stands for ${wanted === null ? "nothing" : `'${wanted}'`}`, () => assert.equal(valueOf({ key: ["S", "2"], scope: ["9144"], taxpayer: "T", region: "beijing" }, name), wanted));
