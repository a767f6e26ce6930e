import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createBallast } from "../../src/base/ballast.ts";

const SIZE = 300_000;

function file(t: TestContext): string {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-ballast-"));
  t.after(() => fs.rmSync(path, { recursive: true }));
  return join(path, "ballast");
}

test("a ballast takes up its room on the disk, closed to others, gives it away once, and takes it again", (t) => {
  const path = file(t);
  const ballast = createBallast(path, SIZE);
  const stat = fs.statSync(path);
  assert.equal(stat.size, SIZE);
  assert.equal(stat.mode & 0o777, 0o600);
  assert.ok(stat.blocks * 512 >= SIZE);
  assert.equal(ballast.held(), true);
  assert.equal(ballast.free(), true);
  assert.equal(fs.existsSync(path), false);
  assert.equal(ballast.held(), false);
  assert.equal(ballast.free(), false);
  assert.deepEqual(ballast.restore(), { ok: true });
  assert.equal(fs.statSync(path).size, SIZE);
  assert.deepEqual(ballast.restore(), { ok: true });
});

test("a whole one that a former process left is taken over; one with holes, or of another size, is made anew", (t) => {
  const path = file(t);
  createBallast(path, SIZE);
  const { ino } = fs.statSync(path);
  createBallast(path, SIZE);
  assert.equal(fs.statSync(path).ino, ino);
  for (const size of [SIZE, SIZE - 1]) {
    fs.rmSync(path);
    fs.writeFileSync(path, "");
    fs.truncateSync(path, size);
    assert.equal(createBallast(path, SIZE).held(), true);
    assert.ok(fs.statSync(path).blocks * 512 >= SIZE);
    assert.equal(fs.statSync(path).size, SIZE);
  }
});

test("a ballast of nothing is held, writes nothing and frees nothing", (t) => {
  const path = file(t);
  const ballast = createBallast(path, 0);
  assert.equal(ballast.held(), true);
  assert.equal(ballast.free(), false);
  assert.equal(fs.existsSync(path), false);
});

test("a place where nothing can be written is told, never thrown", (t) => {
  const path = join(file(t), "missing", "ballast");
  const ballast = createBallast(path, SIZE);
  assert.deepEqual(ballast.restore(), { ok: false, reason: "no such file" });
  assert.equal(ballast.free(), false);
});

test("a directory in its place is left alone", (t) => {
  const path = file(t);
  fs.mkdirSync(path);
  assert.equal(createBallast(path, SIZE).held(), false);
  assert.ok(fs.statSync(path).isDirectory());
});

/** What `restore` says in a process that may write 100 blocks of 512 or 1,024 bytes to a file: the second piece is cut short, the next one refused. */
function restoredUnderLimit(path: string, bytes: number): unknown {
  const module = new URL("../../src/base/ballast.ts", import.meta.url).href;
  const script = `const { createBallast } = await import(${JSON.stringify(module)}); console.log(JSON.stringify(createBallast(${JSON.stringify(path)}, ${bytes}).restore()));`;
  const { stdout } = spawnSync("sh", ["-c", 'ulimit -f 100; exec "$0" --input-type=module -e "$1"', process.execPath, script], { encoding: "utf8" });
  return JSON.parse(stdout);
}

const limits = [
  { what: "a disk that refuses in the middle leaves no half of it behind", bytes: 1_000_000, reason: "larger than the system allows" },
  { what: "more than the disk has to spare is refused before a byte is written", bytes: Number.MAX_SAFE_INTEGER, reason: "no space left" },
];
for (const { what, bytes, reason } of limits) {
  test(what, { skip: process.platform === "win32" }, (t) => {
    const path = file(t);
    assert.deepEqual(restoredUnderLimit(path, bytes), { ok: false, reason });
    assert.equal(fs.existsSync(path), false);
  });
}
