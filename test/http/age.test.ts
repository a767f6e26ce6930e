import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAge } from "../../src/http/age.ts";

const cases: readonly (readonly [what: string, values: readonly string[], want: number])[] = [
  ["no field is no age", [], 0],
  ["a whole number counts", ["7200"], 7200],
  ["zeros in front do not matter", ["007"], 7],
  ["letters are no age", ["abc"], 0],
  ["an empty field is no age", [""], 0],
  ["a negative number is no age", ["-7200"], 0],
  ["a sign is not allowed", ["+7200"], 0],
  ["a fraction is no age", ["7200.0"], 0],
  ["a unit is not allowed", ["7200s"], 0],
  ["digits of other scripts are none", ["٧٢٠٠"], 0],
  ["2^31 - 1 stays", ["2147483647"], 2147483647],
  ["2^31 stays", ["2147483648"], 2147483648],
  ["more than 2^31 is 2^31", ["2147483649"], 2147483648],
  ["much more than 2^31 is 2^31", ["9".repeat(400)], 2147483648],
  ["of a list the first counts, when it is old", ["7200, 0"], 7200],
  ["of a list the first counts, when it is young", ["0, 7200"], 0],
  ["of two lines the first counts, when it is old", ["7200", "0"], 7200],
  ["of two lines the first counts, when it is young", ["0", "7200"], 0],
  ["a first value that cannot be read does not make way for the second", ["abc, 7200"], 0],
  ["a parameter does not make an answer younger", ["7200;foo=bar"], 7200],
];

for (const [what, values, want] of cases) test(`age: ${what}`, () => assert.equal(parseAge(values), want));
