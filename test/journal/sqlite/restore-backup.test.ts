import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { OperatorError } from "../../../src/base/errors.ts";
import { lockState } from "../../../src/base/state-lock.ts";
import { manualClock } from "../../../src/base/clock.ts";
import { restoreJournal } from "../../../src/cli/restore-journal.ts";
import { restoreBackup } from "../../../src/journal/sqlite/restore-backup.ts";
import { LIVE_STEPS, openDatabase } from "../../../src/journal/sqlite/schema.ts";

/** A state directory with a journal that says `old`, and a backup that says `new` with one archive. */
function setUp(t: TestContext) {
  const state = mkdtempSync(join(tmpdir(), "taxgate-restore-"));
  t.after(() => rmSync(state, { recursive: true, force: true }));
  const journal = join(state, "journal");
  const backup = join(state, "copy.sqlite");
  mkdirSync(join(journal, "archive"), { recursive: true });
  makeJournal(join(journal, "journal.sqlite"), "old");
  for (const name of ["journal.sqlite-wal", "journal.sqlite-shm", "archive/journal-202601.sqlite"]) writeFileSync(join(journal, name), `old ${name}`);
  writeFileSync(join(journal, "reserve"), "reserve");
  makeJournal(backup, "new");
  mkdirSync(`${backup}.archive`);
  writeFileSync(join(`${backup}.archive`, "journal-202602.sqlite"), "new archive");
  return { state, journal, backup, aside: join(state, "aside") };
}

function makeJournal(file: string, word: string): void {
  writeFileSync(file, "");
  const database = openDatabase(file, { steps: LIVE_STEPS, cacheKiB: 1024 });
  database.prepare("INSERT INTO meta (name, value) VALUES ('journal', ?)").run(word);
  database.close();
}

function wordIn(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare("SELECT value FROM meta WHERE name = 'journal'").get()?.["value"];
  } finally {
    database.close();
  }
}

test("a backup takes the journal's place with its archives, and the old files stand aside", (t) => {
  const { state, journal, backup, aside } = setUp(t);
  chmodSync(backup, 0o644);
  assert.deepEqual(restoreBackup(journal, backup, aside), { aside, archives: 1 });
  assert.deepEqual([readdirSync(journal).toSorted(), readdirSync(join(journal, "archive"))], [["archive", "journal.sqlite", "reserve"], ["journal-202602.sqlite"]]);
  assert.equal(statSync(join(journal, "journal.sqlite")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(aside).toSorted(), ["archive", "journal.sqlite", "journal.sqlite-shm", "journal.sqlite-wal"]);
  assert.equal(readFileSync(join(aside, "journal.sqlite-wal"), "utf8"), "old journal.sqlite-wal");
  assert.equal(wordIn(join(journal, "journal.sqlite")), "new");
  assert.deepEqual(readdirSync(state).toSorted(), ["aside", "copy.sqlite", "copy.sqlite.archive", "journal"]);
});

test("where there was no journal nothing stands aside", (t) => {
  const { journal, backup, aside } = setUp(t);
  rmSync(journal, { recursive: true });
  assert.deepEqual(restoreBackup(journal, backup, aside), { aside: null, archives: 1 });
  assert.equal(existsSync(aside), false);
});

const WRONG: readonly (readonly [string, (backup: string, aside: string) => void, RegExp])[] = [
  ["is not there", (backup) => rmSync(backup), /^restoring '.*': .*no such file|ENOENT/],
  ["is empty", (backup) => truncateSync(backup), /^restoring '.*': it is not a backup of a journal$/],
  ["is a text", (backup) => writeFileSync(backup, "SQL"), /it is not a backup of a journal$/],
  ["is another program's database", (backup) => {
    rmSync(backup);
    const database = new DatabaseSync(backup);
    database.exec(`CREATE TABLE x (y); PRAGMA user_version = ${LIVE_STEPS.length}`);
    database.close();
  }, /is not a journal/],
  ["was cut off", (backup) => truncateSync(backup, statSync(backup).size - 8192), /^restoring '.*': /],
  ["has nowhere to put the old files", (_backup, aside) => mkdirSync(aside), /exists already/],
];
for (const [name, spoil, said] of WRONG) {
  test(`a backup that ${name} changes nothing`, (t) => {
    const { journal, backup, aside, state } = setUp(t);
    const before = readFileSync(join(journal, "journal.sqlite"));
    spoil(backup, aside);
    const listed = readdirSync(state).toSorted();
    assert.throws(() => restoreBackup(journal, backup, aside), (fault) => fault instanceof OperatorError && said.test(fault.message));
    assert.deepEqual([readFileSync(join(journal, "journal.sqlite")), readdirSync(state).toSorted(), readdirSync(journal).length], [before, listed, 5]);
  });
}

test("a state directory that is in use is left alone; a free one is locked only meanwhile", async (t) => {
  const { state, backup, journal } = setUp(t);
  const held = lockState(state);
  assert.ok(held.ok);
  await assert.rejects(restoreJournal(state, backup, manualClock()), /^Error: locking state directory '.*': in use by process \d+ on .*; stop that Taxgate first$/);
  assert.equal(wordIn(join(state, "copy.sqlite")), "new");
  await held.lock.stop();
  const { aside } = await restoreJournal(state, backup, manualClock());
  assert.equal(aside, join(state, "journal-before-20260921T141320Z"));
  assert.equal(wordIn(join(journal, "journal.sqlite")), "new");
  const again = lockState(state);
  assert.ok(again.ok);
  await again.lock.stop();
});
