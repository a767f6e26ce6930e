import assert from "node:assert/strict";
import { test } from "node:test";
import { leafCache } from "../../../src/certs/authority/leaf-cache.ts";

const leaf = (name: string) => ({ pair: { cert: name, key: name }, from: 0, until: 100 });

test("the one that was not asked for the longest goes first, and there are never more", () => {
  const cache = leafCache(2);
  cache.put("a", leaf("a"));
  cache.put("b", leaf("b"));
  assert.equal(cache.get("a", 1)?.cert, "a");
  cache.put("c", leaf("c"));
  assert.deepEqual(["a", "b", "c"].map((host) => cache.get(host, 1)?.cert), ["a", undefined, "c"]);
  cache.put("c", leaf("newer"));
  assert.deepEqual([cache.size(), cache.get("c", 1)?.cert, cache.get("a", 1)?.cert], [2, "newer", "a"]);
});

for (const [now, found] of [[-1, false], [0, true], [99, true], [100, false]] as const) {
  test(`at ${now} one that counts from 0 to 100 is ${found ? "" : "not "}given`, () => {
    const cache = leafCache(2);
    cache.put("a", leaf("a"));
    assert.equal(cache.get("a", now) !== null, found);
    assert.equal(cache.size(), found ? 1 : 0);
  });
}
