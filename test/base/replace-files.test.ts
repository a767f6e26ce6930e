import assert from "node:assert/strict";
import * as fs from "node:fs";
import sharedFs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { replaceFiles } from "../../src/base/replace-files.ts";

function folder(t: TestContext): string {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-replace-"));
  t.after(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Every file with its content and mode. */
function all(path: string): string[] {
  return fs.readdirSync(path).toSorted().map((name) => (fs.lstatSync(join(path, name)).isFile() ? `${name} ${fs.readFileSync(join(path, name), "utf8")} ${(fs.statSync(join(path, name)).mode & 0o777).toString(8)}` : `${name} ${fs.lstatSync(join(path, name)).isDirectory() ? "folder" : "link"}`));
}

test("files that are not there are made, and nothing is beside them", (t) => {
  const path = folder(t);
  assert.deepEqual(replaceFiles([{ path: join(path, "a"), content: "A", mode: 0o644 }, { path: join(path, "b"), content: "B", mode: 0o600 }]), { ok: true });
  assert.deepEqual(all(path), ["a A 644", "b B 600"]);
});

test("what was there is kept beside, readable by its owner alone, and modes stay but for what others may", (t) => {
  const path = folder(t);
  for (const [name, mode] of [["a", 0o664], ["b", 0o644], ["c", 0o640]] as const) {
    fs.writeFileSync(join(path, name), "old");
    fs.chmodSync(join(path, name), mode);
  }
  assert.deepEqual(replaceFiles([{ path: join(path, "a"), content: "A", mode: 0o644 }, { path: join(path, "b"), content: "B", mode: 0o600 }, { path: join(path, "c"), content: "C", mode: 0o600 }]), { ok: true });
  assert.deepEqual(all(path), ["a A 664", "a.previous old 600", "b B 640", "b.previous old 600", "c C 640", "c.previous old 600"]);
});

test("links stay, and what they lead to is replaced", (t) => {
  const path = folder(t);
  fs.mkdirSync(join(path, "real"));
  fs.writeFileSync(join(path, "real/a"), "old");
  fs.symlinkSync("real/a", join(path, "a"));
  assert.deepEqual(replaceFiles([{ path: join(path, "a"), content: "A", mode: 0o600 }]), { ok: true });
  assert.deepEqual([all(path), all(join(path, "real")).map((line) => line.slice(0, -4))], [["a link", "real folder"], ["a A", "a.previous old"]]);
});

test("an owner stays the owner where we may set one", { skip: process.getuid?.() === 0 ? false : "only root gives files away" }, (t) => {
  const path = folder(t);
  fs.writeFileSync(join(path, "a"), "old");
  fs.chownSync(join(path, "a"), 65534, 65533);
  replaceFiles([{ path: join(path, "a"), content: "A", mode: 0o600 }]);
  for (const name of ["a", "a.previous"]) assert.deepEqual([fs.statSync(join(path, name)).uid, fs.statSync(join(path, name)).gid], [65534, 65533]);
});

test("where the second cannot be written the first is as it was, and no draft is left", (t) => {
  const path = folder(t);
  fs.writeFileSync(join(path, "a"), "old");
  const refused = replaceFiles([{ path: join(path, "a"), content: "A", mode: 0o600 }, { path: join(path, "none/b"), content: "B", mode: 0o600 }]);
  assert.deepEqual(refused, { ok: false, reason: `writing '${join(path, "none/b")}': no such file` });
  assert.deepEqual(all(path).map((line) => line.slice(0, 5)), ["a old"]);
});

test("where the second cannot be renamed the first is put back", (t) => {
  const path = folder(t);
  for (const name of ["a", "b"]) fs.writeFileSync(join(path, name), `old ${name}`);
  const rename = fs.renameSync;
  const renamed: string[] = [];
  t.mock.method(sharedFs, "renameSync", (from: string, to: string) => {
    renamed.push(to.slice(path.length + 1));
    if (to === join(path, "b")) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    rename(from, to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  assert.deepEqual(replaceFiles(["a", "b"].map((name) => ({ path: join(path, name), content: "new", mode: 0o600 }))), { ok: false, reason: `writing '${join(path, "a")}', '${join(path, "b")}': no space left` });
  assert.deepEqual(renamed, ["a.previous", "b.previous", "a", "b", "a"]);
  assert.deepEqual(all(path).map((line) => line.slice(0, -4)), ["a old a", "a.previous old a", "b old b", "b.previous old b"]);
});

test("what root makes anew belongs to the owner of the directory", { skip: process.getuid?.() === 0 ? false : "only root gives files away" }, (t) => {
  const path = folder(t);
  fs.chownSync(path, 65534, 65533);
  replaceFiles([{ path: join(path, "a"), content: "A", mode: 0o600 }]);
  assert.deepEqual([fs.statSync(join(path, "a")).uid, fs.statSync(join(path, "a")).gid, fs.statSync(join(path, "a")).mode & 0o777], [65534, 65533, 0o600]);
});
