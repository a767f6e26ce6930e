import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { compilePattern } from "../../../src/base/linear-pattern.ts";
import { builtInRulesFile } from "../../../src/config/built-in-rules.ts";
import { readRuleFile } from "../../../src/config/rule-file.ts";
import { atomsOf, plainForm, signBit } from "../../../src/waf/rules/atoms.ts";

const CASES: readonly (readonly [string, readonly string[] | null])[] = [
  ["abc", ["abc"]],
  ["ABC d", ["abc d"]],
  ["abcdefgh", ["abcde"]],
  ["\\$\\{jndi:", ["${jnd"]],
  ["cat|dog", ["cat", "dog"]],
  ["(?:cat|dog)s?", ["cat", "dog"]],
  ["x(ldaps?|rmi)://", ["xldap", "xrmi:"]],
  ["ab*cde", ["cde"]],
  ["ab?cd", ["acd", "abcd"]],
  ["(abc)+d", ["abcd"]],
  ["(?:abc){2,}", ["abc"]],
  ["a.bc", ["bc"]],
  ["a\\s+b", ["a b"]],
  ["a\\s*b", ["ab", "a b"]],
  ["a {2}b", ["a", "b"]],
  ["a\\d\\db", ["a00b"]],
  ["[ab]c", ["ac", "bc"]],
  ["[a-c]+=", ["a=", "b=", "c="]],
  ["[^a]bc", ["bc"]],
  ["\\x41\\x00", ["a\u0001"]],
  ["^a$", ["a"]],
  ["\\bab\\b", ["ab"]],
  ["(?i)ab", ["ab"]],
  ["\u00e9ab", ["ab"]],
  ["a*", null],
  ["a|b*", null],
  [".", null],
  ["\\w+", null],
  ["\\Qabc\\E", null],
];

for (const [source, texts] of CASES) {
  test(`what ${source} cannot do without is told`, () => {
    const atoms = atomsOf(source);
    // `{2}` of a blank is one blank in plain form, so that either side may stand for the whole.
    if (source === "a {2}b") assert.ok(atoms.texts !== null && atoms.texts.every((text) => plainForm("a  b").includes(text)));
    else assert.deepEqual(atoms.texts?.toSorted() ?? null, texts?.toSorted() ?? null);
  });
}

test("signs that all branches have are needed, and no others", () => {
  const signs = (text: string): number => Array.from(text).reduce((bits, sign) => bits | signBit(sign), 0);
  assert.equal(atomsOf("\\(\\s*#[\\w.]+=").signs, signs("(#="));
  assert.equal(atomsOf("<a>|<b").signs, signs("<"));
  assert.equal(atomsOf("(<)?a;*").signs, 0);
  assert.equal(atomsOf("(;x)+['\"]").signs, signs(";"));
  assert.equal(new Set(Array.from("!\"#$%&'()*+-./:;<=>?@[\\]^`{|}~", signBit)).size, 30);
});

function holds(source: string, text: string): boolean {
  const { texts, signs } = atomsOf(source);
  const plain = plainForm(text.replaceAll("\u017f", "s").replaceAll("\u212a", "k"));
  const present = Array.from(text).reduce((bits, sign) => bits | signBit(sign), 0);
  return (texts === null || texts.some((one) => plain.includes(one))) && (present & signs) === signs;
}

/** Patterns of small parts, and texts of the same letters: many fit. */
const part = fc.constantFrom("a", "b", "ab", " ", "\\s*", "\\s+", "\\d", "[ab]", "[a-c]", ";", "\\(", "(a|b)", "(?:ab|c)", "(a;|b;)", "c?", "a+", "(ab)*", "[ab]+", "(?:a|\\s)+", "b{2}", "(;|a)?", "(a+;)+", ".", "\\b", "1");
const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).chain((row) => fc.constantFrom(row.join(""), `${row.join("")}|b;`, `(?:${row.join("")})+`));
const text = fc.array(fc.constantFrom("a", "b", "c", "A", ";", "(", " ", "\t", "1", "2", "ab", "a;"), { maxLength: 12 }).map((row) => row.join(""));

test("whatever a pattern finds has one of its texts and all of its signs", () => {
  let found = 0;
  fc.assert(
    fc.property(pattern, text, (source, value) => {
      const reading = compilePattern(source, { ignoreCase: true });
      if (!reading.ok || !reading.pattern.test(value)) return;
      found++;
      assert.ok(holds(source, value), `${source} finds ${JSON.stringify(value)} without ${JSON.stringify(atomsOf(source))}`);
    }),
    { numRuns: 4000 },
  );
  assert.ok(found > 500, `${found} finds`);
});

test("every pattern of the built-in rules has a text that it cannot do without", () => {
  const { options } = readRuleFile(readFileSync(builtInRulesFile("builtin@2026.11") ?? ""), "built in");
  const without = (options?.rules ?? []).flatMap(({ matches = [] }) => matches.filter((source) => atomsOf(source).texts === null));
  assert.deepEqual(without, []);
});
