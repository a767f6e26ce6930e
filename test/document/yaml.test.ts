import assert from "node:assert/strict";
import { test } from "node:test";
import { readYaml } from "../../src/document/yaml.ts";
import type { YamlNode } from "../../src/document/yaml-node.ts";

function plain(node: YamlNode | null): unknown {
  if (node === null) return null;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.value)]));
}

const values: [string, string, unknown][] = [
  ["plain scalars by the core schema", "a: [1, -2.5, 1e3, 0x1F, 0o17, true, FALSE, ~, null, ]", { a: [1, -2.5, 1000, 31, 15, true, false, null, null] }],
  ["words that only YAML 1.1 takes for something else", "a: [yes, no, on, off, 2026-01-02, 1_000, 12:30:45]", { a: ["yes", "no", "on", "off", "2026-01-02", "1_000", "12:30:45"] }],
  ["quoted numbers as text", `a: ['00', "044", !!str 5]`, { a: ["00", "044", "5"] }],
  ["zero and fractions below one as numbers", "a: [0, 0.5, -0.25, .5]", { a: [0, 0.5, -0.25, 0.5] }],
  ["versions and addresses as text", "a: [1.2.3, 0.0.0.0, 010.0.0.1x]", { a: ["1.2.3", "0.0.0.0", "010.0.0.1x"] }],
  ["block scalars", "a: |\n  x\n  y\nb: >-\n  x\n  y\n", { a: "x\ny\n", b: "x y" }],
  ["keys as they are written", "404: a\ntrue: b\nnull: c\n1.0: d", { 404: "a", true: "b", null: "c", "1.0": "d" }],
  ["absent values as null", "a:\nb: { c }\n", { a: null, b: { c: null } }],
  ["a byte order mark and CR LF", "\uFEFFa: 1\r\nb: 2\r\n", { a: 1, b: 2 }],
  ["an anchor that nobody uses", "a: &x 1", { a: 1 }],
  ["an empty text as nothing", "# only a comment\n", null],
];

for (const [name, text, wanted] of values) {
  test(`reading YAML takes ${name}`, () => {
    const { root, faults } = readYaml(text);
    assert.deepEqual(faults, []);
    assert.deepEqual(plain(root), wanted);
  });
}

const faults: [string, string, string[]][] = [
  ["codes without quotes", "a: 00\nb: [044, 11]", ["1:4 a 00, a number with a leading zero", "2:5 b.0 044, a number with a leading zero"]],
  ["a code as a key", "a: { 011: x }", ["1:6 a.011 011, a key with a leading zero"]],
  ["a key that stands there twice", "a: 1\nb: { c: 1, c: 2 }\na: 3", ["2:12 b.c the same key again", "3:1 a the same key again"]],
  ["aliases, so that no document grows", "a: &x [1]\nb: [*x, *x]", ["2:5 b.0 an alias", "2:9 b.1 an alias"]],
  ["merge keys", "a: { <<: { b: 1 } }", ["1:6 a.<< a merge key"]],
  ["other tags", "a: !!binary eA==", ["1:13 a the tag !!binary"]],
  ["keys that are no names", "? [a, b]\n: 1\n? ''\n: 2\n__proto__: 3", ["1:3 ? a key that is not a plain name", "3:3  the key \"\"", "5:1 __proto__ the key \"__proto__\""]],
  ["a second document", "a: 1\n---\nb: 00\n", ["3:1  a second document"]],
  ["a syntax error, with its place", "a: 1\n b: 2\n", ["2:3  a syntax error (bad indentation of a mapping entry)"]],
  ["documents deeper than any configuration", "[".repeat(60), ["1:32  a syntax error (nesting exceeded maxDepth (32))"]],
];

for (const [name, text, wanted] of faults) {
  test(`reading YAML refuses ${name}`, () => {
    assert.deepEqual(readYaml(text).faults.map(({ at, path, got }) => `${at.line}:${at.column} ${path.join(".")} ${got}`), wanted);
  });
}

test("reading YAML refuses more than a MiB without parsing it", () => {
  assert.match(readYaml("a".repeat(1024 * 1024 + 1)).faults[0]?.got ?? "", /^1048577 characters/);
});

test("nodes know where they and their keys stand", () => {
  const { root } = readYaml('发票:\n  - "x": {  y:  1 }\r\n');
  assert.ok(root?.kind === "mapping");
  const list = root.entries.get("发票");
  assert.deepEqual(list?.keyAt, { line: 1, column: 1 });
  const item = list?.value.kind === "sequence" ? list.value.items[0] : undefined;
  const x = item?.kind === "mapping" ? item.entries.get("x") : undefined;
  assert.deepEqual([x?.keyAt, x?.value.at], [{ line: 2, column: 5 }, { line: 2, column: 10 }]);
});
