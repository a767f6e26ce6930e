import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { manualClock, systemClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { idOf, newEntry } from "./sample-entry.ts";
import { openTestStore, scratchDirectory } from "./sqlite-store.ts";

interface Child {
  /** Whole lines that have come. */
  readonly lines: readonly string[];
  /** Resolves once a line fits, with the line. */
  line(fits: (line: string, count: number) => boolean): Promise<string>;
  kill(): Promise<void>;
}

function startChild(...given: readonly string[]): Child {
  const child = spawn(process.execPath, [new URL("./sqlite-child.ts", import.meta.url).pathname, ...given], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const waiting: { fits: (line: string, count: number) => boolean; resolve: (line: string) => void }[] = [];
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      for (const { fits, resolve } of waiting) if (fits(line, lines.length)) resolve(line);
    }
  });
  return {
    lines,
    line: (fits) => new Promise((resolve) => waiting.push({ fits, resolve })),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("what was acknowledged is there after kill -9 in the middle of commits", async (t) => {
  const directory = scratchDirectory(t);
  const random = seededRandom(4);
  const said: string[] = [];
  for (let life = 0; life < 6; life += 1) {
    const child = startChild(directory, "alone", `life${life}-`, "100000");
    const enough = 20 + Math.floor(random.next() * 400);
    await child.line((_, count) => count >= enough);
    await child.kill();
    said.push(...child.lines.filter((line) => /^[+=]/.test(line)));
  }
  const store = await openTestStore(directory);
  assert.match(store.owner, /^7-/);
  for (const line of said) {
    const [entry, ...others] = await store.read(idOf(line.slice(1)));
    assert.ok(entry !== undefined && others.length === 0, `${line} is lost`);
    if (line.startsWith("=")) assert.equal(entry.state.kind, "accepted");
    assert.equal(store.isOwned(entry), false);
  }
  assert.deepEqual((await store.verify()).faults, []);
  const { states } = await store.stats();
  assert.equal(states.accepted + states.sending, (await store.verify()).entries);
  await store.close();
});

test("of two processes that get the same keys at once exactly one inserts each, and the other's are owned while it lives", async (t) => {
  const directory = scratchDirectory(t);
  let ahead = 0;
  const store = await openTestStore(directory, { exclusive: false, clock: { ...manualClock(), wall: () => systemClock.wall() + ahead } });
  const child = startChild(directory, "shared", "both", "300");
  const owner = (await child.line((line) => line.startsWith("owner "))).slice(6);
  const done = child.line((line) => line === "done");
  const mine = await Promise.all(Array.from({ length: 300 }, async (_, index) => [`both${index}`, await store.insert(newEntry(`both${index}`))] as const));
  await done;
  const theirs = new Set(child.lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1)));
  for (const [name, { kind }] of mine) assert.equal(kind === "inserted", !theirs.has(name), name);
  const [entry] = (await store.insert(newEntry("theirs"))).kind === "inserted" ? await store.read(idOf("theirs")) : [];
  assert.ok(entry !== undefined && store.isOwned({ ...entry, owner }));
  await child.kill();
  ahead = 60_000;
  assert.equal(store.isOwned({ ...entry, owner }), false);
  await store.close();
});
