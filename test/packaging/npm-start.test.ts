import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

// In the product's place: says what it was given, and ends well on the first signal, as a drain does; never stays longer than a minute.
const standIn = `
  const stop = (signal: string): void => { console.log('drained after ' + signal); process.exit(0); };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  setTimeout(() => process.exit(9), 60_000);
  console.log('started with ' + process.argv.slice(2).join(' '));
`;

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "taxgate-npm-"));
  mkdirSync(join(folder, "src"));
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  copyFileSync(join(root, "src", "launcher.cjs"), join(folder, "src", "launcher.cjs"));
  writeFileSync(join(folder, "src", "main.ts"), standIn);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Collects what a process prints, and resolves `until` as soon as a text is in it. */
function watch(child: ChildProcess): { until: (text: string) => Promise<void>; printed: () => string } {
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  const until = async (text: string): Promise<void> => {
    while (!printed.includes(text)) await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  };
  return { until, printed: () => printed };
}

const noNpm = spawnSync("npm", ["--version"]).status === 0 ? false : "needs npm";
const noTerminal = spawnSync("python3", ["-c", "import pty"], { stdio: "ignore" }).status === 0 ? false : "needs python3 and its pty module for a real terminal";

describe("npm start", { skip: noNpm }, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`drains and exits 0 when npm alone is sent a ${signal}`, async () => {
      const npm = spawn("npm", ["start"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
      const { until, printed } = watch(npm);
      const ended = once(npm, "close");
      await until("started with run config/taxgate.yaml\n");
      npm.kill(signal);
      assert.deepEqual(await ended, [0, null]);
      assert.match(printed(), new RegExp(`drained after ${signal}\n$`));
    });
  }

  test("drains and exits 0 on Ctrl-C", { skip: noTerminal }, () => {
    const { stdout, status } = spawnSync("python3", ["-c", pressCtrlC], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /drained after SIGINT/);
  });
});

// A terminal of its own, whose Ctrl-C reaches npm, the launcher and the product alike; ends as npm does.
const pressCtrlC = `
import os, pty, sys
pid, master = pty.fork()
if pid == 0:
    os.execvp("npm", ["npm", "start"])
seen, pressed = b"", False
try:
    while True:
        chunk = os.read(master, 4096)
        if not chunk: break
        seen += chunk
        if not pressed and b"started with" in seen:
            os.write(master, b"\\x03")
            pressed = True
except OSError:
    pass
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
`;
