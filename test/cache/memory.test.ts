import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EntryAddress, Selecting } from "../../src/cache/entry.ts";
import { createMemoryTier, variantKey, type MemoryTier } from "../../src/cache/memory.ts";
import type { Resident } from "../../src/cache/resident.ts";
import { address, resident, stored } from "./core-fixture.ts";

const NOTHING = (): null => null;

/** Where the entry of a URL stands. Its tag is its path. */
function place(url: string): EntryAddress {
  const start = url.indexOf("?");
  const [path, query] = start === -1 ? [url, ""] : [url.slice(0, start), url.slice(start)];
  return address(path, { key: address(url).key, query, tags: [path] });
}

function entry(url: string, selecting: readonly Selecting[] = [], body = "ok"): Resident {
  const of = place(url);
  return resident(variantKey(of.key, selecting), stored(of, body, selecting));
}

function tier(maxBytes = 1_000_000): { readonly memory: MemoryTier; readonly evictions: () => number } {
  let evictions = 0;
  return { memory: createMemoryTier(maxBytes, () => void evictions++), evictions: () => evictions };
}

test("an entry is found by its key, and by nothing else", () => {
  const { memory } = tier();
  const one = entry("/a");
  memory.set(one);
  assert.deepEqual(memory.find(one.key, NOTHING), { resident: one, key: one.key, otherVariant: false });
  assert.deepEqual(memory.find("other", NOTHING), { resident: null, key: "other", otherVariant: false });
  assert.equal(memory.peek(one.key), one);
});

test("fields that Vary names choose among the entries of a key", () => {
  const { memory } = tier();
  const [german, french, none] = ["de", "fr", null].map((language) => entry("/a", [["accept-language", language]])) as [Resident, Resident, Resident];
  for (const one of [german, french, none]) memory.set(one);
  const { key } = address("/a");
  assert.equal(memory.find(key, () => "de").resident, german);
  assert.equal(memory.find(key, () => "fr").resident, french);
  assert.equal(memory.find(key, NOTHING).resident, none);
  assert.deepEqual(memory.find(key, () => "it"), { resident: null, key: variantKey(key, [["accept-language", "it"]]), otherVariant: true });
  assert.equal(memory.peek(key), null);
  assert.equal(memory.inPath("main", "/a").length, 3);
});

test("an answer that has no Vary any more stands for all requests, and one that has gets it back", () => {
  const { memory } = tier();
  const plain = entry("/a");
  const varied = entry("/a", [["accept", "x"]]);
  const { key } = address("/a");
  memory.set(varied);
  memory.set(plain);
  assert.equal(memory.find(key, () => "x").resident, plain);
  memory.set(varied);
  assert.deepEqual([memory.find(key, () => "x").resident, memory.find(key, () => "y").resident], [varied, null]);
  assert.deepEqual(memory.inPath("main", "/a"), [varied]);
});

test("the last Vary decides which fields choose", () => {
  const { memory } = tier();
  const { key } = address("/a");
  memory.set(entry("/a", [["accept", "x"]]));
  const later = entry("/a", [["cookie", "x"]]);
  memory.set(later);
  assert.equal(memory.find(key, (name) => (name === "cookie" ? "x" : null)).resident, later);
  assert.equal(memory.find(key, (name) => (name === "accept" ? "x" : null)).resident, null);
});

test("entries used longest ago go first, and each is told of", () => {
  const size = entry("/0").size;
  const { memory, evictions } = tier(size * 3);
  const [first, second, third, fourth] = ["/0", "/1", "/2", "/3"].map((path) => entry(path)) as [Resident, Resident, Resident, Resident];
  for (const one of [first, second, third]) memory.set(one);
  memory.find(first.key, NOTHING);
  memory.peek(second.key);
  memory.set(fourth);
  assert.deepEqual([first, second, third, fourth].map((one) => memory.peek(one.key) === one), [true, false, true, true]);
  assert.deepEqual([evictions(), memory.inPath("main", "/1"), memory.bytes], [1, [], size * 3]);
});

test("an entry larger than the tier is not taken, and drives nobody out", () => {
  const small = entry("/a");
  const { memory, evictions } = tier(small.size);
  memory.set(small);
  memory.set(entry("/b", [], "x".repeat(5000)));
  assert.deepEqual([...memory.all()], [small]);
  assert.deepEqual([memory.inPath("main", "/b"), memory.ofRoute("main", "read"), evictions()], [[], [small], 0]);
});

test("an entry that grows counts with what it grew to, and one that has gone does not come back", () => {
  const one = entry("/a");
  const { memory } = tier(one.size + 100);
  memory.set(one);
  const before = memory.bytes;
  memory.grow(one, 50);
  assert.equal(memory.bytes, before + 50);
  memory.grow(one, 500);
  assert.deepEqual([[...memory.all()], memory.inPath("main", "/a"), memory.bytes], [[], [], 0]);
  memory.grow(one, 1);
  assert.equal(memory.entries, 0);
});

