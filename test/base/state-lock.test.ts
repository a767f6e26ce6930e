import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { lockState } from "../../src/base/state-lock.ts";

const HOLDER = join(import.meta.dirname, "hold-lock.ts");

function folder(t: TestContext): string {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-lock-"));
  t.after(() => fs.rmSync(path, { recursive: true }));
  return path;
}

async function holder(t: TestContext, path: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [HOLDER, path], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
}

test("one process owns a state directory, and the system takes it back from one that is killed", { timeout: 30_000 }, async (t) => {
  const path = join(folder(t), "state");
  const first = await holder(t, path);
  assert.equal(first.said, "taken");
  const second = await holder(t, path);
  assert.match(second.said, new RegExp(`^refused: in use by process ${first.child.pid} on `));
  const here = lockState(path);
  assert.ok(!here.ok && here.why.startsWith(`in use by process ${first.child.pid} on `));
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const third = await holder(t, path);
  assert.equal(third.said, "taken");
});

test("a lock that is given back can be taken again, in the same process too", async (t) => {
  const path = folder(t);
  const first = lockState(path);
  assert.ok(first.ok);
  const second = lockState(path);
  assert.deepEqual(second, { ok: false, why: `in use by ${fs.readFileSync(join(path, "owner"), "utf8").trim()}` });
  await first.lock.stop();
  await first.lock.stop();
  const third = lockState(path);
  assert.ok(third.ok);
  await third.lock.stop();
});

test("a place where no directory can be is refused with the reason", (t) => {
  const path = folder(t);
  fs.writeFileSync(join(path, "file"), "");
  const taken = lockState(join(path, "file", "state"));
  assert.ok(!taken.ok);
  assert.match(taken.why, /^no such file|ENOTDIR|not a directory/);
});

const ROOT = { skip: process.getuid?.() === 0 ? false : "only root has files of other users" };

test("what root makes in a directory of someone else is theirs, so that a service can go on with it", ROOT, async (t) => {
  const home = folder(t);
  fs.chownSync(home, 65534, 65533);
  const taken = lockState(join(home, "data/state"));
  assert.ok(taken.ok);
  await taken.lock.stop();
  for (const name of ["data", "data/state", "data/state/lock.sqlite", "data/state/owner"]) assert.deepEqual([name, fs.statSync(join(home, name)).uid, fs.statSync(join(home, name)).gid], [name, 65534, 65533]);
});

for (const [what, others] of [["a directory", []], ["a lock", ["state"]]] as const) {
  test(`${what} of another user is named with both of them, and with what to do`, ROOT, async (t) => {
    const home = folder(t);
    fs.chmodSync(home, 0o755);
    const taken = lockState(join(home, "state"));
    assert.ok(taken.ok);
    await taken.lock.stop();
    for (const name of others) fs.chownSync(join(home, name), 65534, 65534);
    const script = `process.setgid(65534); process.setuid(65534); const { lockState } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/base/state-lock.ts"))}); console.log(lockState(${JSON.stringify(join(home, "state"))}).why)`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    assert.match(said.toString(), /^it belongs to root, and this process is (\w+): 'chown -R \1 .*\/state'\n$/);
  });
}
