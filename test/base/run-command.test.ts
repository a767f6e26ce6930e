import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { manualClock, systemClock, type Clock } from "../../src/base/clock.ts";
import { createCommandRunner, tellOutcome, type CommandOutcome, type CommandRequest } from "../../src/base/run-command.ts";
import { until } from "../support/until.ts";

const ENV = { PATH: process.env["PATH"], HOME: "/nonexistent", LANG: "C", SECRET: "s3cret" };
const skip = existsSync("/proc/self/stat") ? false : "wants a POSIX shell and /proc";

const run = (request: Omit<CommandRequest, "timeout"> & { timeout?: number }, clock: Clock = systemClock): Promise<CommandOutcome> =>
  createCommandRunner(clock, ENV)({ timeout: 20_000, ...request });
const shell = (script: string): readonly string[] => ["/bin/sh", "-c", script];

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "run-command-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Also where nobody has asked yet how it ended. */
function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`);
}

/** Whose parent is gone is asked about by the system, in its own time. */
function runs(pid: number): boolean {
  return isThere(pid) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** The process id that a script wrote into a file. */
async function pidIn(file: string): Promise<number> {
  const written = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  assert.ok(await until(() => written().endsWith("\n"), 5000));
  return Number(written());
}

test("arguments reach the program as they are, and no shell reads them", { skip }, async () => {
  const outcome = await run({ argv: ["/usr/bin/printf", "%s|", "$(id)", "a b", "*", ";", ""] });
  assert.deepEqual(outcome, { kind: "ended", code: 0, output: "$(id)|a b|*|;||" });
});

test("a program sees PATH, HOME, LANG and what is given, nothing else", { skip }, async () => {
  const outcome = await run({ argv: ["/usr/bin/env"], env: { GIVEN: "here" } });
  assert.equal(outcome.kind, "ended");
  const names = "output" in outcome ? outcome.output.split("\n").map((line) => line.split("=")[0] ?? "") : [];
  assert.deepEqual(new Set(names), new Set(["GIVEN", "HOME", "LANG", "PATH"]));
});

test("standard input is at its end", { skip }, async () => {
  assert.deepEqual(await run({ argv: shell("wc -c") }), { kind: "ended", code: 0, output: "0" });
});

test("how a program ends is a value", { skip }, async (t) => {
  const script = join(folder(t), "not-executable");
  writeFileSync(script, "#!/bin/sh\n", { mode: 0o600 });
  const cases: readonly (readonly [readonly string[], CommandOutcome, RegExp])[] = [
    [shell("echo out; echo err >&2; exit 3"), { kind: "ended", code: 3, output: "out\nerr" }, /^it ended with 3; it wrote 'out\nerr'$/],
    [shell("kill -9 $$"), { kind: "killed", by: "SIGKILL", output: "" }, /^SIGKILL ended it; it wrote nothing$/],
    [["/nonexistent/hook"], { kind: "not-started", reason: "no such program" }, /^it could not be started: no such program$/],
    [[script], { kind: "not-started", reason: "it may not be executed" }, /^it could not be started/],
    [["/bin/echo", "a\0b"], { kind: "not-started", reason: "ERR_INVALID_ARG_VALUE" }, /^it could not be started/],
    [["/bin/echo", "x".repeat(4_000_000)], { kind: "not-started", reason: "its arguments are too long" }, /^it could not be started/],
    [[], { kind: "not-started", reason: "ERR_INVALID_ARG_VALUE" }, /^it could not be started/],
  ];
  for (const [argv, want, told] of cases) {
    const outcome = await run({ argv });
    assert.deepEqual(outcome, want);
    assert.match(tellOutcome(outcome), told);
  }
});

test("of megabytes that a program writes the end is kept, fit for a log", { skip }, async () => {
  const outcome = await run({ argv: shell("head -c 5000000 /dev/zero | tr '\\0' x; printf '\\033[31mlast words\\r\\n'") });
  assert.ok(outcome.kind === "ended");
  assert.match(outcome.output, /^…x+ \[31mlast words$/);
  assert.ok(outcome.output.length <= 4097, `${outcome.output.length}`);
});

test("a program that hangs is ended with its children once the time is up", { skip }, async (t) => {
  const file = join(folder(t), "pid");
  const clock = manualClock();
  const running = run({ argv: shell(`sleep 100 & echo $! > ${file}; echo begun; wait`), timeout: 60_000 }, clock);
  const child = await pidIn(file);
  clock.advance(59_999);
  assert.ok(isThere(child));
  clock.advance(1);
  assert.deepEqual(await running, { kind: "timeout", output: "begun" });
  assert.ok(await until(() => !runs(child), 5000), "a child of the program is still there");
  assert.equal(clock.pending(), 0);
});

test("one that ignores being asked is made to end two seconds later", { skip }, async (t) => {
  const file = join(folder(t), "pid");
  const clock = manualClock();
  const running = run({ argv: shell(`trap '' TERM; echo $$ > ${file}; while :; do sleep 0.02; done`), timeout: 1000 }, clock);
  const pid = await pidIn(file);
  clock.advance(2999);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(isThere(pid));
  clock.advance(1);
  assert.equal((await running).kind, "timeout");
  assert.ok(!isThere(pid));
});

test("what a program leaves behind with its outputs open is ended, what has let go of them stays", { skip }, async (t) => {
  const path = folder(t);
  const clock = manualClock();
  const running = run({ argv: shell(`sleep 100 & echo $! > ${path}/pid; echo done`) }, clock);
  const child = await pidIn(join(path, "pid"));
  assert.ok(await until(() => clock.pending() === 1, 5000));
  let settled = false;
  void running.then(() => (settled = true));
  // The time bound first, then the shorter wait for what is in the pipes.
  assert.ok(await until(() => { clock.advance(10); return settled; }, 5000));
  assert.deepEqual(await running, { kind: "ended", code: 0, output: "done" });
  assert.ok(await until(() => !runs(child), 5000));

  assert.equal((await run({ argv: shell(`sleep 100 > /dev/null 2>&1 & echo $! > ${path}/other`) })).kind, "ended");
  const daemon = await pidIn(join(path, "other"));
  assert.ok(isThere(daemon));
  process.kill(daemon, "SIGKILL");
});

test("the caller's signal ends a program, and one that was given before starts none", { skip }, async (t) => {
  const path = folder(t);
  const stop = new AbortController();
  const running = run({ argv: shell(`echo $$ > ${path}/pid; sleep 100`), signal: stop.signal });
  const pid = await pidIn(join(path, "pid"));
  stop.abort();
  assert.equal((await running).kind, "stopped");
  assert.ok(await until(() => !isThere(pid), 5000));
  assert.deepEqual(await run({ argv: shell(`touch ${path}/begun`), signal: stop.signal }), { kind: "stopped", output: "" });
  assert.ok(!existsSync(join(path, "begun")));
});

test("no process and no timer is left of many runs", { skip }, async () => {
  const clock = manualClock();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => run({ argv: shell("echo $$") }, clock)));
  const pids = outcomes.map((outcome) => ("output" in outcome ? Number(outcome.output) : 0));
  assert.equal(new Set(pids).size, 20);
  for (const pid of pids) assert.ok(!isThere(pid), `${pid} is there`);
  assert.equal(clock.pending(), 0);
});
