import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { waitForExit } from "./child-process.ts";

/** Taxgate's sources, run without the launcher: signals, exit code and memory are then those of the product itself. */
const PROGRAM = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Milliseconds within which every listener must have been announced. */
const START_BOUND = 10_000;

/** What a test may add to the command line and the environment of its Taxgate. */
export interface TaxgateOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Names of the listeners that must be announced before the start counts as done. Default: plain and admin. */
  readonly listeners?: readonly string[];
}

/** A Taxgate running as a child process. */
export interface RunningTaxgate {
  readonly pid: number;
  /** The port a listener of this name was given. Throws where none was announced. */
  port(listener: string): number;
  /** Everything printed so far, for failure messages. */
  output(): string;
  /** Bytes of resident memory now (Linux only). */
  residentBytes(): Promise<number>;
  /** The text of /metrics. */
  metrics(): Promise<string>;
  /** SIGTERM, then waits for the drain; throws if it does not end with 0 within 15 s (it is killed then). */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts Taxgate on this YAML text and waits until its listeners are announced. Throws with its output if it ends before. */
export async function startTaxgate(yaml: string, options: TaxgateOptions = {}): Promise<RunningTaxgate> {
  const folder = await mkdtemp(join(tmpdir(), "taxgate-test-"));
  const file = join(folder, "taxgate.yaml");
  await writeFile(file, yaml.replaceAll("{folder}", folder));
  const child = spawn(process.execPath, [PROGRAM, "run", file, ...(options.args ?? [])], {
    env: { ...process.env, ...options.env }, stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const ports = new Map<string, number>();
  try {
    await announced(child, lines, ports, options.listeners ?? ["plain", "admin"]);
  } catch (fault) {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
    throw fault;
  }
  return handleOf(child, lines, ports, () => rm(folder, { recursive: true, force: true }));
}

function announced(child: ChildProcess, lines: string[], ports: Map<string, number>, wanted: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`starting taxgate: ${why}\n${lines.slice(-30).join("\n")}`));
    const timer = setTimeout(() => fail(`listeners ${wanted.filter((one) => !ports.has(one)).join(", ")} not announced in time`), START_BOUND);
    const read = (line: string): void => {
      lines.push(line);
      if (lines.length > 2000) lines.splice(0, 1000);
      notePort(line, ports);
      if (!wanted.every((one) => ports.has(one))) return;
      clearTimeout(timer);
      resolve();
    };
    if (child.stdout !== null) createInterface(child.stdout).on("line", read);
    if (child.stderr !== null) createInterface(child.stderr).on("line", read);
    child.once("error", (error) => { clearTimeout(timer); fail(error.message); });
    child.once("exit", (code) => { clearTimeout(timer); fail(`ended with ${String(code)}`); });
  });
}

function notePort(line: string, ports: Map<string, number>): void {
  if (!line.startsWith("{") || !line.includes('"listening"')) return;
  const { msg, listener, port } = JSON.parse(line) as { msg?: unknown; listener?: unknown; port?: unknown };
  if (msg === "listening" && typeof listener === "string" && typeof port === "number") ports.set(listener, port);
}

function handleOf(child: ChildProcess, lines: readonly string[], ports: ReadonlyMap<string, number>, clean: () => Promise<void>): RunningTaxgate {
  const { pid } = child;
  if (pid === undefined) throw new Error("starting taxgate: no process id");
  const port = (listener: string): number => {
    const found = ports.get(listener);
    if (found === undefined) throw new Error(`finding a port: no listener ${JSON.stringify(listener)}`);
    return found;
  };
  return {
    pid,
    port,
    output: () => lines.join("\n"),
    residentBytes: async () => Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024,
    metrics: async () => (await fetch(`http://127.0.0.1:${port("admin")}/metrics`)).text(),
    stop: async () => {
      child.kill("SIGTERM");
      const { code, killed } = await waitForExit(child, 15_000);
      await clean();
      if (killed || code !== 0) throw new Error(`stopping taxgate: ended with ${String(code)}${killed ? " after being killed" : ""}\n${lines.slice(-30).join("\n")}`);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await waitForExit(child, 5000);
      await clean();
    },
  };
}
