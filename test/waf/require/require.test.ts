import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { compileSchema, type SchemaCheck } from "../../../src/document/json-schema.ts";
import { mergeRequire, requireOptions } from "../../../src/waf/require/options.ts";
import { compileRequirements } from "../../../src/waf/require/requirements.ts";

interface Sent {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: readonly string[];
  readonly type?: string;
  readonly body?: string | Uint8Array;
}

const SCHEMA = {
  type: "object", required: ["items"], additionalProperties: false,
  properties: { items: { type: "array", maxItems: 3, uniqueItems: true, items: { $ref: "#/$defs/line" } }, day: { type: "string", format: "date" } },
  $defs: { line: { type: "object", required: ["name"], properties: { name: { type: "string", pattern: "^[^<>]*$", maxLength: 20 } } } },
};

function schema(of: unknown): SchemaCheck {
  const compiled = compileSchema(of);
  assert.ok(compiled.ok);
  return compiled.check;
}

/** What is told of a request: reason, place and rule; null: it is as it must be. */
function told(required: unknown, { method = "POST", query = "", headers = [], type, body }: Sent): string | null {
  const check = compileRequirements(requireOptions.parse(required), () => schema(SCHEMA));
  assert.ok(check !== null);
  const bytes = body === undefined ? null : typeof body === "string" ? Buffer.from(body, "utf8") : body;
  const found = check({ method, query, headers: [...headers, ...(type === undefined ? [] : ["Content-Type", type])], body: bytes, contentType: type });
  return found === null ? null : `${found.reason} ${found.where}: ${found.rule}`;
}

const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);

const HEAD: readonly (readonly [string, unknown, Sent, string | null])[] = [
  ["a header that has to be there and is", { headers: [{ name: "X-App", matches: "^erp$", required: true }] }, { headers: ["x-app", "erp"] }, null],
  ["one that is not", { headers: [{ name: "X-App", required: true }] }, {}, "header header:x-app: required"],
  ["one that may be missing", { headers: [{ name: "X-App", matches: "^erp$" }] }, {}, null],
  ["a second value that does not fit", { headers: [{ name: "X-App", matches: "^erp$" }] }, { headers: ["X-App", "erp", "x-app", "crm"] }, "header header:x-app: matches"],
  ["a value that is too long", { headers: [{ name: "x-app", maxLength: 3 }] }, { headers: ["x-app", "erpx"] }, "header header:x-app: maxLength"],
  ["a member of the query that fits, decoded", { query: { members: [{ name: "größe", matches: "^a b$" }] } }, { query: "?gr%C3%B6%C3%9Fe=a+b" }, null],
  ["a member that does not fit", { query: { members: [{ name: "page", matches: "^[0-9]+$" }] } }, { query: "?page=1'--" }, "query query:page: matches"],
  ["a member twice", { query: { members: [{ name: "page" }] } }, { query: "?page=1&page=2" }, "query query:page: most"],
  ["a member twice behind an escape", { query: { members: [{ name: "page" }] } }, { query: "?page=1&p%61ge=2" }, "query query:page: most"],
  ["a member as often as it may be", { query: { members: [{ name: "page", most: 2 }] } }, { query: "?page=1&page=2" }, null],
  ["a member that is missing", { query: { members: [{ name: "page", required: true }] } }, { query: "?pages=1" }, "query query:page: required"],
  ["others pass", { query: { members: [{ name: "page" }] } }, { query: "?x=1" }, null],
  ["others are refused", { query: { members: [{ name: "page" }], others: "refuse" } }, { query: "?page=1&x" }, "query query: others"],
  ["a name that nothing can be made of is another", { query: { others: "refuse" } }, { query: "?%ff=1" }, "query query: others"],
  ["a value that cannot be decoded", { query: { members: [{ name: "page", matches: "." }] } }, { query: "?page=%ff" }, "query query:page: matches"],
  ["an empty query", { query: { others: "refuse" } }, { query: "?" }, null],
  ["a query that is too long", { query: { maxLength: 5 } }, { query: "?abcdef" }, "query query: maxLength"],
];

for (const [says, required, sent, wanted] of HEAD) test(`a head is as it must be, or it is said where not: ${says}`, () => assert.equal(told(required, sent), wanted));

