import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { storeFault } from "../../src/journal/sqlite/faults.ts";
import { LIVE_STEPS, openDatabase, pragma } from "../../src/journal/sqlite/schema.ts";
import { StoreFault } from "../../src/journal/store.ts";
import { acceptance, answerOf, idOf, newEntry, REQUEST } from "./sample-entry.ts";
import { openTestStore, scratchDirectory } from "./sqlite-store.ts";

type Context = Parameters<typeof scratchDirectory>[0];

/** A file system of `size` in memory; null where mounting is not allowed. */
function mountSmall(test: Context, size: string): string | null {
  const directory = fs.mkdtempSync(join(tmpdir(), "taxgate-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory], { stdio: "ignore" });
  } catch {
    fs.rmdirSync(directory);
    return null;
  }
  test.after(() => {
    execFileSync("umount", ["-l", directory]);
    fs.rmdirSync(directory);
  });
  return directory;
}

const NO_MOUNT = "mounting a file system is not allowed here";
const isFault = (kind: string) => (fault: unknown) => fault instanceof StoreFault && fault.kind === kind;
const bulky = (name: string) => ({ ...newEntry(name), request: { ...REQUEST, body: new Uint8Array(20_000).fill(7) } });

test("on a full disk new entries are refused, outcomes are still written, and both go on once there is room", async (t) => {
  const directory = mountSmall(t, "8m");
  if (directory === null) return t.skip(NO_MOUNT);
  const clock = manualClock();
  const store = await openTestStore(join(directory, "journal"), { clock, reserve: 1 << 20 });
  fs.writeFileSync(join(directory, "filler"), new Uint8Array(4 << 20));
  let written = 0;
  await assert.rejects(async () => {
    for (;;) {
      await store.insert(bulky(`bulky${written}`));
      written += 1;
    }
  }, isFault("full"));
  assert.ok(written > 10);
  assert.match(store.fault()?.message ?? "", /free some space/);
  for (let index = 0; index < 10; index += 1) {
    const settled = await store.update({ ...acceptance(`bulky${index}`, answerOf(500)), dropHeaders: true });
    assert.equal(settled?.state.kind, "accepted");
    await assert.rejects(store.insert(newEntry(`refused${index}`)), isFault("full"));
  }
  assert.equal((await store.insert(bulky("bulky3"))).kind, "known");
  assert.equal((await store.request(idOf("bulky4"), 1))?.body.length, 20_000);
  fs.rmSync(join(directory, "filler"));
  clock.advance(1500);
  assert.equal((await store.insert(newEntry("refused0"))).kind, "inserted");
  assert.equal(store.fault(), null);
  assert.deepEqual((await store.verify()).faults, []);
  await store.close();
});

test("a store on a read-only file system is refused with what to do", async (t) => {
  const directory = mountSmall(t, "16m");
  if (directory === null) return t.skip(NO_MOUNT);
  await (await openTestStore(directory)).close();
  execFileSync("mount", ["-o", "remount,ro", directory]);
  await assert.rejects(openTestStore(directory), (fault) => isFault("read-only")(fault) && /make the state directory writable/.test(String(fault)));
});

test("a fault is named after what SQLite or the system says", () => {
  const cases: readonly (readonly [thrown: object, kind: string])[] = [
    [{ errcode: 13 }, "full"],
    [{ errcode: 8 }, "read-only"],
    [{ errcode: 1032 }, "read-only"], // SQLITE_READONLY_DBMOVED
    [{ errcode: 11 }, "corrupt"],
    [{ errcode: 779 }, "corrupt"], // SQLITE_CORRUPT_INDEX
    [{ errcode: 26 }, "corrupt"],
    [{ errcode: 5 }, "busy"],
    [{ errcode: 517 }, "busy"], // SQLITE_BUSY_SNAPSHOT
    [{ errcode: 778 }, "io"], // SQLITE_IOERR_WRITE
    [{ errcode: 14 }, "io"],
    [{ code: "ENOSPC" }, "full"],
    [{ code: "EROFS" }, "read-only"],
    [{ code: "EMFILE" }, "io"],
  ];
  for (const [thrown, kind] of cases) assert.equal(storeFault("writing", Object.assign(new Error("it failed"), thrown)).kind, kind, JSON.stringify(thrown));
});

/** Alters every place in a file where a text stands. */
function spoil(file: string, text: string): number {
  const bytes = fs.readFileSync(file);
  let places = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1), places += 1) bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
  return places;
}

