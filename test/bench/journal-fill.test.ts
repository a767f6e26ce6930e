import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { claimOpenLoop } from "./journal-claims.ts";
import { fillJournal } from "./journal-fill.ts";
import { openStore } from "./journal-store-opening.ts";

const folder = mkdtempSync(join(tmpdir(), "taxgate-bench-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

// Half a million a day: these archives lie on both sides of the turn of a year.
const now = Date.UTC(2026, 0, 1) + 130_000;
const plan = { entries: 1500, archived: 1000, now };

test("a journal that was filled in bulk is one that the store itself could have written", async () => {
  await fillJournal(folder, plan, () => undefined);
  assert.deepEqual(["journal-2025-12.sqlite", "keys-2025.sqlite", "journal-2026-01.sqlite", "keys-2026.sqlite"].map((name) => existsSync(join(folder, "archive", name))), [true, true, true, true]);
  const store = await openStore(folder);
  try {
    assert.deepEqual(await store.verify(), { entries: plan.entries, faults: [] });
    assert.equal((await store.stats()).states.accepted, plan.entries);
    const { entries } = await store.list({}, 1000);
    const rest = await store.list({ after: entries.at(-1)?.sequence ?? 0 }, 1000);
    const all = [...entries, ...rest.entries];
    assert.deepEqual(all.map(({ sequence }) => sequence), Array.from({ length: plan.entries }, (_, index) => index + 1));
    assert.ok(all.every(({ createdAt }, index) => createdAt >= (all[index - 1]?.createdAt ?? 0) && createdAt < now));
    for (const [at, withBody] of [[0, false], [999, false], [1000, true], [1499, true]] as const) {
      const entry = all[at];
      assert.ok(entry !== undefined);
      const [read] = await store.read(entry.id);
      assert.deepEqual([read?.sequence, read?.state.kind, read?.answer?.status], [at + 1, "accepted", 200]);
      assert.equal(((await store.request(entry.id, 1))?.body.length ?? 0) >= 1500, withBody);
    }
  } finally {
    await store.close();
  }
});

test("claims on it go on after the numbers that were given", async () => {
  const store = await openStore(folder);
  try {
    const { claims, settled } = await claimOpenLoop(store, 200, 0.5);
    assert.ok(claims.p50 > 0 && claims.p99 >= claims.p50 && settled.p50 > 0);
    const { entries } = await store.list({ after: plan.entries }, 1000);
    assert.deepEqual(entries.map(({ sequence }) => sequence), Array.from({ length: 100 }, (_, index) => plan.entries + 1 + index));
    assert.equal((await store.stats()).states.accepted, plan.entries + 100);
  } finally {
    await store.close();
  }
});
