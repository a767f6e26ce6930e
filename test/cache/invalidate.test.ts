import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createFlights } from "../../src/cache/collapse.ts";
import type { EntryAddress, Invalidation } from "../../src/cache/entry.ts";
import { createInvalidator } from "../../src/cache/invalidate.ts";
import { createMemoryTier } from "../../src/cache/memory.ts";
import type { SharedTier } from "../../src/cache/shared-tier.ts";
import { address, resident, stored } from "./core-fixture.ts";

/** Entries by name, each of them also being fetched at this moment. */
const entries: Readonly<Record<string, EntryAddress>> = {
  a: address("/a", { key: "a" }),
  aQuery: address("/a", { key: "aQuery", query: "?x=1" }),
  aFar: address("/a", { key: "aFar", home: "r2" }),
  ab: address("/ab", { key: "ab", tags: ["codes"] }),
  other: address("/a", { key: "other", site: "other", route: "read", tags: ["codes"] }),
  document: address("/d", { key: "document", route: "documents", home: "r2" }),
};

function setUp(shared: SharedTier | null = null) {
  const memory = createMemoryTier(1_000_000, () => undefined);
  const flights = createFlights(manualClock());
  const told: string[] = [];
  for (const [name, of] of Object.entries(entries)) {
    memory.set(resident(name, stored(of)));
    flights.begin(name, of);
  }
  const invalidator = createInvalidator({ memory, flights, shared, told: (kind, count) => void told.push(`${kind} ${count}`) });
  const gone = (): string[] => Object.keys(entries).filter((name) => memory.peek(name) === null);
  const purged = (): string[] => Object.keys(entries).filter((name) => memory.peek(name)?.purged === true);
  const voided = (): string[] => [...flights.all()].filter((flight) => flight.voided).map((flight) => flight.key);
  return { memory, flights, told, invalidator, gone, purged, voided };
}

const cases: readonly (readonly [what: Invalidation extends infer I ? (I extends { soft: boolean } ? Omit<I, "soft"> : never) : never, hit: readonly string[]])[] = [
  [{ kind: "url", site: "main", path: "/a", query: "" }, ["a", "aFar"]],
  [{ kind: "url", site: "main", path: "/a", query: "?x=1" }, ["aQuery"]],
  [{ kind: "url", site: "main", path: "/a", query: null }, ["a", "aQuery", "aFar"]],
  [{ kind: "url", site: "main", path: "/none", query: null }, []],
  [{ kind: "tag", tag: "codes" }, ["ab", "other"]],
  [{ kind: "tag", tag: "code" }, []],
  [{ kind: "region", site: null, region: "r2" }, ["aFar", "document"]],
  [{ kind: "region", site: "other", region: "r1" }, ["other"]],
  [{ kind: "route", site: "main", route: "documents" }, ["document"]],
  [{ kind: "route", site: "main", route: "read" }, ["a", "aQuery", "aFar", "ab"]],
  [{ kind: "all" }, Object.keys(entries)],
];

for (const [what, hit] of cases) {
  test(`a purge of ${JSON.stringify(what)} removes ${hit.length === 0 ? "nothing" : hit.join(", ")}, and voids what is being fetched of it`, async () => {
    const { told, invalidator, gone, purged, voided } = setUp();
    const done = invalidator.invalidate({ ...what, soft: false });
    assert.deepEqual([done.entries, await done.told], [hit.length, true]);
    assert.deepEqual([gone(), voided(), purged(), told], [hit, hit, [], [`${what.kind} ${hit.length}`]]);
  });

  test(`a soft one of ${JSON.stringify(what)} makes the same stale`, () => {
    const { invalidator, gone, purged, voided } = setUp();
    invalidator.invalidate({ ...what, soft: true });
    assert.deepEqual([gone(), purged(), voided()], [[], hit, hit]);
  });
}

/** A shared tier that remembers what it was told to void. */
function recording(answers: boolean): { readonly shared: SharedTier; readonly heard: Invalidation[] } {
  const heard: Invalidation[] = [];
  const shared = { state: "up", invalidate: (what: Invalidation) => (heard.push(what), Promise.resolve(answers)) } as unknown as SharedTier;
  return { shared, heard };
}

