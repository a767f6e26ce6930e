import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cpus } from "node:os";

/** A program to start, pinned to one core so that the proxy and its load do not share one. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** `any`: left to the system, where latency is measured and not cost. */
  readonly core: number | "any";
  /** Added to the environment of the benchmark itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** File descriptor for standard output and standard error; by default they are thrown away. */
  readonly output?: number;
}

/** A started program. */
export interface Child {
  readonly pid: number;
  /** Settles with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
}

const running = new Map<number, ChildProcess>();
const graceMs = 3000;

/** Starts a program through `taskset`, which replaces itself by the program, so the pid is the program's own. */
export function launch(what: Launch): Child {
  const sink = what.output ?? "ignore";
  const child = spawn("taskset", ["-c", coreList(what.core), what.command, ...what.args], {
    env: { ...process.env, ...what.env },
    stdio: ["ignore", sink, sink],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code));
  });
  return track(child, exited, what.command);
}

/** A program to run to its end. */
export interface Run extends Omit<Launch, "output"> {
  /** Its standard error goes to ours, as progress. */
  readonly tell?: boolean;
}

/** Runs a program to its end and gives what it printed on both streams. Killed after `limitMs`. */
export async function output(what: Run, limitMs: number): Promise<string> {
  const child = spawn("taskset", ["-c", coreList(what.core), what.command, ...what.args], {
    env: { ...process.env, ...what.env },
    stdio: ["ignore", "pipe", what.tell === true ? "inherit" : "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const printed: string[] = [];
  child.stdout?.on("data", (piece: Buffer) => printed.push(piece.toString("utf8")));
  child.stderr?.on("data", (piece: Buffer) => printed.push(piece.toString("utf8")));
  const closed = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code) => resolve(code));
  });
  await track(child, closed, what.command).exited;
  return printed.join("");
}

/** Keeps this process, whose work is no part of what is measured, to one core. */
export function keepToCore(core: number): void {
  spawnSync("taskset", ["-a", "-p", "-c", String(core), String(process.pid)]);
}

/** Asks one program to end, and ends it by force when it has not after three seconds. */
export async function stop(pid: number): Promise<void> {
  const child = running.get(pid);
  if (child === undefined) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await gone;
  clearTimeout(force);
}

/** Ends every program that is still running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running.keys()].map(stop));
}

/** Makes sure that nothing outlives the benchmark, whichever way it ends. */
export function stopWithThisProcess(): void {
  process.once("exit", () => {
    for (const child of running.values()) child.kill("SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(130));
  }
}

function coreList(core: Launch["core"]): string {
  return core === "any" ? `0-${cpus().length - 1}` : String(core);
}

function track(child: ChildProcess, exited: Promise<number | null>, command: string): Child {
  const { pid } = child;
  if (pid === undefined) throw new Error(`start "${command}" with taskset: no process`);
  running.set(pid, child);
  return { pid, exited: exited.finally(() => running.delete(pid)) };
}
