import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExtractorSource } from "../../src/document/extractor.ts";
import { entryId, type Identified, type Unidentified } from "../../src/journal/identify.ts";
import { compilePolicy } from "../../src/journal/policy.ts";
import { someOptions, somePolicy } from "./some-entry.ts";

const TARGET = "/api/invoices?kind=1";

function sourceOf(body: string | Uint8Array, others: Partial<ExtractorSource> = {}): ExtractorSource {
  return { headers: [], pathVariables: {}, query: "", body: typeof body === "string" ? Buffer.from(body) : body, contentType: "application/json", ...others };
}

function recognised(options: Readonly<Record<string, unknown>>, body: string | Uint8Array, others: Partial<ExtractorSource> = {}, target = TARGET): Identified | Unidentified {
  return somePolicy(options).identify(sourceOf(body, others), target);
}

function identified(...given: Parameters<typeof recognised>): Identified {
  const found = recognised(...given);
  assert.equal(found.kind, "identified", JSON.stringify(found));
  return found;
}

const keys: readonly { readonly what: string; readonly options?: Readonly<Record<string, unknown>>; readonly body: string; readonly others?: Partial<ExtractorSource>; readonly key: readonly string[] }[] = [
  { what: "a text", body: '{"orderNo":"A1"}', key: ["A1"] },
  { what: "a number by its source text", body: '{"orderNo":12345678901234567890}', key: ["12345678901234567890"] },
  { what: "a neighbour that reads as the same number", body: '{"orderNo":12345678901234567000}', key: ["12345678901234567000"] },
  { what: "a number with a zero behind the point", body: '{"orderNo":1.10}', key: ["1.10"] },
  { what: "a text with spaces around it, which count", body: '{"orderNo":" A1 "}', key: [" A1 "] },
  { what: "a text that the route trims", options: { key: [{ json: "/orderNo", trim: true }] }, body: '{"orderNo":" A1 "}', key: ["A1"] },
  { what: "two parts in their order", options: { key: [{ json: "/series" }, { json: "/no" }] }, body: '{"no":"2","series":"S"}', key: ["S", "2"] },
  { what: "a header", options: { key: [{ header: "X-Order" }] }, body: "{}", others: { headers: ["x-order", "A1"] }, key: ["A1"] },
  { what: "a variable of the path", options: { key: [{ path: "id" }] }, body: "{}", others: { pathVariables: { id: "A1" } }, key: ["A1"] },
];
for (const { what, options = {}, body, others = {}, key } of keys) test(`the key is ${what}`, () => assert.deepEqual(identified(options, body, others).key, key));

const refusals: readonly { readonly what: string; readonly options?: Readonly<Record<string, unknown>>; readonly body: string; readonly others?: Partial<ExtractorSource>; readonly kind: "missing" | "unclear"; readonly detail: RegExp }[] = [
  { what: "no member of that name", body: '{"order":1}', kind: "missing", detail: /^the key at json \/orderNo: / },
  { what: "no body at all", body: "", kind: "missing", detail: /^the key at json \/orderNo: no body$/ },
  { what: "an empty text", body: '{"orderNo":""}', kind: "missing", detail: /^the key at json \/orderNo is empty$/ },
  { what: "null", body: '{"orderNo":null}', kind: "missing", detail: /^the key at json \/orderNo is empty$/ },
  { what: "nothing but spaces that are trimmed", options: { key: [{ json: "/orderNo", trim: true }] }, body: '{"orderNo":"  "}', kind: "missing", detail: /is empty$/ },
  { what: "the member twice", body: '{"orderNo":"A1","orderNo":"A2"}', kind: "unclear", detail: /^the key at json \/orderNo: / },
  { what: "a list", body: '{"orderNo":["A1"]}', kind: "unclear", detail: /is of type array/ },
  { what: "an object", body: '{"orderNo":{"a":1}}', kind: "unclear", detail: /is of type object/ },
  { what: "a body that is no JSON", body: "orderNo=A1", kind: "unclear", detail: /^the key at json \/orderNo: / },
  { what: "a header with two values", options: { key: [{ header: "x-order" }] }, body: "{}", others: { headers: ["x-order", "A1", "X-Order", "A2"] }, kind: "unclear", detail: /^the key at header x-order: / },
  { what: "no scope", options: { scope: [{ json: "/seller" }] }, body: '{"orderNo":"A1"}', kind: "missing", detail: /^the scope at json \/seller: / },
  { what: "no lane", options: { serialBy: [{ json: "/shop" }] }, body: '{"orderNo":"A1"}', kind: "missing", detail: /^the serialBy at json \/shop: / },
  { what: "a field of the fingerprint twice", options: { fingerprint: { over: "fields", fields: [{ json: "/amount" }] } }, body: '{"orderNo":"A1","amount":1,"amount":2}', kind: "unclear", detail: /^the fingerprint at json \/amount: / },
];
for (const { what, options = {}, body, others = {}, kind, detail } of refusals) {
  test(`${what} leaves it ${kind}, and says where`, () => {
    const found = recognised(options, body, others);
    assert.equal(found.kind, kind);
    assert.match(found.detail, detail);
  });
}

