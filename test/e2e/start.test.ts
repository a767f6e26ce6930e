import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { keptConnections, send } from "../drill/request.ts";
import { beginTaxgate, startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";

const SOUND = `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms }
regions: { beijing: { endpoints: [{ url: "sandbox:beijing" }] } }
`;

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-start-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function answers(taxgate: TaxgateProcess): Promise<boolean> {
  const agent = keptConnections();
  const { status } = await send({ kind: "read", method: "GET", path: "/api/codes", headers: {} }, taxgate.port("plain"), agent);
  agent.destroy();
  return status === 200;
}

/** What stands in a folder, and when it was last touched. */
function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, ino, mode } = statSync(path);
    return `${path} ${ino} ${mode.toString(8)} ${mtimeMs} ${entry.isFile() ? readFileSync(path, "hex") : ""}`;
  }).toSorted();
}

/** Runs one that is expected to end by itself; one that does not is ended after 15 s, and its code is not 2 then. */
async function refusal(yaml: string, folder: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const taxgate = beginTaxgate(yaml, { folder, file: "second.yaml" });
  const late = setTimeout(() => taxgate.signal("SIGKILL"), 15_000);
  const { code } = await taxgate.ended;
  clearTimeout(late);
  return { code, text: taxgate.lines().join("\n") };
}

test("a second process on the same state directory refuses to start, names the first one, and touches nothing", async (t) => {
  const folder = folderOf(t);
  const first = await startTaxgate(SOUND, { folder });
  t.after(() => first.stop());
  const before = contents(join(folder, "state"));
  const { code, text } = await refusal(SOUND, folder);
  assert.equal(code, 2, text);
  assert.match(text, new RegExp(`state directory '${join(folder, "state")}': in use by process ${first.pid} `));
  assert.deepEqual(contents(join(folder, "state")), before);
  assert.ok(await answers(first));
});

test("after SIGKILL the next process takes the state directory over at once", async (t) => {
  const folder = folderOf(t);
  const first = await startTaxgate(SOUND, { folder });
  first.signal("SIGKILL");
  assert.deepEqual(await first.ended, { code: null, signal: "SIGKILL" });
  const second = await startTaxgate(SOUND, { folder });
  t.after(() => second.stop());
  assert.ok(await answers(second));
});

test("a wrong file ends with 2 and names every mistake with its line, and no state directory is made", async (t) => {
  const folder = folderOf(t);
  const { code, text } = await refusal(SOUND.replace("grace: 0ms", "grace: 5").replace("sandbox:beijing", "ftp://x").replace("version: 1", "version: 1\ncolour: red"), folder);
  assert.equal(code, 2, text);
  for (const place of ["second.yaml:2:1: colour", "second.yaml:6:", "second.yaml:7:"]) assert.ok(text.includes(place), text);
  assert.match(text, /3 mistakes/);
  assert.deepEqual(readdirSync(folder), ["second.yaml"]);
});

test("a port that another program has is named with its listener, and ends with 2", async (t) => {
  const folder = folderOf(t);
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => void server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  for (const [listener, yaml] of [
    ["plain", SOUND.replace("name: plain, bind: \"127.0.0.1:0\"", `name: plain, bind: "127.0.0.1:${port}"`)],
    ["admin", SOUND.replace("admin: { bind: \"127.0.0.1:0\"", `admin: { bind: "127.0.0.1:${port}"`)],
  ] as const) {
    const { code, text } = await refusal(yaml, folder);
    assert.equal(code, 2, text);
    assert.ok(text.includes(`listening on 127.0.0.1:${port} (${listener}): another program has this port`), text);
    assert.doesNotMatch(text, /\n\s+at /);
  }
});

// Sizes at which the first, the second or a later file no longer fits, one page of 4 KiB being taken already.
for (const kilobytes of [4, 8, 12]) {
  test(`a disk of ${kilobytes} KiB is too small for the state directory, and the message says so without a stack`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "taxgate-start-"));
    const state = join(folder, "state");
    mkdirSync(state);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", state]).status === 0;
    t.after(() => {
      if (mounted) execFileSync("umount", [state]);
      rmSync(folder, { recursive: true });
    });
    if (!mounted) return t.skip("needs the right to mount a small file system");
    writeFileSync(join(state, "other"), "x");
    const { code, text } = await refusal(SOUND, folder);
    assert.equal(code, 2, text);
    assert.match(text, /no space left|disk is full/);
    assert.ok(text.includes(state), text);
    assert.doesNotMatch(text, /\n\s+at |in use by/);
  });
}
