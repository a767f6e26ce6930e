import assert from "node:assert/strict";
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { monthOf, monthText } from "../../src/journal/sqlite/month.ts";
import type { Store } from "../../src/journal/store.ts";
import { acceptance, answerOf, idOf, newEntry } from "./sample-entry.ts";
import { openTestStore, scratchDirectory } from "./sqlite-store.ts";

const DAY = 86_400_000;
const RETENTION = { outcome: 3650 * DAY, bodies: 30 * DAY };

async function compactAll(store: Store, retention = RETENTION): Promise<void> {
  while (await store.compact(retention));
}

async function settled(store: Store, names: readonly string[], size = 100): Promise<void> {
  await Promise.all(names.map((name) => store.insert(newEntry(name))));
  await Promise.all(names.map((name) => store.update({ ...acceptance(name, answerOf(size)), dropHeaders: true })));
}

const many = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name}${index}`);

test("months are named by the calendar in UTC", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["1970-01-01T00:00:00Z", "1970-01"],
    ["2000-02-29T23:59:59.999Z", "2000-02"],
    ["2000-03-01T00:00:00Z", "2000-03"],
    ["2026-11-30T23:59:59.999Z", "2026-11"],
    ["2026-12-31T23:59:59.999Z", "2026-12"],
    ["2027-01-01T00:00:00Z", "2027-01"],
    ["2100-02-28T12:00:00Z", "2100-02"],
  ];
  for (const [instant, month] of cases) assert.equal(monthText(monthOf(Date.parse(instant))), month);
});

test("entries move to the archive of their month, and are known, listed and counted as before", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(Date.parse("2026-11-20T00:00:00Z"));
  let store = await openTestStore(directory, { clock });
  await settled(store, many("november", 1200));
  await store.insert(newEntry("open"));
  clock.advance(20 * DAY);
  await settled(store, ["december"]);
  const before = await store.list({}, 1000);
  clock.advance(29 * DAY);
  await compactAll(store);
  assert.deepEqual(readdirSync(join(directory, "archive")).filter((name) => name.endsWith(".sqlite")), ["journal-2026-11.sqlite", "keys-2026.sqlite"]);
  const known = await store.insert(newEntry("november7"));
  assert.equal(known.kind === "known" && known.entries[0]?.answer?.body.length, 100);
  assert.equal((await store.insert(newEntry("new"))).kind, "inserted");
  assert.deepEqual(await store.list({}, 1000), before);
  assert.equal(await store.request(idOf("november7"), 1), null);
  assert.notEqual(await store.request(idOf("open"), 1), null);
  assert.equal((await store.stats()).states.accepted, 1201);
  assert.deepEqual(await store.verify(), { entries: 1203, faults: [] });
  await store.close();
  store = await openTestStore(directory, { clock });
  assert.equal((await store.insert(newEntry("november1199"))).kind, "known");
  await store.close();
});

test("a kill between copying and deleting loses and doubles nothing", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(Date.parse("2026-11-20T00:00:00Z"));
  const live = join(directory, "journal.sqlite");
  let store = await openTestStore(directory, { clock });
  await settled(store, many("moved", 20));
  clock.advance(40 * DAY);
  await store.close();
  copyFileSync(live, `${live}.before`);
  store = await openTestStore(directory, { clock });
  await compactAll(store);
  await store.close();
  copyFileSync(`${live}.before`, live); // as if the deletion had never been committed
  store = await openTestStore(directory, { clock });
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await store.list({}, 1000)).entries.length, 20);
    const known = await store.insert(newEntry("moved3"));
    assert.equal(known.kind === "known" && known.entries.length, 1);
    await compactAll(store);
  }
  await store.close();
});

test("an archived entry can still be changed, and goes back to its archive", async (t) => {
  const clock = manualClock(Date.parse("2026-11-20T00:00:00Z"));
  const store = await openTestStore(scratchDirectory(t), { clock });
  await settled(store, ["changed"]);
  clock.advance(40 * DAY);
  await compactAll(store);
  const released = await store.update({ id: idOf("changed"), revision: 1, fence: 1, state: { kind: "released", why: "by hand" } });
  assert.equal(released?.state.kind, "released");
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual((await store.read(idOf("changed"))).map(({ state }) => state.kind), ["released"]);
    assert.deepEqual((await store.list({}, 10)).entries.map(({ state }) => state.kind), ["released"]);
    clock.advance(40 * DAY);
    await compactAll(store);
  }
  assert.equal((await store.insert({ ...newEntry("changed"), revision: 2 })).kind, "inserted");
  assert.equal((await store.read(idOf("changed"))).length, 2);
  await store.close();
});

test("large answers go with the bodies, small ones stay with the outcome", async (t) => {
  const clock = manualClock();
  const store = await openTestStore(scratchDirectory(t), { clock });
  await settled(store, ["large"], 20_000);
  await settled(store, ["small"], 3000);
  clock.advance(40 * DAY);
  await compactAll(store);
  assert.equal((await store.read(idOf("large")))[0]?.answer, null);
  assert.equal((await store.read(idOf("small")))[0]?.answer?.body.length, 3000);
  await store.close();
});

test("an archive beyond its time goes as a file, and its keys are free", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(Date.parse("2026-11-20T00:00:00Z"));
  const store = await openTestStore(directory, { clock });
  await settled(store, many("old", 5));
  clock.advance(40 * DAY);
  await compactAll(store);
  clock.advance(3700 * DAY);
  await compactAll(store);
  assert.deepEqual(readdirSync(join(directory, "archive")), []);
  assert.equal((await store.stats()).states.accepted, 0);
  const again = await store.insert(newEntry("old1"));
  assert.ok(again.kind === "inserted" && again.entry.sequence === 6, "a sequence is never given twice");
  await store.close();
});

test("an archive that is missing is a fault, not a free key", async (t) => {
  const directory = scratchDirectory(t);
  const clock = manualClock(Date.parse("2026-11-20T00:00:00Z"));
  let store = await openTestStore(directory, { clock });
  await settled(store, ["precious"]);
  clock.advance(40 * DAY);
  await compactAll(store);
  await store.close();
  rmSync(join(directory, "archive", "journal-2026-11.sqlite"));
  store = await openTestStore(directory, { clock });
  await assert.rejects(store.insert(newEntry("precious")), { kind: "corrupt" });
  assert.equal((await store.insert(newEntry("other"))).kind, "inserted");
  await store.close();
});
