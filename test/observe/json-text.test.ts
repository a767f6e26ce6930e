import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { milliseconds, quoted } from "../../src/observe/json-text.ts";

/** Any string of UTF-16 units, lone surrogates and control characters among them. */
const anyString = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 10, 34, 92, 0x2028, 0xd800, 0xdc00))).map((units) => String.fromCharCode(...units));

test("a quoted string reads back as itself, also after a trip through UTF-8", () => {
  fc.assert(
    fc.property(anyString, (text) => {
      assert.equal(JSON.parse(Buffer.from(quoted(text), "utf8").toString("utf8")), text);
      assert.ok(!quoted(text).includes("\n"));
    }),
    { numRuns: 2000 },
  );
});

test("a duration is written as a number within half a microsecond", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      assert.ok(Math.abs(Number(JSON.parse(milliseconds(ms))) - ms) <= 0.000_51);
    }),
  );
});

for (const [ms, text] of [[0, "0.000"], [12.25, "12.250"], [0.0004, "0.000"], [0.9996, "1.000"], [-3, "0.000"], [Number.NaN, "0.000"]] as const) {
  test(`${ms} ms is written ${text}`, () => assert.equal(milliseconds(ms), text));
}
