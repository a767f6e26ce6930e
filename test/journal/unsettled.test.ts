import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import type { Entry, EntryState } from "../../src/journal/entry.ts";
import { StoreFault, type Change, type Store } from "../../src/journal/store.ts";
import { createUnsettled, type Unsettled } from "../../src/journal/unsettled.ts";
import { openMemoryStore } from "./memory-store.ts";
import { newEntry } from "./sample-entry.ts";
import { WALL } from "./some-entry.ts";

/** A disk that is full until it is not. */
interface Disk {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly unsettled: Unsettled;
  full: boolean;
  /** Writes that were tried. */
  tried: number;
}

async function diskWith(...names: readonly string[]): Promise<Disk> {
  const clock = manualClock(WALL);
  const store = openMemoryStore({
    now: clock.wall,
    commit: () => {
      disk.tried++;
      if (disk.full) throw new StoreFault("full", "no room");
    },
  });
  const disk: Disk = { clock, store, unsettled: createUnsettled(store, clock), full: false, tried: 0 };
  for (const name of names) await store.insert(newEntry(name));
  disk.full = true;
  disk.tried = 0;
  return disk;
}

const ACCEPTED: EntryState = { kind: "accepted", how: "answered", reference: "N1" };
const DOUBT: EntryState = { kind: "in-doubt", cause: "timed-out", why: "no answer" };
const changeOf = (name: string, state: EntryState, fence = 1): Change => ({ id: newEntry(name).id, revision: 1, fence, state });

async function stateOf({ store }: Disk, name: string): Promise<EntryState["kind"]> {
  return ((await store.read(newEntry(name).id))[0] as Entry).state.kind;
}

/** Moves the clock to the next round, and lets it come to its end. */
async function round({ clock }: Disk): Promise<void> {
  clock.advance(500);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => void setImmediate(resolve));
}

test("what cannot be written is written when it can, and said once", async () => {
  const disk = await diskWith("a");
  let done = 0;
  disk.unsettled.keep(changeOf("a", ACCEPTED), () => done++);
  assert.equal(disk.unsettled.count(), 1);
  assert.equal(disk.tried, 0);
  await round(disk);
  assert.deepEqual([disk.tried, done, disk.unsettled.count()], [1, 0, 1]);
  disk.full = false;
  await round(disk);
  assert.deepEqual([done, disk.unsettled.count()], [1, 0]);
  assert.equal(await stateOf(disk, "a"), "accepted");
  assert.equal(disk.clock.pending(), 0);
});

test("two changes of an entry are written in their order", async () => {
  const disk = await diskWith("a");
  disk.unsettled.keep(changeOf("a", DOUBT), () => undefined);
  disk.unsettled.keep(changeOf("a", ACCEPTED), () => undefined);
  disk.full = false;
  await round(disk);
  assert.equal(await stateOf(disk, "a"), "accepted");
  assert.equal(disk.unsettled.count(), 0);
});

test("what is forgotten is never written, and the rest is", async () => {
  const disk = await diskWith("a", "b");
  const done: string[] = [];
  disk.unsettled.keep(changeOf("a", DOUBT), () => done.push("a"));
  disk.unsettled.keep(changeOf("b", ACCEPTED), () => done.push("b"));
  disk.unsettled.forget(newEntry("a").id, 1);
  assert.equal(disk.unsettled.count(), 1);
  disk.full = false;
  await round(disk);
  assert.deepEqual(done, ["b"]);
  assert.deepEqual([await stateOf(disk, "a"), await stateOf(disk, "b")], ["sending", "accepted"]);
});

test("another revision of a number is not forgotten along with it", async () => {
  const disk = await diskWith("a");
  disk.unsettled.keep(changeOf("a", DOUBT), () => undefined);
  disk.unsettled.forget(newEntry("a").id, 2);
  assert.equal(disk.unsettled.count(), 1);
});

test("what was overtaken by another is over, and changes nothing", async () => {
  const disk = await diskWith("a");
  let done = 0;
  disk.unsettled.keep(changeOf("a", DOUBT, 7), () => done++);
  disk.full = false;
  await round(disk);
  assert.deepEqual([done, disk.unsettled.count()], [1, 0]);
  assert.equal(await stateOf(disk, "a"), "sending");
});

test("what comes while the rest is being written is written too", async () => {
  const disk = await diskWith("a", "b");
  disk.unsettled.keep(changeOf("a", ACCEPTED), () => disk.unsettled.keep(changeOf("b", ACCEPTED), () => undefined));
  disk.full = false;
  await round(disk);
  await round(disk);
  assert.equal(await stateOf(disk, "b"), "accepted");
  assert.equal(disk.unsettled.count(), 0);
});
