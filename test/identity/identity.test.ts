import assert from "node:assert/strict";
import { test } from "node:test";
import { digester, digestOf } from "../../src/identity/digest.ts";
import { compileIdentity } from "../../src/identity/identity.ts";
import { identityOptions } from "../../src/identity/options.ts";

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
  test(`taxpayer: ${name}`, () => assert.equal(identityWith(sources).taxpayer(peer, headers, query, bytes), want));
}

test("the body is needed only where a JSON pointer is among the sources", () => {
  assert.equal(identityWith(sources).needsBody, true);
  assert.equal(identityWith({ taxpayer: [{ query: "tax" }] }).needsBody, false);
});
