import assert from "node:assert/strict";
import { test } from "node:test";
import { mostWithin } from "./most-within.ts";

test("the most within a window counts its beginning and not its end", () => {
  assert.deepEqual([[0, 500, 1000], [0, 500, 999], [], [1000, 0, 1]].map((instants) => mostWithin(instants, 1000)), [2, 3, 0, 2]);
});
