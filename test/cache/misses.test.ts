import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createMisses } from "../../src/cache/misses.ts";
import { NOW } from "./core-fixture.ts";

test("the last reason of a URL is known, how often and when", () => {
  const clock = manualClock(NOW);
  const misses = createMisses(clock);
  misses.note("main", "/a?x=1", "private");
  clock.advance(10);
  misses.note("main", "/a?x=1", "private");
  assert.deepEqual(misses.of("main", "/a", "?x=1"), [{ url: "/a?x=1", reason: "private", times: 2, at: NOW + 10 }]);
  misses.note("main", "/a?x=1", "no-store");
  assert.deepEqual(misses.of("main", "/a", "?x=1").map(({ reason, times }) => [reason, times]), [["no-store", 1]]);
});

test("a path is asked about with one query or with all of them, and never with another path or site", () => {
  const misses = createMisses(manualClock());
  for (const url of ["/a", "/a?x=1", "/a?x=2", "/ab", "/a/b"]) misses.note("main", url, "private");
  misses.note("other", "/a", "status");
  assert.deepEqual(misses.of("main", "/a", null).map(({ url }) => url), ["/a", "/a?x=1", "/a?x=2"]);
  assert.deepEqual(misses.of("main", "/a", "").map(({ url }) => url), ["/a"]);
  assert.deepEqual(misses.of("main", "/a", "?x=3"), []);
});

test("the list is bounded in number and in length", () => {
  const misses = createMisses(manualClock());
  for (let i = 0; i < 1001; i++) misses.note("main", `/${i}`, "private");
  assert.deepEqual(misses.of("main", "/0", ""), []);
  assert.equal(misses.of("main", "/1", "").length, 1);
  misses.note("main", `/${"x".repeat(2048)}`, "private");
  assert.deepEqual(misses.of("main", `/${"x".repeat(2048)}`, ""), []);
});
