import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePattern, type LinearPattern } from "../../src/base/linear-pattern.ts";

function compiled(source: string, ignoreCase = false): LinearPattern {
  const reading = compilePattern(source, { ignoreCase });
  assert.ok(reading.ok, `${source}: ${reading.ok ? "" : reading.why}`);
  return reading.pattern;
}

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["(?=a)b", /look-ahead/],
  ["a(?!b)", /look-ahead/],
  ["(?<=a)b", /look-behind/],
  ["(?<!a)b", /look-behind/],
  ["(a)\\1", /back-reference/],
  ["(?<n>a)\\k<n>", /back-reference/],
  ["(?>a+)b", /atomic/],
  ["a{65}", /more than 64 times/],
  ["a{1,200}", /more than 64 times/],
  ["a{200,}", /more than 64 times/],
  ["[^]]{70}", /two ways/],
  ["[]{99}]", /two ways/],
  ["[a]]{70}", /more than 64 times/],
  ["(a{60}){60}", /repeat/],
  ["(abcdefghijklmnopqrstuvwxyz{1,60}[0-9a-f]{1,60}){1,40}", /repeat|too large/],
  ["(", /cannot be read/],
  ["a**", /cannot be read/],
  ["a".repeat(4001), /longer than/],
];

for (const [source, why] of REFUSED) {
  test(`the pattern ${source.slice(0, 40)} is refused with its reason`, () => {
    const reading = compilePattern(source);
    assert.ok(!reading.ok);
    assert.match(reading.why, why);
  });
}

const READ: readonly (readonly [string, boolean, readonly string[], readonly string[]])[] = [
  ["^a{1,64}$", false, ["a", "a".repeat(64)], ["", "a".repeat(65), "A"]],
  ["ABC", true, ["xabcx", "aBc"], ["ab c"]],
  ["\\u4e00|\\x{4E8C}", false, ["一", "x二"], ["三"]],
  ["\\p{Han}{2,}", false, ["发票"], ["发a票"]],
  ["[(?=a)]{3}", false, ["(?="], ["xyz"]],
  ["\\(?=", false, ["=", "(="], ["("]],
  ["[\\]{99}]", false, ["]", "{", "9"], ["x"]],
  ["(?<year>[0-9]{4})-", false, ["2026-"], ["26-"]],
  ["^$", false, [""], ["a", "\n"]],
  ["\\bselect\\b", true, ["a SELECT b"], ["selected"]],
];

for (const [source, ignoreCase, yes, no] of READ) {
  test(`the pattern ${source} finds what it says`, () => {
    const pattern = compiled(source, ignoreCase);
    for (const text of yes) assert.ok(pattern.test(text), text);
    for (const text of no) assert.ok(!pattern.test(text), text);
  });
}

/** Milliseconds for one pass; what a backtracking engine would take is beyond any bound. */
function timed(pattern: LinearPattern, text: string): number {
  const from = performance.now();
  pattern.test(text);
  return performance.now() - from;
}

for (const [source, text] of [
  ["(a+)+$", `${"a".repeat(40_000)}!`],
  ["^(a|a)*$", `${"a".repeat(40_000)}!`],
  ["(x+x+)+y", "x".repeat(40_000)],
  ["(a|b)*a(a|b){60}c", "ab".repeat(20_000)],
] as const) {
  test(`the pattern ${source} ends soon on a text that is made against it`, () => {
    const pattern = compiled(source);
    // Exponential or quadratic would take minutes; the bound is for a busy machine.
    assert.ok(timed(pattern, text) < 4000);
  });
}