const NOT_OF_TYPE = "type body: sniff: the body is not of its content type";
const SNIFFED: readonly (readonly [string, Sent, string | null])[] = [
  ["JSON", { type: "application/json; charset=utf-8", body: ' \n{"a":1}' }, null],
  ["JSON with a mark", { type: "application/problem+json", body: "\ufeff[1]" }, null],
  ["JSON of two bytes a letter", { type: "application/json", body: utf16('{"a":1}') }, null],
  ["a JSON text of a word", { type: "application/json", body: "null" }, null],
  ["XML as JSON", { type: "application/json", body: "<a/>" }, NOT_OF_TYPE],
  ["JSON as XML", { type: "text/xml", body: '{"a":1}' }, NOT_OF_TYPE],
  ["XML", { type: "application/soap+xml", body: '\ufeff<?xml version="1.0"?><a/>' }, null],
  ["XML of two bytes a letter", { type: "application/xml", body: utf16("<a/>") }, null],
  ["PDF", { type: "application/pdf", body: "%PDF-1.7" }, null],
  ["a page as PDF", { type: "application/pdf", body: "<html>%PDF-" }, NOT_OF_TYPE],
  ["an archive", { type: "application/zip", body: "PK\x03\x04" }, null],
  ["a program as a picture", { type: "image/png", body: "MZ\x90" }, NOT_OF_TYPE],
  ["a form", { type: "application/x-www-form-urlencoded", body: "a=1&b=%3C" }, null],
  ["a form that is sent without escapes", { type: "application/x-www-form-urlencoded", body: 'data={"name":"größe <b>"}' }, null],
  ["zeros in a form", { type: "application/x-www-form-urlencoded", body: "a=\0" }, NOT_OF_TYPE],
  ["XML as a form", { type: "application/x-www-form-urlencoded", body: "<a>b=1</a>" }, NOT_OF_TYPE],
  ["JSON as a form", { type: "application/x-www-form-urlencoded", body: '{"a":1}' }, NOT_OF_TYPE],
  ["parts", { type: "multipart/form-data; boundary=xx", body: "--xx\r\n" }, null],
  ["parts behind another boundary", { type: "multipart/form-data; boundary=xx", body: "--yy\r\n" }, NOT_OF_TYPE],
  ["no content type", { body: "{}" }, "type body: sniff: no content type"],
  ["two content types", { type: "application/json", headers: ["content-type", "text/xml"], body: "{}" }, "type header:content-type: it stands there twice"],
  ["a broken content type", { type: "json", body: "{}" }, "type body: sniff: a content type that cannot be read"],
  ["an unknown content type", { type: "application/octet-stream", body: "\0\0" }, null],
  ["zeros in plain text", { type: "text/plain", body: "a\0b" }, NOT_OF_TYPE],
  ["no body", {}, null],
  ["a compressed body", { type: "application/json", headers: ["Content-Encoding", "gzip"], body: gzipSync('{"a":1}') }, null],
  ["a compressed body of another type", { type: "application/json", headers: ["Content-Encoding", "gzip"], body: gzipSync("<a/>") }, NOT_OF_TYPE],
  ["a coding that is not known", { type: "application/json", headers: ["Content-Encoding", "own"], body: "{}" }, "body body: a content coding that cannot be undone"],
  ["a body that grows too large", { type: "application/json", headers: ["Content-Encoding", "gzip"], body: gzipSync(Buffer.alloc(40_000_000)) }, "body body: a content coding that grows too large"],
];

for (const [says, sent, wanted] of SNIFFED) test(`the first bytes confirm the content type: ${says}`, () => assert.equal(told({ body: { sniff: true } }, sent), wanted));

