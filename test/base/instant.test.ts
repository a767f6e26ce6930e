import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInstant } from "../../src/base/instant.ts";

for (const [text, wanted] of [
  ["2026-11-21T08:00:00Z", 1_795_248_000_000],
  ["2026-11-21T16:00:00+08:00", 1_795_248_000_000],
  ["2026-11-21T08:00:00.250Z", 1_795_248_000_250],
  ["2026-11-21", 1_795_219_200_000],
  ["1969-12-31", -86_400_000],
  ["2026-11-21T08:00:00", null],
  ["2026-02-29", null],
  ["2026-13-01", null],
  ["21.11.2026", null],
  ["1795248000000", null],
  ["today", null],
  ["", null],
] as const) {
  test(`'${text}' is ${wanted === null ? "no time" : String(wanted)}`, () => assert.equal(parseInstant(text), wanted));
}
