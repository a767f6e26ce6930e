import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ensurePrivateDirectory, readBounded, watchDirectory, writeAtomic } from "../../src/base/files.ts";

function folder(t: TestContext): string {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-files-"));
  t.after(() => fs.rmSync(path, { recursive: true }));
  return path;
}

test("a file is read up to its bound and refused beyond, and so is what is no file", (t) => {
  const path = folder(t);
  fs.writeFileSync(join(path, "a"), "12345");
  assert.deepEqual(readBounded(join(path, "a"), 5), { ok: true, bytes: Buffer.from("12345") });
  assert.deepEqual(readBounded(join(path, "a"), 4), { ok: false, reason: "larger than 4 bytes" });
  assert.deepEqual(readBounded(join(path, "b"), 4), { ok: false, reason: "no such file" });
  assert.deepEqual(readBounded(path, 4), { ok: false, reason: "a directory" });
  assert.deepEqual(readBounded("/dev/null", 4), { ok: false, reason: "not a regular file" });
});

test("an atomic write replaces the whole file, is closed to others and leaves no draft behind", (t) => {
  const path = folder(t);
  const file = join(path, "a");
  writeAtomic(file, "a longer text");
  writeAtomic(file, "short");
  assert.equal(fs.readFileSync(file, "utf8"), "short");
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(fs.readdirSync(path), ["a"]);
});

test("an atomic write that fails throws and leaves the old file and no draft", (t) => {
  const path = folder(t);
  fs.mkdirSync(join(path, "a"));
  assert.throws(() => writeAtomic(join(path, "a"), "text"));
  assert.deepEqual(fs.readdirSync(path), ["a"]);
});

test("a state directory is made and closed to others", (t) => {
  const path = join(folder(t), "x", "state");
  assert.deepEqual(ensurePrivateDirectory(path), { ok: true });
  fs.chmodSync(path, 0o755);
  assert.deepEqual(ensurePrivateDirectory(path), { ok: true });
  assert.equal(fs.statSync(path).mode & 0o777, 0o700);
  fs.writeFileSync(join(path, "file"), "");
  assert.equal(ensurePrivateDirectory(join(path, "file")).ok, false);
});

test("a change in a directory is noticed", { timeout: 5000 }, async (t) => {
  const path = folder(t);
  await new Promise<void>((resolve) => {
    const watcher = watchDirectory(path, resolve, () => {});
    assert.ok(watcher);
    t.after(() => watcher.stop());
    fs.writeFileSync(join(path, "a"), "");
    // The watcher alone does not keep the process alive.
    const keep = setInterval(() => {}, 1000);
    t.after(() => clearInterval(keep));
  });
  assert.equal(watchDirectory(join(path, "none"), () => {}, () => {}), null);
});