const JSON_TYPE = "application/json";
const SHAPED: readonly (readonly [string, unknown, string, string | null])[] = [
  ["as deep as it may be", { depth: 3 }, '{"a":[{"b":"[[[["}]}', null],
  ["deeper", { depth: 2 }, '{"a":[{"b":1}]}', "depth body: depth 2"],
  ["brackets behind an escaped quote do not count", { depth: 1 }, '{"a":"\\"[[["}', null],
  ["members and items", { members: 6 }, '{"a":[1,2,3],"b":{}}', null],
  ["too many of them", { members: 5 }, '{"a":[1,2,3],"b":{}}', "members body: members 5"],
  ["what is no JSON", { depth: 9 }, '{"a":1,}', "json body: no JSON"],
  ["XML is bounded too", { depth: 2 }, "<a><b><c/></b></a>", "depth body: depth 2"],
  ["elements and attributes", { members: 3 }, '<a x="1"><b/><b/></a>', "members body: members 3"],
  ["XML with a document type", { depth: 9 }, "<!DOCTYPE a><a/>", "xml body: XML with a DTD, which is refused"],
  ["what is neither", { depth: 1 }, "a=1", null],
  ["a body that fits its schema", { json: "s" }, '{"items":[{"name":"a"}],"day":"2024-02-29"}', null],
  ["a member that is missing", { json: "s" }, "{}", "json body: required 'items'"],
  ["a pattern in a list", { json: "s" }, '{"items":[{"name":"a"},{"name":"<b>"}]}', "json /items/1/name: pattern"],
  ["a name that is not known", { json: "s" }, '{"items":[],"secret":1}', "json body: additionalProperties"],
  ["a day that is none", { json: "s" }, '{"items":[],"day":"2023-02-29"}', "json /day: format"],
  ["the same item twice, in another order of members", { json: "s" }, '{"items":[{"name":"a","x":1},{"x":1,"name":"a"}]}', "json /items: uniqueItems"],
  ["a name twice, of which readers take one or the other", { json: "s" }, '{"items":[],"items":[1]}', "json body: a name that stands twice in an object"],
  ["a name twice behind an escape", { json: "s" }, '{"items":[],"it\\u0065ms":[1]}', "json body: a name that stands twice in an object"],
  ["a name twice among many", { json: "s" }, `{"items":[{${Array.from({ length: 40 }, (_, at) => `"n${at}":1`).join(",")},"n3":1}]}`, "json body: a name that stands twice in an object"],
  ["a name twice, escaped in two ways", { json: "s" }, '{"items":[{"\\u00e9":1,"\\u00E9":2}]}', "json body: a name that stands twice in an object"],
  ["a name twice, escaped once", { json: "s" }, '{"items":[{"é":1,"\\u00E9":2}]}', "json body: a name that stands twice in an object"],
  ["the same name in two objects", { json: "s" }, '{"items":[{"name":"a"},{"name":"b"}]}', null],
  ["a text where an object is wanted", { json: "s" }, '"items"', "json body: no JSON object or list"],
  ["XML where JSON is wanted, whatever its type says", { json: "s" }, "<items/>", "json body: no JSON object or list"],
  ["nesting that no schema should follow", { json: "s" }, `${"[".repeat(200)}${"]".repeat(200)}`, "depth body: depth 128"],
  ["a member called __proto__", { json: "s" }, '{"items":[],"__proto__":{}}', "json body: additionalProperties"],
];

for (const [says, body, text, wanted] of SHAPED) test(`the structure of a body is as it must be: ${says}`, () => assert.equal(told({ body }, { type: JSON_TYPE, body: text }), wanted));

test("a schema or a structure wants a body of requests that bring one", () => {
  assert.equal(told({ body: { json: "s" } }, {}), "body body: no body");
  assert.equal(told({ body: { json: "s" } }, { method: "GET" }), null);
  assert.equal(told({ body: { depth: 3 } }, {}), null);
});

test("what a breach says of names that a sender chose is printable and bounded", () => {
  const check = compileRequirements(requireOptions.parse({ body: { json: "s" } }), () => schema({ additionalProperties: { type: "number" } }));
  const found = check?.({ method: "POST", query: "", headers: [], body: Buffer.from(JSON.stringify({ [`\u001b[2J\n${"a".repeat(900)}`]: "v" })), contentType: JSON_TYPE });
  assert.equal(found?.rule, "type");
  assert.match(found?.where ?? "", /^\/\?\[2J\?a{190,}…$/);
});

test("requirements of a route are laid over those of its site key by key, in the body too", () => {
  const site = requireOptions.parse({ headers: [{ name: "a" }], body: { sniff: true, depth: 5 } });
  const route = requireOptions.parse({ body: { depth: 9 } });
  assert.deepEqual(mergeRequire([site, route]), { headers: [{ name: "a", required: false }], body: { sniff: true, depth: 9 } });
  assert.equal(compileRequirements(mergeRequire([undefined, undefined]), () => schema({})), null);
});
