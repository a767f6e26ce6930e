import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../src/config/nearest.ts";

const cases: [string, string | null][] = [
  ["timeout", "timeouts"],
  ["wieght", "weight"],
  ["Weight", "weight"],
  ["bnd", "bind"],
  ["max_bytes", "maxBytes"],
  ["maximum", null],
  ["x", null],
  ["weihgts", "weight"],
];

for (const [text, wanted] of cases) {
  test(`${wanted === null ? "nothing" : `"${wanted}"`} is near "${text}"`, () => {
    assert.equal(nearest(text, ["timeouts", "weight", "bind", "maxBytes"]), wanted);
  });
}