test("the other instances are told, and whether they could be is known", async () => {
  for (const answers of [true, false]) {
    const { shared, heard } = recording(answers);
    const { invalidator } = setUp(shared);
    assert.equal(await invalidator.invalidate({ kind: "all", soft: false }).told, answers);
    assert.deepEqual(heard, [{ kind: "all", soft: false }]);
  }
});

test("what another instance voided goes here, and is not told again", () => {
  const { shared, heard } = recording(true);
  const { invalidator, gone, purged } = setUp(shared);
  invalidator.heard({ kind: "tag", tag: "codes", soft: false });
  assert.deepEqual([gone(), heard], [["ab", "other"], []]);
  // What was missed is not known: all the rest is asked about again, and may still be served in an outage.
  assert.equal(invalidator.heard(null), Object.keys(entries).length - 2);
  assert.deepEqual([gone(), purged(), heard], [["ab", "other"], Object.keys(entries).filter((key) => key !== "ab" && key !== "other"), []]);
});

test("what the platform no longer says goes in both tiers", () => {
  const { shared, heard } = recording(true);
  const { memory, invalidator, gone } = setUp(shared);
  const old = memory.peek("aQuery");
  assert.ok(old !== null);
  invalidator.outdated(old);
  assert.deepEqual(gone(), ["aQuery"]);
  assert.deepEqual(heard, [{ kind: "url", site: "main", path: "/a", query: "?x=1", soft: false }]);
});

/** How many sets of members a site may have before a URL stands for its whole path. */
const MOST = 100;

test("a URL stands for the entries that parts of its query are kept under, on the site whose routes do so", () => {
  const { invalidator, gone, told } = setUp();
  invalidator.knows("main", ["x"]);
  invalidator.invalidate({ kind: "url", site: "main", path: "/a", query: "?y=1&x=1", soft: false });
  assert.deepEqual([gone(), told], [["aQuery"], ["url 0", "url 1"]]);
  invalidator.invalidate({ kind: "url", site: "other", path: "/a", query: "?y=1", soft: false });
  assert.deepEqual(gone(), ["aQuery"]);
});

test("a URL of a site with too many of them stands for its whole path, here and for other instances, on no other site", () => {
  const { shared, heard } = recording(true);
  const { invalidator, gone } = setUp(shared);
  for (let i = 0; i < MOST; i++) invalidator.knows("main", ["x", `${i}`]);
  invalidator.knows("main", ["x", "0"]);
  invalidator.invalidate({ kind: "url", site: "main", path: "/a", query: "?y=1&x=2", soft: false });
  assert.deepEqual([gone(), heard.map((what) => what.kind === "url" && what.query)], [[], ["?y=1&x=2", "?x=2"]]);
  heard.length = 0;
  invalidator.knows("main", ["one too many"]);
  invalidator.invalidate({ kind: "url", site: "main", path: "/a", query: "?y=1&x=2", soft: false });
  assert.deepEqual([gone(), heard], [["a", "aQuery", "aFar"], [{ kind: "url", site: "main", path: "/a", query: null, soft: false }]]);
  invalidator.invalidate({ kind: "url", site: "other", path: "/a", query: "?y=1", soft: false });
  assert.equal(gone().includes("other"), false);
});

test("a URL with too many members to look at stands for its whole path where parts of queries count", () => {
  const query = `?${"x=1&".repeat(200)}x=1`;
  const { invalidator, gone } = setUp();
  invalidator.invalidate({ kind: "url", site: "main", path: "/a", query, soft: false });
  assert.deepEqual(gone(), []);
  invalidator.knows("main", ["x"]);
  invalidator.invalidate({ kind: "url", site: "main", path: "/a", query, soft: false });
  assert.deepEqual(gone(), ["a", "aQuery", "aFar"]);
});

test("voiding one URL looks at no entry of another query, and a purge by tag at none without it", () => {
  const { memory, invalidator } = setUp();
  let looks = 0;
  memory.set(resident("watched", stored(address("/a", { key: "watched", query: "?x=2" }))));
  const there = memory.peek("watched");
  assert.ok(there !== null);
  const { answer } = there;
  Object.defineProperty(there, "answer", { get: () => (looks++, answer) });
  invalidator.invalidate({ kind: "url", site: "main", path: "/a", query: "?x=1", soft: false });
  invalidator.invalidate({ kind: "tag", tag: "codes", soft: false });
  assert.equal(looks, 0);
  invalidator.invalidate({ kind: "region", site: null, region: "none", soft: false });
  assert.notEqual(looks, 0);
});
