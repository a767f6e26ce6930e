import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { StoreFault } from "../../src/journal/store.ts";
import { describeItems } from "./items-conformance.ts";
import { describeProvisional } from "./learn-store-conformance.ts";
import { openMemoryStore } from "./memory-store.ts";
import { idOf, newEntry } from "./sample-entry.ts";
import { describeStore } from "./store-conformance.ts";

for (const describe of [describeStore, describeItems, describeProvisional]) {
  describe("store in memory", async () => {
    const clock = manualClock();
    return { store: openMemoryStore({ now: clock.wall }), clock };
  });
}

test("a crash loses what was not committed and keeps what was, in another life", async () => {
  let release = (): void => undefined;
  let held: Promise<void> | null = null;
  const store = openMemoryStore({ now: () => 1, commit: () => held ?? undefined });
  const kept = await store.insert(newEntry("kept"));
  held = new Promise((resolve) => (release = resolve));
  let answered = false;
  void store.insert(newEntry("lost")).then(() => (answered = true));
  await Promise.resolve();
  const next = store.crash();
  release();
  held = null;
  assert.deepEqual(await next.read(idOf("lost")), []);
  assert.equal((await next.read(idOf("kept"))).length, 1);
  assert.equal(answered, false);
  assert.notEqual(next.owner, store.owner);
  assert.ok(kept.kind === "inserted" && !next.isOwned(kept.entry));
});

test("a commit that fails leaves no trace and is told until one succeeds", async () => {
  let full = true;
  const commit = (): void => {
    if (full) throw new StoreFault("full", "no room");
  };
  const store = openMemoryStore({ now: () => 1, commit });
  await assert.rejects(store.insert(newEntry("refused")), (fault) => fault instanceof StoreFault && fault.kind === "full");
  assert.equal(store.fault()?.kind, "full");
  full = false;
  assert.equal((await store.insert(newEntry("refused"))).kind, "inserted");
  assert.equal(store.fault(), null);
});
