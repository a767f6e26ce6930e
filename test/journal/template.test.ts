import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeFor, fill, listed, placesIn } from "../../src/journal/template.ts";

const VALUES: Readonly<Record<string, string>> = { key: "A/1", "key.2": "B", "/data/no": "N7", empty: "" };
const lookUp = (name: string): string | null => VALUES[name] ?? null;
const asItIs = (value: string): string => value;

const texts: readonly { readonly template: string; readonly wanted: string }[] = [
  { template: "", wanted: "" },
  { template: "{key}", wanted: "A/1" },
  { template: "x{key}y{key.2}z{key}", wanted: "xA/1yBzA/1" },
  { template: "{/data/no}", wanted: "N7" },
  { template: "{unknown}", wanted: "" },
  { template: "{empty}", wanted: "" },
  { template: '{"no":"{key}","list":[{}]}', wanted: '{"no":"A/1","list":[{}]}' },
  { template: "{ key }", wanted: "{ key }" },
  { template: "{{key}}", wanted: "{A/1}" },
  { template: "{key.0}{key.100}", wanted: "" },
  { template: "{key", wanted: "{key" },
  { template: "<a>{key}</a>", wanted: "<a>A/1</a>" },
];
for (const { template, wanted } of texts) test(`'${template}' becomes '${wanted}'`, () => assert.equal(fill(template, lookUp, asItIs), wanted));

test("a value that looks like a place, or like a replacement pattern, is put in as it is", () => {
  const tricky = (name: string): string | null => (name === "key" ? "{key.2} $& $1 $$" : "never");
  assert.equal(fill("a {key} b", tricky, asItIs), "a {key.2} $& $1 $$ b");
});

test("every value is escaped, and nothing else is", () => {
  assert.equal(fill("/q?<{key}>={key.2}", lookUp, encodeURIComponent), "/q?<A%2F1>=B");
});

test("the places of a template are named in their order, with repetitions", () => {
  assert.deepEqual(placesIn('{"a":"{key}","b":"{/data/no}{key.2}{key}"}'), ["key", "/data/no", "key.2", "key"]);
  assert.deepEqual(placesIn('{"a":1}'), []);
});

const VALUE = `a"b\\c<d>&'e é\u0001/`;
const escapes: readonly { readonly type: string; readonly wanted: string }[] = [
  { type: "application/json", wanted: String.raw`a\"b\\c<d>&'e é\u0001/` },
  { type: "application/problem+json; charset=utf-8", wanted: String.raw`a\"b\\c<d>&'e é\u0001/` },
  { type: "APPLICATION/JSON", wanted: String.raw`a\"b\\c<d>&'e é\u0001/` },
  { type: "text/xml", wanted: "a&quot;b\\c&lt;d&gt;&amp;&apos;e é\u0001/" },
  { type: "application/soap+xml", wanted: "a&quot;b\\c&lt;d&gt;&amp;&apos;e é\u0001/" },
  { type: "text/html", wanted: "a&quot;b\\c&lt;d&gt;&amp;&apos;e é\u0001/" },
  { type: "application/x-www-form-urlencoded", wanted: "a%22b%5Cc%3Cd%3E%26'e%20%C3%A9%01%2F" },
  { type: "text/plain", wanted: VALUE },
];
for (const { type, wanted } of escapes) test(`a value in ${type} is written so that it stays one`, () => assert.equal(escapeFor(type)(VALUE), wanted));

test("a value in a JSON string reads as the same value", () => {
  const body = fill('{"v":"{key}"}', () => VALUE, escapeFor("application/json"));
  assert.deepEqual(JSON.parse(body), { v: VALUE });
});

const lists: readonly { readonly wanted: string; readonly value: string | null }[] = [
  { wanted: "key", value: "a" },
  { wanted: "key.1", value: "a" },
  { wanted: "key.2", value: "b" },
  { wanted: "key.3", value: null },
  { wanted: "keys", value: null },
  { wanted: "scope", value: null },
  { wanted: "abc.1", value: null },
];
for (const { wanted, value } of lists) test(`'${wanted}' of two values is ${value === null ? "nothing" : `'${value}'`}`, () => assert.equal(listed(["a", "b"], "key", wanted), value));
test("a list of none has no first value", () => assert.equal(listed([], "key", "key"), null));
