import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { keysOf } from "../../src/base/secret-keys.ts";
import type { ExtractorSource } from "../../src/document/extractor.ts";
import { digester, digestOf } from "../../src/identity/digest.ts";
import { compileIdentity } from "../../src/identity/identity.ts";
import { identityOptions } from "../../src/identity/options.ts";

// oxlint-disable unicorn/no-thenable -- `then` is a key of the configuration; it never holds a function

function identityWith(written: object) {
  return compileIdentity(identityOptions.parse(written), [{ name: "home", taxpayers: [], clients: [] }], "home");
}

const byDefault = identityWith({});
const bearer = ["Authorization", "Bearer abc"];

test("principal: a certificate comes before a header", () => {
  assert.equal(byDefault.principal("CN=billing,O=Example", bearer, "192.0.2.1"), "certificate:CN=billing,O=Example");
});

test("principal: a header is hashed, the same each time, and its value does not show", () => {
  const first = byDefault.principal(null, bearer, "192.0.2.1");
  assert.match(first ?? "", /^authorization:[\w-]{22}$/);
  assert.equal(byDefault.principal(null, ["authorization", "Bearer abc"], "192.0.2.2"), first);
  assert.notEqual(byDefault.principal(null, ["authorization", "Bearer abd"], "192.0.2.2"), first);
});

test("principal: the digest is the start of SHA-256, so it survives a restart", () => {
  // printf abc | openssl dgst -sha256 -binary | base64 begins with this.
  assert.equal(digestOf("abc"), "ungWv48Bz-pBQUDeXa4iI7");
});

test("principal: without certificate and header it is the address; an empty header is none", () => {
  assert.equal(byDefault.principal(null, [], "192.0.2.1"), "address:192.0.2.1");
  assert.equal(byDefault.principal("", ["authorization", ""], "192.0.2.1"), "address:192.0.2.1");
});

test("principal: two different values are neither of the two callers", () => {
  const both = byDefault.principal(null, ["authorization", "a", "authorization", "b"], "192.0.2.1");
  assert.match(both ?? "", /^authorization:/);
  assert.notEqual(both, byDefault.principal(null, ["authorization", "a"], "192.0.2.1"));
  assert.notEqual(both, byDefault.principal(null, ["authorization", "b"], "192.0.2.1"));
});

test("principal: where nothing gives one it is null", () => {
  assert.equal(identityWith({ principal: [{ header: "x-key" }] }).principal("CN=a", [], "192.0.2.1"), null);
});

test("principal: an unhashed value shows unless it would break a log line", () => {
  const open = identityWith({ principal: [{ header: "X-App", hash: false }] });
  assert.equal(open.principal(null, ["x-app", "erp-7"], ""), "x-app:erp-7");
  assert.match(open.principal(null, ["x-app", "a b\u0085"], "") ?? "", /^x-app:[\w-]{22}$/);
});

test("digests stay right beyond the table's bound, and with keys that are special to objects", () => {
  const digest = digester();
  for (const text of ["__proto__", "constructor", ""]) assert.equal(digest(text), digestOf(text));
  for (let i = 0; i < 5000; i++) digest(`token ${i}`);
  assert.equal(digest("__proto__"), digestOf("__proto__"));
  assert.equal(digest("token 4999"), digestOf("token 4999"));
  assert.equal(digest("x".repeat(5000)), digestOf("x".repeat(5000)));
});

const sources = { taxpayer: [{ header: "X-Taxpayer", from: ["10.0.0.0/8"] }, { query: "tax" }, { json: "/seller/taxNo" }] };
const number = "91440300MA5TEST12X";
const body = (text: string): Uint8Array => Buffer.from(text);

const taxpayers: readonly [name: string, peer: string, headers: readonly string[], query: string, body: Uint8Array | null, want: string | null][] = [
  ["the header from a believed network", "10.1.1.1", ["x-taxpayer", ` ${number} `], "", null, number],
  ["the header from a dual-stack peer", "::ffff:10.1.1.1", ["x-taxpayer", number], "", null, number],
  ["the header from a stranger is not believed", "192.0.2.1", ["x-taxpayer", number], "", null, null],
  ["a stranger's query still counts", "192.0.2.1", ["x-taxpayer", "other"], `?a=1&tax=${number}`, null, number],
  ["a query member that says two things gives nothing", "192.0.2.1", [], `?tax=1&tax=${number}`, null, null],
  ["a query member doubled with one value", "192.0.2.1", [], `?tax=${number}&tax=${number}`, null, number],
  ["a header that says two things leaves it to the next source", "10.1.1.1", ["x-taxpayer", "1", "x-taxpayer", "2"], `?tax=${number}`, null, number],
  ["the body", "192.0.2.1", [], "", body(`{"seller":{"taxNo":"${number}"}}`), number],
  ["a number in the body", "192.0.2.1", [], "", body(`{"seller":{"taxNo":440301708461136}}`), "440301708461136"],
  ["an object in the body gives nothing", "192.0.2.1", [], "", body(`{"seller":{"taxNo":{}}}`), null],
  ["a doubled member gives nothing", "192.0.2.1", [], "", body(`{"seller":{"taxNo":"1","taxNo":"2"}}`), null],
  ["no JSON gives nothing", "192.0.2.1", [], "", body("<xml/>"), null],
  ["an empty body gives nothing", "192.0.2.1", [], "", body(""), null],
  ["control characters give nothing", "10.1.1.1", ["x-taxpayer", "1\u00002"], "", null, null],
  ["too long a value gives nothing", "10.1.1.1", ["x-taxpayer", "1".repeat(65)], "", null, null],
  ["a blank value leaves it to the next source", "10.1.1.1", ["x-taxpayer", "  "], `?tax=${number}`, null, number],
];

