import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { RUNTIME_FLAGS } from "../support/runtime-flags.ts";

/** How a process ended: its code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Taxgate in a process of its own, with its configuration file at hand. */
export interface TaxgateProcess {
  readonly pid: number;
  /** Holds the configuration file, and the state directory where the file puts it there. */
  readonly folder: string;
  readonly file: string;
  readonly ended: Promise<Ending>;
  /** The port that a listener was given. Throws where none was announced. */
  port(listener: string): number;
  /** Everything it printed, oldest line first; the oldest are forgotten after 50,000. */
  lines(): readonly string[];
  signal(name: NodeJS.Signals): void;
  /** The token that the state directory `state` in the folder holds for this machine's admin. */
  token(): string;
  /** Resident memory in bytes and open descriptors; null where the system does not tell (Linux does). */
  footprint(): { readonly residentBytes: number; readonly descriptors: number } | null;
  /** SIGTERM, SIGKILL after 15 s; then the folder is removed if this process made it. */
  stop(): Promise<Ending>;
}

/** What a start may say. */
export interface ProcessOptions {
  /** An existing folder to use and to leave; default: one of its own, removed at the end. */
  readonly folder?: string;
  /** Name of the configuration file. */
  readonly file?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const START_BOUND_MS = 15_000;
const STOP_BOUND_MS = 15_000;
const MOST_LINES = 50_000;

/** Starts `taxgate run` on this text, in which `{folder}` stands for its folder, without waiting for anything. */
export function beginTaxgate(yaml: string, options: ProcessOptions = {}): TaxgateProcess {
  const own = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "taxgate-drill-"));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, options.file ?? "taxgate.yaml");
  writeFileSync(file, yaml.replaceAll("{folder}", folder));
  const child = spawn(process.execPath, [...RUNTIME_FLAGS, MAIN, "run", file], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...options.env } });
  if (child.pid === undefined) throw new Error(`starting taxgate: ${process.execPath} cannot be run`);
  const lines: string[] = [];
  const ended = endOf(child, lines);
  return {
    pid: child.pid, folder, file, ended,
    port: (listener) => announced(lines, listener) ?? fail(`finding a port: no listener '${listener}'`, lines),
    lines: () => lines,
    signal: (name) => void child.kill(name),
    token: () => readFileSync(join(folder, "state", "admin.token"), "utf8").trim(),
    footprint: () => footprintOf(child.pid as number),
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_BOUND_MS);
      const ending = await ended;
      clearTimeout(late);
      if (own) rmSync(folder, { recursive: true, force: true });
      return ending;
    },
  };
}

/** Starts Taxgate and waits until these listeners are announced. Throws with what it printed where they are not. */
export async function startTaxgate(yaml: string, options: ProcessOptions = {}, listeners: readonly string[] = ["plain", "admin"]): Promise<TaxgateProcess> {
  const taxgate = beginTaxgate(yaml, options);
  let over = false;
  void taxgate.ended.then(() => (over = true));
  const deadline = performance.now() + START_BOUND_MS;
  while (!listeners.every((name) => announced(taxgate.lines(), name) !== null)) {
    if (over || performance.now() > deadline) {
      await taxgate.stop();
      fail("starting taxgate: listeners were not announced", taxgate.lines());
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return taxgate;
}

function endOf(child: ChildProcess, lines: string[]): Promise<Ending> {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on("line", (line) => {
      if (lines.push(line) > MOST_LINES) lines.splice(0, MOST_LINES / 2);
    });
  }
  // `close`, not `exit`: only then has everything it printed been read.
  return new Promise((resolve) => void child.once("close", (code, signal) => resolve({ code, signal })));
}

function announced(lines: readonly string[], listener: string): number | null {
  for (const line of lines) {
    if (!line.startsWith("{") || !line.includes('"listening"')) continue;
    const told = JSON.parse(line) as { readonly msg?: string; readonly listener?: string; readonly port?: number };
    if (told.msg === "listening" && told.listener === listener) return told.port ?? null;
  }
  return null;
}

function footprintOf(pid: number): ReturnType<TaxgateProcess["footprint"]> {
  try {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return resident === undefined ? null : { residentBytes: Number(resident) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

function fail(why: string, lines: readonly string[]): never {
  throw new Error(`${why}\n${lines.slice(-30).join("\n")}`);
}