const SCOPED = { scope: [{ json: "/seller" }] };
const idOf = (options: Readonly<Record<string, unknown>>, body: string): string => identified(options, body).id;
const ids: readonly { readonly what: string; readonly a: string; readonly b: string; readonly same: boolean }[] = [
  { what: "the same number with other content", a: idOf({}, '{"orderNo":"A1","x":1}'), b: idOf({}, '{"orderNo":"A1","x":2}'), same: true },
  { what: "a number and the text that looks like it", a: idOf({}, '{"orderNo":1}'), b: idOf({}, '{"orderNo":"1"}'), same: true },
  { what: "two numbers that read as the same double", a: idOf({}, '{"orderNo":12345678901234567890}'), b: idOf({}, '{"orderNo":12345678901234567000}'), same: false },
  { what: "the same number of two taxpayers", a: idOf(SCOPED, '{"orderNo":"A1","seller":"9144"}'), b: idOf(SCOPED, '{"orderNo":"A1","seller":"9145"}'), same: false },
  { what: "parts that join to the same text", a: entryId("s", "o", [], ["1", "12"]), b: entryId("s", "o", [], ["11", "2"]), same: false },
  { what: "a part of the scope that moves into the key", a: entryId("s", "o", ["1"], ["2"]), b: entryId("s", "o", [], ["1", "2"]), same: false },
  { what: "two sites", a: entryId("s", "o", [], ["1"]), b: entryId("t", "o", [], ["1"]), same: false },
  { what: "two operations", a: entryId("s", "o", [], ["1"]), b: entryId("s", "p", [], ["1"]), same: false },
];
for (const { what, a, b, same } of ids) {
  test(`${what} ${same ? "is one submission" : "are two submissions"}`, () => {
    assert.match(a, /^[0-9a-f]{32}$/);
    assert.equal(a === b, same);
  });
}

test("a renamed route that keeps its operation keeps its submissions, and one that does not loses them", () => {
  const id = (route: string, operation?: string): string => {
    const found = compilePolicy(someOptions(operation === undefined ? {} : { operation }), "china", route).identify(sourceOf('{"orderNo":"A1"}'), TARGET);
    return (found as Identified).id;
  };
  assert.equal(id("issue", "issue-invoice"), id("issue-v2", "issue-invoice"));
  assert.equal(id("issue"), id("renamed", "issue"));
  assert.notEqual(id("issue"), id("issue-v2"));
});

