import assert from "node:assert/strict";
import { test } from "node:test";
import { fairLane } from "../../src/base/fair-lane.ts";

test("whoever has no taxpayer waits in a lane of his own, and the same for whoever it is", () => {
  const lanes = [fairLane("9111", "p", "10.0.0.1"), fairLane(null, "p", "10.0.0.1"), fairLane(null, "q", "10.0.0.1"), fairLane(null, null, "10.0.0.1"), fairLane(null, null, null)];
  assert.equal(new Set(lanes).size, 5);
  assert.equal(fairLane(null, "p", "10.0.0.2"), lanes[1]);
});
