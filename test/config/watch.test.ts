import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { FileReading } from "../../src/base/files.ts";
import { fingerprintOf, readFromDisk } from "../../src/config/sources.ts";
import { watchConfig } from "../../src/config/watch.ts";

/** Files in memory, a clock that stands, and directories that speak when told to. */
function bench(contents: Record<string, string>) {
  const clock = manualClock();
  const speak = new Map<string, () => void>();
  const lose = new Map<string, () => void>();
  const read = (path: string): FileReading => {
    const text = contents[path];
    return text === undefined ? { ok: false, reason: "no such file" } : { ok: true, bytes: Buffer.from(text) };
  };
  let calls = 0;
  const env = {
    clock,
    read,
    watchDirectory: (path: string, onChange: () => void, onLost: () => void) => {
      speak.set(path, onChange);
      lose.set(path, onLost);
      return { stop: () => void speak.delete(path) };
    },
  };
  const watched = (files: string[]) => ({ files, fingerprint: fingerprintOf(files, read) });
  return { clock, contents, speak, lose, env, watched, count: () => calls, onChange: () => void calls++ };
}

test("a saved file counts once, however many steps the saving took", () => {
  const { clock, contents, speak, env, watched, count, onChange } = bench({ "/a/x.yaml": "1" });
  watchConfig(watched(["/a/x.yaml"]), env, onChange);
  for (let step = 0; step < 5; step++) {
    contents["/a/x.yaml"] = `${step}`;
    speak.get("/a")?.();
    clock.advance(100);
  }
  assert.equal(count(), 0);
  clock.advance(200);
  assert.equal(count(), 1);
  clock.advance(60_000);
  assert.equal(count(), 1);
});

test("the same content saved again does not count", () => {
  const { clock, speak, env, watched, count, onChange } = bench({ "/a/x.yaml": "1" });
  watchConfig(watched(["/a/x.yaml"]), env, onChange);
  speak.get("/a")?.();
  clock.advance(1000);
  assert.equal(count(), 0);
});

test("a change that no watcher reported is found by looking", () => {
  const { clock, contents, env, watched, count, onChange } = bench({ "/a/x.yaml": "1" });
  watchConfig(watched(["/a/x.yaml", "/run/secret"]), env, onChange);
  clock.advance(1000);
  contents["/run/secret"] = "came later";
  clock.advance(10_000);
  assert.equal(count(), 1);
});

test("a change between the load and the watch counts", () => {
  const { clock, contents, env, watched, count, onChange } = bench({ "/a/x.yaml": "1" });
  const loaded = watched(["/a/x.yaml"]);
  contents["/a/x.yaml"] = "2";
  watchConfig(loaded, env, onChange);
  clock.advance(1000);
  assert.equal(count(), 1);
});

test("an update watches other files, and stopping ends everything", () => {
  const { clock, contents, speak, env, watched, count, onChange } = bench({ "/a/x.yaml": "1", "/b/y": "1" });
  const watch = watchConfig(watched(["/a/x.yaml"]), env, onChange);
  watch.update(watched(["/b/y"]));
  assert.deepEqual([...speak.keys()], ["/b"]);
  contents["/a/x.yaml"] = "2";
  clock.advance(20_000);
  assert.equal(count(), 0);
  contents["/b/y"] = "2";
  void watch.stop();
  clock.advance(20_000);
  assert.deepEqual([count(), speak.size, clock.pending()], [0, 0, 0]);
});

test("a directory that is lost is watched again once it is back", () => {
  const { clock, speak, lose, env, watched, onChange } = bench({ "/a/x.yaml": "1" });
  watchConfig(watched(["/a/x.yaml"]), env, onChange);
  speak.delete("/a");
  lose.get("/a")?.();
  clock.advance(10_000);
  assert.ok(speak.has("/a"));
});

/** A ConfigMap's volume: the file is a link to ..data/FILE, and ..data is a link that is swapped. */
function configMap(t: TestContext): { file: string; swap: (text: string) => void } {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-watch-"));
  t.after(() => fs.rmSync(path, { recursive: true }));
  let version = 0;
  const swap = (text: string): void => {
    const name = `..v${++version}`;
    fs.mkdirSync(join(path, name));
    fs.writeFileSync(join(path, name, "x.yaml"), text);
    fs.symlinkSync(name, join(path, "..tmp"));
    fs.renameSync(join(path, "..tmp"), join(path, "..data"));
  };
  swap("1");
  fs.symlinkSync("..data/x.yaml", join(path, "x.yaml"));
  return { file: join(path, "x.yaml"), swap };
}

test("a ConfigMap's swapped link counts as saving, on a real disk", { timeout: 5000 }, async (t) => {
  const { file, swap } = configMap(t);
  const keep = setInterval(() => {}, 1000);
  t.after(() => clearInterval(keep));
  const clock = manualClock();
  const changed = Promise.withResolvers<void>();
  const noticed = Promise.withResolvers<void>();
  // The clock is moved when the system has reported, so that only its watcher can be the cause.
  const listening = { ...clock, after: (ms: number, run: () => void) => (ms < 1000 && armed ? noticed.resolve() : undefined, clock.after(ms, run)) };
  let armed = false;
  const watch = watchConfig({ files: [file], fingerprint: fingerprintOf([file], readFromDisk) }, { clock: listening }, () => changed.resolve());
  t.after(() => watch.stop());
  armed = true;
  swap("2");
  await noticed.promise;
  clock.advance(1000);
  await changed.promise;
});
