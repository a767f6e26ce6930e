import { spawn, type ChildProcess } from "node:child_process";
import type { Clock } from "./clock.ts";
import { codeOf } from "./fault-code.ts";
import { createOutputTail, type OutputTail } from "./output-tail.ts";

/** A program to be run. */
export interface CommandRequest {
  /** The program, then its arguments; no shell reads them. */
  readonly argv: readonly string[];
  /** Variables beside PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest run in ms; then it is asked to end, and two seconds later made to. */
  readonly timeout: number;
  /** Ends it earlier, in the same way. */
  readonly signal?: AbortSignal;
}

/**
 * What became of a program. `output` is the end of what it wrote to both of its outputs, for a log: control characters
 * but line ends are replaced, and it says so where its beginning is missing.
 */
export type CommandOutcome =
  | { readonly kind: "ended"; readonly code: number; readonly output: string }
  /** A signal from elsewhere ended it. */
  | { readonly kind: "killed"; readonly by: string; readonly output: string }
  | { readonly kind: "timeout"; readonly output: string }
  /** The caller's signal ended it. */
  | { readonly kind: "stopped"; readonly output: string }
  /** It never began: `reason` says why. */
  | { readonly kind: "not-started"; readonly reason: string };

/** Runs a program to its end. Never rejects, and ends within a few seconds after the time bound. */
export type CommandRunner = (request: CommandRequest) => Promise<CommandOutcome>;

/** Variables that are handed on: a hook finds programs and its own files, and nobody's secrets. Windows cannot open a socket without the last two. */
const KEPT = ["PATH", "HOME", "LANG", "SystemRoot", "TEMP"];
/** Between being asked to end and being made to. */
const GRACE_MS = 2000;
/** What a program that has ended may leave in its pipes is waited for so long; also how long a killed one may take to go. */
const DRAIN_MS = 1000;
const REASONS: Readonly<Record<string, string>> = { ENOENT: "no such program", EACCES: "it may not be executed", E2BIG: "its arguments are too long", ENOEXEC: "not a program" };

/** Makes a runner whose programs see a few variables of `env`. */
export function createCommandRunner(clock: Clock, env: Readonly<Record<string, string | undefined>>): CommandRunner {
  const kept = Object.fromEntries(KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  return (request) => {
    if (request.signal?.aborted === true) return Promise.resolve({ kind: "stopped", output: "" });
    const [program = "", ...parameters] = request.argv;
    try {
      // A process group of its own, so that what it starts ends with it.
      const child = spawn(program, parameters, { env: { ...kept, ...request.env }, stdio: ["ignore", "pipe", "pipe"], detached: process.platform !== "win32", windowsHide: true });
      return watched(child, request, clock);
    } catch (fault) {
      return Promise.resolve({ kind: "not-started", reason: reasonOf(fault) });
    }
  };
}

function reasonOf(fault: unknown): string {
  const code = codeOf(fault);
  return REASONS[code] ?? (code === "" ? "not a program with arguments" : code);
}

function watched(child: ChildProcess, { timeout, signal }: CommandRequest, clock: Clock): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const tail = createOutputTail();
    let cut: "timeout" | "stopped" | null = null;
    let timer = clock.after(timeout, () => askToEnd("timeout"));
    const next = (ms: number, run: () => void): void => {
      timer.cancel();
      timer = clock.after(ms, run);
    };
    const stop = (): void => askToEnd("stopped");

    function askToEnd(why: "timeout" | "stopped"): void {
      if (cut !== null || child.exitCode !== null || child.signalCode !== null) return;
      cut = why;
      end(child, "SIGTERM");
      next(GRACE_MS, () => {
        end(child, "SIGKILL");
        // One that hangs inside the kernel goes when the kernel lets it: nobody waits for that.
        next(DRAIN_MS, finish);
      });
    }

    function finish(): void {
      timer.cancel();
      signal?.removeEventListener("abort", stop);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(outcomeOf(child, cut, tail));
    }

    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (bytes: Uint8Array) => tail.add(bytes));
      stream?.on("error", () => undefined);
    }
    signal?.addEventListener("abort", stop);
    child.once("error", (fault) => {
      // Also told of a signal that did not get through; the process is there then.
      if (child.pid !== undefined) return;
      timer.cancel();
      signal?.removeEventListener("abort", stop);
      resolve({ kind: "not-started", reason: reasonOf(fault) });
    });
    // What it started and left behind still holds its outputs: that ends with it. What has let go of them is meant to stay.
    child.once("exit", () => next(DRAIN_MS, () => {
      end(child, "SIGKILL");
      finish();
    }));
    child.once("close", () => {
      if (cut !== null) end(child, "SIGKILL");
      finish();
    });
  });
}

/** To the whole group; one that is gone is what was wanted. */
function end(child: ChildProcess, how: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") return void child.kill(how);
  try {
    // oxlint-disable-next-line no-restricted-properties -- node's own kill reaches one process, and a hook's children would stay
    process.kill(-child.pid, how);
  } catch {
    // No such group any more.
  }
}

function outcomeOf(child: ChildProcess, cut: "timeout" | "stopped" | null, tail: OutputTail): CommandOutcome {
  const output = tail.text();
  if (cut !== null) return { kind: cut, output };
  return child.exitCode === null ? { kind: "killed", by: child.signalCode ?? "", output } : { kind: "ended", code: child.exitCode, output };
}

/** For a person, one line: how a program ended. Its output follows where there is any. */
export function tellOutcome(outcome: CommandOutcome): string {
  if (outcome.kind === "not-started") return `it could not be started: ${outcome.reason}`;
  const said = outcome.output === "" ? "it wrote nothing" : `it wrote '${outcome.output}'`;
  if (outcome.kind === "ended") return `it ended with ${outcome.code}; ${said}`;
  if (outcome.kind === "killed") return `${outcome.by} ended it; ${said}`;
  return outcome.kind === "timeout" ? `it took too long and was ended; ${said}` : `it was stopped; ${said}`;
}
