import assert from "node:assert/strict";
import { test } from "node:test";
import { compileSchema } from "../../src/document/json-schema.ts";
import { JSON_FORMATS } from "../../src/document/json-formats.ts";

function faults(schema: unknown): string[] {
  const compiled = compileSchema(schema);
  return compiled.ok ? [] : compiled.faults.map(({ at, want }) => `${at.join("/")}: ${want}`);
}

function breach(schema: unknown, value: unknown): string | null {
  const compiled = compileSchema(schema);
  assert.ok(compiled.ok);
  const found = compiled.check(value);
  return found === null ? null : `${found.at} ${found.rule}`;
}

test("both drafts are known, each with its own keywords", () => {
  assert.equal(breach({ $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "number" }] }, ["a"]), "/0 type");
  assert.equal(breach({ $schema: "https://json-schema.org/draft/2020-12/schema", prefixItems: [{ type: "number" }] }, ["a"]), "/0 type");
  assert.equal(breach({ prefixItems: [{ type: "number" }] }, ["a"]), "/0 type");
});

test("names of members that look like keywords are names, and data is not looked at", () => {
  assert.deepEqual(faults({ properties: { pattern: { type: "string" }, format: { const: { pattern: "(?=a)" } }, $ref: { enum: ["https://x"] } } }), []);
  assert.match(faults({ properties: { properties: { pattern: "(?=a)" } } })[0] ?? "", /^properties\/properties\/pattern: a pattern .* look-ahead/);
});

test("what cannot be used is refused with its place", () => {
  assert.match(faults([])[0] ?? "", /^: a JSON Schema: an object/);
  assert.match(faults({ allOf: [{ pattern: "(a)\\1" }] })[0] ?? "", /^allOf\/0\/pattern: .*back-reference/);
  assert.match(faults({ propertyNames: { format: "regex" } })[0] ?? "", /^propertyNames\/format: one of date/);
  assert.match(faults({ $ref: "other.json" })[0] ?? "", /^\$ref: a place in the same file/);
  assert.match(faults({ minimum: "1" })[0] ?? "", /^minimum: /);
  assert.match(faults({ patternProperties: 7 })[0] ?? "", /^patternProperties: /);
});

test("inherited members are not there", () => {
  assert.equal(breach({ required: ["constructor"] }, {}), " required 'constructor'");
  assert.equal(breach({ properties: { toString: { type: "number" } } }, {}), null);
});

test("a schema that refers to itself is followed", () => {
  const tree = { type: "object", properties: { below: { $ref: "#" }, n: { type: "number" } } };
  assert.equal(breach(tree, { below: { below: { n: "x" } } }), "/below/below/n type");
});

test("a hundred thousand items are compared with one another in the time of one pass", () => {
  const items = Array.from({ length: 100_000 }, (_, index) => ({ no: index }));
  assert.equal(breach({ uniqueItems: true }, items), null);
  assert.equal(breach({ uniqueItems: true }, [...items, { no: 5 }]), " uniqueItems");
  assert.equal(breach({ uniqueItems: true }, [1, "1", [1], true, null]), null);
});

const FORMATS: Readonly<Record<string, { readonly right: readonly string[]; readonly wrong: readonly string[] }>> = {
  date: { right: ["2024-02-29", "2000-02-29"], wrong: ["2023-02-29", "1900-02-29", "2024-13-01", "2024-04-31", "2024-01-00", "24-01-01"] },
  time: { right: ["23:59:60Z", "10:00:00.123+08:00"], wrong: ["24:00:00Z", "10:00:00", "10:00:00+24:00"] },
  "date-time": { right: ["2024-02-29T10:00:00Z", "2024-02-29t10:00:00.5z"], wrong: ["2024-02-30T10:00:00Z", "2024-02-29", "2024-02-29T10:00:00"] },
  uuid: { right: ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], wrong: ["2eb8aa08aa9811eab4aa73b441d16380", ""] },
  email: { right: ["a.b@example.com"], wrong: ["a", "a@b@c", "a b@c"] },
  hostname: { right: ["a.example"], wrong: ["-a", "a..b", ""] },
  ipv4: { right: ["10.0.0.1"], wrong: ["10.0.0.256", "::ffff:10.0.0.1"] },
  ipv6: { right: ["::1"], wrong: ["10.0.0.1", "fe80::1%eth0"] },
  uri: { right: ["https://a.example/b?c=d", "urn:a:b"], wrong: ["/a", "https://a b", "a"] },
};

test("the forms that a schema may ask for by name are told apart", () => {
  assert.deepEqual(Object.keys(FORMATS).toSorted(), Object.keys(JSON_FORMATS).toSorted());
  for (const [name, { right, wrong }] of Object.entries(FORMATS)) {
    for (const text of right) assert.equal(breach({ format: name }, text), null, `${name} ${text}`);
    for (const text of wrong) assert.equal(breach({ format: name }, text), " format", `${name} ${text}`);
  }
});
