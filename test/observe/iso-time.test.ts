import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isoTime } from "../../src/observe/iso-time.ts";

test("wall time reads as the platform's own ISO text, for any millisecond from 1970 to 9999", () => {
  const iso = isoTime();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (wall) => {
      assert.equal(iso(wall), new Date(wall).toISOString());
    }),
    { numRuns: 2000 },
  );
});

test("the remembered second follows the clock forwards and backwards", () => {
  const iso = isoTime();
  for (const [wall, text] of [
    [951_782_400_000, "2000-02-29T00:00:00.000Z"],
    [951_782_400_999.9, "2000-02-29T00:00:00.999Z"],
    [951_782_401_000, "2000-02-29T00:00:01.000Z"],
    [951_782_399_999, "2000-02-28T23:59:59.999Z"],
  ] as const) {
    assert.equal(iso(wall), text);
  }
});