for (const [name, peer, headers, query, bytes, want] of taxpayers) {
  test(`taxpayer: ${name}`, () => assert.equal(identityWith(sources).taxpayer?.(peer, { headers, pathVariables: {}, query, body: bytes, contentType: undefined }), want));
}

const KEY = Buffer.from("0123456789abcdeffedcba9876543210", "hex");
const cipher = createCipheriv("sm4-ecb", KEY, null);
const sealed = Buffer.concat([cipher.update(JSON.stringify({ nsrsbh: number })), cipher.final()]).toString("base64");
const token = (payload: unknown): string => ["{}", JSON.stringify(payload), ""].map((part) => Buffer.from(part).toString("base64url")).join(".");
const JSON_TYPE = "application/json";

const extracted: readonly [name: string, source: object, request: Partial<ExtractorSource>, want: string | null][] = [
  ["a claim of a bearer token", { jwt: "/context/nip" }, { headers: ["Authorization", `Bearer ${token({ context: { nip: "5265877635" } })}`] }, "5265877635"],
  ["a claim of a token in a header", { header: "x-token", jwt: "/tin", from: ["10.0.0.0/8"] }, { headers: ["X-Token", token({ tin: "C123" })] }, "C123"],
  ["a claim that stands there twice", { jwt: "/tin" }, { headers: ["Authorization", `Bearer e30.${Buffer.from('{"tin":"1","tin":"2"}').toString("base64url")}.`] }, null],
  ["no token", { jwt: "/tin" }, { headers: ["Authorization", "Bearer x"] }, null],
  ["an element", { xml: "/a:e/a:nif", namespaces: { a: "urn:a" } }, { body: body(`<e xmlns="urn:a"><nif> B${number.slice(1)} </nif></e>`) }, `B${number.slice(1)}`],
  ["two elements", { xml: "/e/nif" }, { body: body("<e><nif>1</nif><nif>2</nif></e>") }, null],
  ["an element of several", { xml: "/e/nif[2]" }, { body: body("<e><nif>1</nif><nif>2</nif></e>") }, "2"],
  ["a form", { form: "sellerTaxNo" }, { body: body(`a=1&sellerTaxNo=${number}`), contentType: "application/x-www-form-urlencoded" }, number],
  ["a variable of the path", { path: "nip" }, { pathVariables: { nip: "5265877635" } }, "5265877635"],
  ["JSON in base64 under a key", { form: "p", decode: ["base64", { "sm4-ecb": "unit" }], then: { json: "/nsrsbh" } }, { body: body(`p=${encodeURIComponent(sealed)}`) }, number],
  ["JSON under another key", { form: "p", decode: ["base64", { "sm4-ecb": "other" }], then: { json: "/nsrsbh" } }, { body: body(`p=${encodeURIComponent(sealed)}`) }, null],
  ["JSON under a key that nobody gave", { form: "p", decode: ["base64", { "sm4-ecb": "none" }], then: { json: "/nsrsbh" } }, { body: body(`p=${encodeURIComponent(sealed)}`) }, null],
  ["a truth value", { json: "/a" }, { body: body('{"a":true}') }, null],
  ["JSON in UTF-16", { json: "/a" }, { body: Buffer.from('\ufeff{"a":"7"}', "utf16le"), contentType: JSON_TYPE }, "7"],
];

for (const [name, source, request, want] of extracted) {
  test(`taxpayer: ${name} gives ${want ?? "nothing"}`, () => {
    const keys = keysOf({ unit: KEY.toString("hex"), other: KEY.toString("base64").replace("A", "B") });
    const { taxpayer } = compileIdentity(identityOptions.parse({ taxpayer: [source] }), [{ name: "home", taxpayers: [], clients: [] }], "home", keys);
    assert.equal(taxpayer?.("10.0.0.1", { headers: [], pathVariables: {}, query: "", body: null, contentType: undefined, ...request }), want);
  });
}

test("taxpayer: a token in a header is believed from its network alone", () => {
  const { taxpayer } = identityWith({ taxpayer: [{ header: "x-token", jwt: "/tin", from: ["10.0.0.0/8"] }] });
  assert.equal(taxpayer?.("192.0.2.1", { headers: ["X-Token", token({ tin: "C123" })], pathVariables: {}, query: "", body: null, contentType: undefined }), null);
});

test("variables of the path are needed only where one is among the sources", () => {
  assert.equal(identityWith(sources).needsPath, false);
  assert.equal(identityWith({ taxpayer: [{ query: "tax" }, { path: "nip" }] }).needsPath, true);
});
