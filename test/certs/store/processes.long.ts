import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { systemClock } from "../../../src/base/clock.ts";
import { fillFile } from "../../../src/base/files.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { createDirectoryStore } from "../../../src/certs/store/directory-store.ts";
import { waitForExit } from "../../support/child-process.ts";
import { madeAuthority, madeLeaf, pairOf } from "../made-pair.ts";
import { folder } from "./store-folder.ts";

const run = promisify(execFile);
const program = (name: string): string => join(import.meta.dirname, `${name}-process.ts`);

async function manyPairs(): Promise<KeyPair[]> {
  const root = await madeAuthority("Root");
  return Promise.all(["a.example", "b.example", "c.example"].map(async (name) => pairOf(await madeLeaf(name, { by: root }), root)));
}

const pairs = await manyPairs();

test("processes that are killed while they write never leave a pair that does not belong together", async (t) => {
  const directory = folder(t);
  const file = join(directory, "pairs.json");
  fs.writeFileSync(file, JSON.stringify(pairs));
  const faults: unknown[] = [];
  const store = createDirectoryStore({ directory: join(directory, "certs"), holder: "reader", clock: systemClock, fault: (fault) => faults.push(fault) });
  assert.equal(store.write("edge", pairs[0] as KeyPair).ok, true);
  const known = new Set(pairs.map((pair) => JSON.stringify(pair)));
  const seen = new Set<string>();
  let reads = 0;
  const look = (): string => {
    const read = JSON.stringify(store.read("edge"));
    assert.ok(known.has(read), read);
    assert.notEqual(store.state("edge") ?? (reads === 0 ? {} : null), null);
    seen.add(read);
    reads++;
    return read;
  };
  const killed = async (): Promise<void> => {
    for (let round = 0; round < 7; round++) {
      const child = spawn(process.execPath, [program("writer"), join(directory, "certs"), file], { stdio: ["ignore", "pipe", "inherit"] });
      t.after(() => child.kill("SIGKILL"));
      await new Promise((resolve) => child.stdout.once("data", resolve));
      // Until another pair has been seen, and a moment longer: the kill then falls into some step of a write.
      for (const before = look(); look() === before && !t.signal.aborted; ) await new Promise(setImmediate);
      for (const end = performance.now() + Math.random() * 30; performance.now() < end; await new Promise(setImmediate)) look();
      child.kill("SIGKILL");
      await waitForExit(child, 5000);
      look();
    }
  };
  await Promise.all([killed(), killed()]);
  assert.deepEqual([seen.size > 1, faults], [true, []]);
  assert.equal(store.write("edge", pairs[1] as KeyPair).ok, true);
  const drafts = fs.readdirSync(join(directory, "certs/certificates/edge")).filter((name) => name.startsWith("."));
  assert.ok(drafts.length <= 8, drafts.join());
  t.diagnostic(`${reads} reads, ${drafts.length} drafts of 14 killed writers left`);
});

test("of processes that hammer one lock, with holders that die, only one ever has it", async (t) => {
  const directory = folder(t);
  const until = Date.now() + 2200;
  const all = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, [program("locker"), join(directory, "locks"), directory, String(until)])));
  assert.deepEqual(all.map(({ stdout, stderr }) => [stdout, stderr]), all.map(() => ['{"met":0}', ""]));
  const fences = fs.readFileSync(join(directory, "fences"), "utf8").trim().split("\n").map(Number);
  assert.deepEqual(fences, [...new Set(fences)].toSorted((a, b) => a - b));
  const gaps = fences.filter((fence, index) => fence - (fences[index - 1] ?? 0) > 1).length;
  assert.ok(fences.length > 5 && gaps > 0, `${fences.length} holders, ${gaps} take-overs`);
  t.diagnostic(`${fences.length} holders, ${gaps} times after one that died`);
});

test("a file that may not grow is said to be no store, and what was there is read", async (t) => {
  const directory = folder(t);
  const file = join(directory, "pairs.json");
  fs.writeFileSync(file, JSON.stringify(pairs));
  const store = createDirectoryStore({ directory: join(directory, "certs"), holder: "reader", clock: systemClock });
  store.write("edge", pairs[0] as KeyPair);
  // Files of at most 512 bytes: less than any pair.
  const { stdout } = await run("/bin/sh", ["-c", 'ulimit -f 1 && exec "$@"', "sh", process.execPath, program("writer"), join(directory, "certs"), file, "once"]);
  const { writable, write, lock, read } = JSON.parse(stdout) as { writable: { reason: string }; write: { reason: string }; lock: boolean; read: KeyPair };
  assert.match(writable.reason, /writing 65536 bytes to '.*': larger than the system allows/);
  assert.match(write.reason, /writing '.*previous.pem': larger than the system allows/);
  assert.deepEqual([lock, read, store.read("edge")], [true, pairs[0], pairs[0]]);
  assert.deepEqual(fs.readdirSync(join(directory, "certs")).filter((name) => name.startsWith(".")), []);
});

test("a disk that is full is said to be no store, the old pair is read, and room makes it a store again", async (t) => {
  const disk = join(folder(t), "disk");
  fs.mkdirSync(disk);
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", disk]).then(() => true, () => false);
  if (!mounted) return t.skip("a small disk cannot be mounted here");
  try {
    const store = createDirectoryStore({ directory: join(disk, "certs"), holder: "one", clock: systemClock });
    assert.deepEqual([store.write("edge", pairs[0] as KeyPair), store.writable()], [{ ok: true }, { ok: true }]);
    for (let index = 0; fillFile(join(disk, `ballast-${index}`), 4096).ok; ) index++;
    const writing = store.write("edge", pairs[1] as KeyPair);
    assert.match(writing.ok ? "" : writing.reason, /no space left/);
    assert.deepEqual([store.writable().ok, store.writeState("edge", { tries: 1 }).ok, store.lock("edge", 1000), store.read("edge"), store.state("edge")], [false, false, null, pairs[0], null]);
    assert.deepEqual(fs.readdirSync(join(disk, "certs"), { recursive: true }).filter((name) => /\/?\.[^/]*$/.test(String(name)) && String(name).includes("/.")), []);
    for (const name of fs.readdirSync(disk)) if (name.startsWith("ballast")) fs.rmSync(join(disk, name));
    assert.deepEqual([store.writable(), store.write("edge", pairs[1] as KeyPair), store.read("edge"), store.lock("edge", 1000) !== null], [{ ok: true }, { ok: true }, pairs[1], true]);
  } finally {
    await run("umount", [disk]);
  }
});