test("only the very entry is removed, not the one that took its place", () => {
  const { memory } = tier();
  const [old, young] = [entry("/a", [], "old"), entry("/a", [], "young")];
  memory.set(old);
  memory.set(young);
  memory.remove(old);
  assert.equal(memory.peek(young.key), young);
  memory.remove(young);
  assert.deepEqual([memory.peek(young.key), memory.inPath("main", "/a"), memory.ofRoute("main", "read")], [null, [], []]);
});

test("entries of a path are found by what counts of their query, one by one or together", () => {
  const { memory } = tier();
  const put = (key: string, query: string): Resident => {
    const one = resident(key, stored(address("/a", { key, query })));
    memory.set(one);
    return one;
  };
  const first = put("1", "?x=1");
  assert.deepEqual([memory.inPath("main", "/a", "?x=1"), memory.inPath("main", "/a", "")], [[first], []]);
  const [second, same, none] = [put("2", "?x=2"), put("3", "?x=1"), put("4", "")];
  assert.deepEqual([memory.inPath("main", "/a", "?x=1"), memory.inPath("main", "/a", "?x=2"), memory.inPath("main", "/a", "")], [[first, same], [second], [none]]);
  assert.deepEqual(new Set(memory.inPath("main", "/a")), new Set([first, second, same, none]));
  memory.remove(first);
  assert.deepEqual([memory.inPath("main", "/a", "?x=1"), memory.inPath("main", "/a", null).length], [[same], 3]);
  for (const one of [same, second, none]) memory.remove(one);
  assert.deepEqual([memory.inPath("main", "/a"), memory.inPath("main", "/a", "")], [[], []]);
});

test("entries are found by each of their tags, whatever their site, until they go", () => {
  const { memory } = tier();
  const one = resident("1", stored(address("/a", { key: "1", tags: ["codes", "r1", "codes"] })));
  const two = resident("2", stored(address("/b", { key: "2", site: "other", tags: ["codes"] })));
  for (const each of [one, two, entry("/c")]) memory.set(each);
  assert.deepEqual([memory.tagged("codes"), memory.tagged("r1"), memory.tagged("r2")], [[one, two], [one], []]);
  memory.grow(one, 10);
  memory.remove(two);
  assert.deepEqual(memory.tagged("codes"), [one]);
  memory.remove(one);
  assert.deepEqual([memory.tagged("codes"), memory.tagged("r1")], [[], []]);
});

test("groups are apart by site", () => {
  const { memory } = tier();
  const of = address("/a", { site: "other", key: "k" });
  memory.set(entry("/a"));
  memory.set(resident("k", stored(of)));
  assert.equal(memory.inPath("other", "/a").length, 1);
  assert.equal(memory.ofRoute("other", "read").length, 1);
});

type Step = { readonly url: string; readonly variant: string | null; readonly body: number; readonly what: "set" | "remove" | "grow" | "find" };

const step: fc.Arbitrary<Step> = fc.record({
  url: fc.constantFrom("/a", "/a?x=1", "/a?x=2", "/b?x=1", "/c"), variant: fc.option(fc.constantFrom("x", "y"), { nil: null }), body: fc.integer({ min: 0, max: 3000 }),
  what: fc.constantFrom("set" as const, "set" as const, "remove" as const, "grow" as const, "find" as const),
});

test("whatever is set, replaced, grown, removed and evicted: the groups are what is there, within the bound", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1500, max: 12_000 }), (steps, maxBytes) => {
    const { memory } = tier(maxBytes);
    const last = new Map<string, Resident>();
    for (const { url, variant, body, what } of steps) {
      const selecting: readonly Selecting[] = variant === null ? [] : [["accept", variant]];
      const key = variantKey(place(url).key, selecting);
      const known = last.get(key);
      if (what === "set") {
        const one = entry(url, selecting, "x".repeat(body));
        memory.set(one);
        last.set(key, one);
      } else if (what === "remove" && known !== undefined) memory.remove(known);
      else if (what === "grow" && known !== undefined) memory.grow(known, body);
      else if (what === "find") {
        // What is found is what was last put there for this very choice.
        const { resident: found, key: foundKey } = memory.find(place(url).key, () => variant);
        assert.ok(found === null || found === last.get(foundKey));
      }
      const there = new Set(memory.all());
      const grouped = ["/a", "/b", "/c"].flatMap((one) => memory.inPath("main", one));
      assert.deepEqual(new Set(grouped), there);
      assert.equal(grouped.length, there.size);
      assert.deepEqual(new Set(memory.ofRoute("main", "read")), there);
      for (const one of ["/a", "/b", "/c"]) assert.deepEqual(new Set(memory.tagged(one)), new Set(memory.inPath("main", one)));
      for (const one of ["/a", "/a?x=1", "/a?x=2"]) {
        const { path, query } = place(one);
        assert.deepEqual(new Set(memory.inPath("main", path, query)), new Set(grouped.filter(({ answer: { address: of } }) => of.path === path && of.query === query)));
      }
      for (const one of there) assert.equal(last.get(one.key), one);
      const held = [...there].reduce((sum, one) => sum + one.size, 0);
      assert.ok(memory.bytes <= maxBytes && held <= memory.bytes, `${held} of ${memory.bytes}, at most ${maxBytes}`);
    }
  }), { numRuns: 300 });
});