const FIELDS = { fingerprint: { over: "fields", fields: [{ json: "/amount" }, { json: "/buyer" }] } };
const print = (options: Readonly<Record<string, unknown>>, body: string, target = TARGET): string => identified({ key: [{ header: "x-order" }], ...options }, body, { headers: ["x-order", "A1"] }, target).fingerprint;
const prints: readonly { readonly what: string; readonly a: string; readonly b: string; readonly same: boolean }[] = [
  { what: "the same bytes", a: print({}, '{"amount":1}'), b: print({}, '{"amount":1}'), same: true },
  { what: "a space more", a: print({}, '{"amount":1}'), b: print({}, '{"amount": 1}'), same: false },
  { what: "no body, and the same target", a: print({}, "", "/a?x=1"), b: print({}, "", "/a?x=1"), same: true },
  { what: "no body, and another target", a: print({}, "", "/a?x=1"), b: print({}, "", "/a?x=2"), same: false },
  { what: "fields that are equal in a body that is not", a: print(FIELDS, '{"amount":1,"buyer":"B","at":"10:00"}'), b: print(FIELDS, '{"at":"10:01","buyer":"B","amount":1}'), same: true },
  { what: "another value of a field", a: print(FIELDS, '{"amount":1,"buyer":"B"}'), b: print(FIELDS, '{"amount":2,"buyer":"B"}'), same: false },
  { what: "a number in another spelling", a: print(FIELDS, '{"amount":1.1,"buyer":"B"}'), b: print(FIELDS, '{"amount":1.10,"buyer":"B"}'), same: false },
  { what: "a number and the text that looks like it", a: print(FIELDS, '{"amount":1,"buyer":"B"}'), b: print(FIELDS, '{"amount":"1","buyer":"B"}'), same: false },
  { what: "a missing field both times", a: print(FIELDS, '{"amount":1}'), b: print(FIELDS, '{"amount":1,"at":2}'), same: true },
  { what: "a missing field and an empty one", a: print(FIELDS, '{"amount":1}'), b: print(FIELDS, '{"amount":1,"buyer":""}'), same: false },
  { what: "a missing field and the text 'missing'", a: print(FIELDS, '{"amount":1}'), b: print(FIELDS, '{"amount":1,"buyer":"missing"}'), same: false },
  { what: "a missing field and null", a: print(FIELDS, '{"amount":1}'), b: print(FIELDS, '{"amount":1,"buyer":null}'), same: false },
  { what: "values that change places", a: print(FIELDS, '{"amount":"x","buyer":"y"}'), b: print(FIELDS, '{"amount":"y","buyer":"x"}'), same: false },
];
for (const { what, a, b, same } of prints) {
  test(`${what}: ${same ? "the same content" : "other content"}`, () => {
    assert.match(a, /^[0-9a-f]{32}$/);
    assert.equal(a === b, same);
  });
}

test("those of one shop share a lane, those of two shops or of no shop do not", () => {
  const options = { serialBy: [{ json: "/shop" }] };
  const lane = (body: string, given: Readonly<Record<string, unknown>> = options): string | null => identified(given, body).lane;
  assert.equal(lane('{"orderNo":"1","shop":"S"}'), lane('{"orderNo":"2","shop":"S"}'));
  assert.notEqual(lane('{"orderNo":"1","shop":"S"}'), lane('{"orderNo":"1","shop":"T"}'));
  assert.equal(lane('{"orderNo":"1","shop":"S"}', {}), null);
});

const needs: readonly { readonly what: string; readonly options: Readonly<Record<string, unknown>>; readonly wanted: boolean }[] = [
  { what: "the key stands in the body", options: {}, wanted: true },
  { what: "the key stands in a header", options: { key: [{ header: "x-order" }] }, wanted: false },
  { what: "the scope stands in the body", options: { key: [{ header: "x-order" }], scope: [{ json: "/a" }] }, wanted: true },
  { what: "a field of the fingerprint stands in the body", options: { key: [{ header: "x-order" }], fingerprint: { over: "fields", fields: [{ json: "/a" }] } }, wanted: true },
  { what: "the lane stands in the body", options: { key: [{ header: "x-order" }], serialBy: [{ json: "/a" }] }, wanted: true },
];
for (const { what, options, wanted } of needs) test(`where ${what} the body is ${wanted ? "" : "not "}needed`, () => assert.equal(somePolicy(options).needsBody, wanted));