test("a flipped bit in a row is a fault of that entry alone, and never makes its key free", async (t) => {
  const directory = scratchDirectory(t);
  let store = await openTestStore(directory);
  for (const name of ["spoilt-order", "good-order"]) await store.insert(newEntry(name));
  await store.close();
  assert.equal(spoil(join(directory, "journal.sqlite"), "spoilt-order"), 1);
  store = await openTestStore(directory);
  const all = [store.insert(newEntry("spoilt-order")), store.update(acceptance("spoilt-order")), store.read(idOf("spoilt-order")), store.update(acceptance("good-order")), store.insert(newEntry("new"))];
  const ends = await Promise.allSettled(all);
  assert.deepEqual(ends.map((end) => (end.status === "rejected" ? end.reason.kind : "fulfilled")), ["corrupt", "corrupt", "corrupt", "fulfilled", "fulfilled"]);
  assert.deepEqual((await store.list({}, 10)).entries.map(({ id }) => id), [idOf("good-order"), idOf("new")]);
  assert.match((await store.verify()).faults.join(), /entry number 1: its checksum does not fit/);
  await store.close();
});

test("a flipped bit in a request is told by reading it and by verify, the entry itself is well", async (t) => {
  const directory = scratchDirectory(t);
  let store = await openTestStore(directory);
  await store.insert({ ...newEntry("body"), request: { ...REQUEST, body: Buffer.from("this is the body") } });
  await store.close();
  assert.equal(spoil(join(directory, "journal.sqlite"), "this is the body"), 1);
  store = await openTestStore(directory);
  await assert.rejects(store.request(idOf("body"), 1), isFault("corrupt"));
  assert.equal((await store.read(idOf("body"))).length, 1);
  assert.match((await store.verify()).faults.join(), /its request is damaged/);
  await store.close();
});

test("a file that is no journal, or a newer one, is refused and left as it is", async (t) => {
  const directory = scratchDirectory(t);
  const file = join(directory, "journal.sqlite");
  fs.writeFileSync(file, "no database at all, but long enough to be taken for one".repeat(100));
  await assert.rejects(openTestStore(directory), isFault("corrupt"));
  fs.rmSync(file);
  const foreign = new DatabaseSync(file);
  foreign.exec("CREATE TABLE theirs (x)");
  foreign.close();
  await assert.rejects(openTestStore(directory), /is not a journal/);
  fs.rmSync(file);
  await (await openTestStore(directory)).close();
  const newer = new DatabaseSync(file);
  newer.exec(`PRAGMA user_version = ${LIVE_STEPS.length + 1}`);
  newer.close();
  await assert.rejects(openTestStore(directory), /has version [0-9]+, this taxgate knows [0-9]+/);
});

test("a file of an older version is brought forward with what it holds", (t) => {
  const file = join(scratchDirectory(t), "old.sqlite");
  const first = ["CREATE TABLE a (x); INSERT INTO a VALUES (7)"];
  openDatabase(file, { steps: first, cacheKiB: 100 }).close();
  const database = openDatabase(file, { steps: [...first, "ALTER TABLE a ADD COLUMN y DEFAULT 5", "UPDATE a SET y = y + x"], cacheKiB: 100 });
  assert.deepEqual({ ...database.prepare("SELECT x, y FROM a").get() }, { x: 7, y: 12 });
  assert.equal(pragma(database, "user_version"), 3);
  database.close();
  assert.throws(() => openDatabase(file, { steps: [...first, "a step that fails"], cacheKiB: 100 }));
});

test("files are their owner's alone", { skip: process.platform === "win32" }, async (t) => {
  const directory = join(scratchDirectory(t), "journal");
  const store = await openTestStore(directory);
  await store.insert(newEntry("any"));
  await store.backup(join(directory, "copy"));
  assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  for (const name of fs.readdirSync(directory)) assert.equal(fs.statSync(join(directory, name)).mode & 0o777, 0o600, name);
  await store.close();
});

test("a backup made while work goes on is whole, is a moment's, and is noticed when it is put back", async (t) => {
  const directory = scratchDirectory(t);
  const copy = join(directory, "copy", "journal.sqlite");
  fs.mkdirSync(join(directory, "copy"));
  const store = await openTestStore(join(directory, "live"));
  const insert = (name: string, count: number) => Promise.all(Array.from({ length: count }, (_, index) => store.insert(newEntry(`${name}${index}`))));
  await insert("before", 500);
  await Promise.all([store.backup(copy), insert("while", 500)]);
  await assert.rejects(store.backup(copy), isFault("io"));
  const witness = { ...store.epoch(), writtenAt: 1 };
  await store.close();
  const restored = await openTestStore(join(directory, "copy"), { witness });
  assert.equal(restored.finding?.kind, "rolled-back");
  for (let index = 0; index < 500; index += 1) assert.equal((await restored.read(idOf(`before${index}`))).length, 1);
  assert.deepEqual((await restored.verify()).faults, []);
  await restored.close();
  const again = await openTestStore(join(directory, "copy"), { witness: { ...restored.epoch(), writtenAt: 2 } });
  assert.equal(again.finding?.kind, "rolled-back", "what was found is kept until a person has seen to it");
  await again.clearFinding();
  await again.close();
  const last = await openTestStore(join(directory, "copy"), { witness: { ...again.epoch(), writtenAt: 3 } });
  assert.equal(last.finding, null);
  await last.close();
});
