import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { archivePath } from "../../src/journal/sqlite/archives.ts";
import { monthOf } from "../../src/journal/sqlite/month.ts";
import { pathsOf } from "../../src/journal/sqlite/paths.ts";
import { restoreBackup } from "../../src/journal/sqlite/restore-backup.ts";
import { itemId, newBatch, pairs } from "./items-conformance.ts";
import { acceptance, idOf, newEntry } from "./sample-entry.ts";
import { openTestStore, scratchDirectory } from "./sqlite-store.ts";

const DAY = 86_400_000;
const RETENTION = { outcome: 3650 * DAY, bodies: 30 * DAY };
const NOVEMBER = Date.parse("2026-11-20T00:00:00Z");
const ACCEPTED = { id: itemId("A1"), outcome: "accepted", reference: "N1", until: 0 } as const;

test("items move to the archive with their entry, and are held, listed, shown and verified as before", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(NOVEMBER);
  const store = await openTestStore(directory, { clock });
  await store.insert({ ...newBatch("old", ["A1", "A2"]), key: ["A1"] });
  await store.update({ ...acceptance("old"), items: [ACCEPTED] });
  const before = await store.items(idOf("old"), 1);
  clock.advance(45 * DAY);
  while (await store.compact(RETENTION));
  const live = new DatabaseSync(pathsOf(directory).live, { readOnly: true });
  assert.deepEqual(live.prepare("SELECT (SELECT count(*) FROM entries) AS entries, (SELECT count(*) FROM items) AS items").get(), Object.assign(Object.create(null), { entries: 0, items: 0 }));
  live.close();
  assert.deepEqual(await store.items(idOf("old"), 1), before);
  const refused = await store.insert(newBatch("new", ["A2*", "A3"]));
  assert.deepEqual(refused.kind === "taken" && pairs(refused.holders), ["A1/1:A2:open"]);
  assert.deepEqual((await store.list({ key: "A2" }, 10)).entries.map(({ id }) => id), [idOf("old")]);
  assert.deepEqual(await store.verify(), { entries: 1, faults: [] });
  assert.deepEqual(await store.checkKeys(), []);
});

test("an archived batch that changes comes back with its items", async (t) => {
  const clock = manualClock(NOVEMBER);
  const store = await openTestStore(scratchDirectory(t), { clock });
  await store.insert(newBatch("given-up", ["A1", "A2"]));
  await store.update({ ...acceptance("given-up"), state: { kind: "expired", why: "test" } });
  clock.advance(45 * DAY);
  while (await store.compact(RETENTION));
  await store.update({ ...acceptance("given-up"), state: { kind: "released", why: "test" }, items: [ACCEPTED] });
  assert.deepEqual(pairs(await store.holders([itemId("A1"), itemId("A2")])), ["A1+A2/1:A1:accepted", "A1+A2/1:A2:open"]);
  assert.equal((await store.verify()).faults.length, 0);
});

test("a backup holds the items of live and archived batches", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(NOVEMBER);
  const store = await openTestStore(join(directory, "journal"), { clock });
  await store.insert(newBatch("archived", ["A1"]));
  await store.update({ ...acceptance("archived"), items: [ACCEPTED] });
  clock.advance(45 * DAY);
  while (await store.compact(RETENTION));
  await store.insert(newBatch("live", ["B1", "B2"]));
  await store.backup(join(directory, "copy"));
  restoreBackup(join(directory, "restored"), join(directory, "copy"), join(directory, "aside"));
  const restored = await openTestStore(join(directory, "restored"), { clock });
  assert.deepEqual(pairs(await restored.holders([itemId("A1"), itemId("B2")])), ["A1/1:A1:accepted", "B1+B2/1:B2:open"]);
});

test("a file and an archive without items, of an earlier version, are brought to the present one with what they hold", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(NOVEMBER);
  let store = await openTestStore(directory, { clock });
  await store.insert(newEntry("archived"));
  await store.update(acceptance("archived"));
  clock.advance(45 * DAY);
  while (await store.compact(RETENTION));
  await store.insert(newEntry("live"));
  await store.close();
  const paths = pathsOf(directory);
  for (const file of [paths.live, archivePath(paths, monthOf(NOVEMBER))]) {
    const database = new DatabaseSync(file);
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    database.exec(`DROP TABLE items; PRAGMA user_version = ${version - 1}`);
    database.close();
  }
  store = await openTestStore(directory, { clock });
  assert.equal((await store.insert(newEntry("archived"))).kind, "known");
  assert.equal((await store.insert(newEntry("live"))).kind, "known");
  assert.equal((await store.insert(newBatch("batch", ["A1"]))).kind, "inserted");
  assert.deepEqual(await store.verify(), { entries: 3, faults: [] });
});

test("a damaged item is told by a verification, and holds what it may be", async (t) => {
  const directory = scratchDirectory(t);
  let store = await openTestStore(directory);
  await store.insert(newBatch("damaged", ["A1", "A2"]));
  await store.close();
  const database = new DatabaseSync(pathsOf(directory).live);
  database.exec("UPDATE items SET outcome = 2 WHERE position = 1; INSERT INTO items SELECT 77, position, key48, id, fingerprint, key, outcome, reference, until, sum FROM items WHERE position = 0");
  database.close();
  store = await openTestStore(directory);
  const { faults } = await store.verify();
  assert.deepEqual(faults.length, 2);
  assert.match(faults[0] ?? "", /item 1 of entry number 1: its checksum does not fit/);
  await assert.rejects(store.insert(newBatch("other", ["A2"])), /its checksum does not fit/);
  assert.equal((await store.insert(newBatch("fine", ["A3"]))).kind, "inserted");
});
