import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keepToCore, launch, stopAll, stopWithThisProcess } from "../bench/children.ts";
import { sendRequests } from "../bench/footprint.ts";
import { loadCore, wrk } from "../bench/load.ts";
import { startOrigin } from "../bench/origin.ts";
import { freePort, untilServed } from "../bench/port.ts";
import { residentMegabytes } from "../bench/proc.ts";
import { missingTools, proxyCore } from "../bench/proxies/program.ts";
import { metricValue } from "./metrics-text.ts";
import { operatorOf, type Operator } from "./operator.ts";
import { zipfConfig, zipfScript, type ZipfPlan } from "./zipf-plan.ts";
import type { ZipfRecord, ZipfRow } from "./zipf-record.ts";
import { RUNTIME_FLAGS } from "../support/runtime-flags.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Rows that the table of a run has. */
const ROWS = 10;

/** Runs the drill on a Taxgate of its own: it alone on core 0, nginx as the platform and wrk on core 1. Throws where these are not installed. */
export async function runZipfDrill(plan: ZipfPlan, tell: (text: string) => void): Promise<ZipfRecord> {
  const missing = missingTools();
  if (missing.length > 0) throw new Error(`running the drill: not installed: ${missing.join(", ")} (Debian: apt-get install nginx wrk util-linux)`);
  const folder = mkdtempSync(join(tmpdir(), "taxgate-zipf-"));
  stopWithThisProcess();
  keepToCore(loadCore);
  try {
    const subject = await startSubject(plan, folder);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await sendRequests(subject.port, 1000);
    const idle = residentMegabytes([subject.pid]);
    tell(`${plan.seconds} s of load; resident before it: ${idle.toFixed(0)} MB`);
    return { plan, idle, ...(await underLoad(plan, subject, tell)) };
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Subject {
  readonly pid: number;
  readonly port: number;
  readonly operator: Operator;
  /** The wrk script. */
  readonly script: string;
}

/** Access lines are written, and thrown away: ten minutes of them are gigabytes. */
async function startSubject(plan: ZipfPlan, folder: string): Promise<Subject> {
  const [port, admin, health] = [await freePort(), await freePort(), await freePort()];
  const state = join(folder, "state");
  const file = join(folder, "taxgate.yaml");
  const script = join(folder, "zipf.lua");
  writeFileSync(file, zipfConfig(plan, { state, port, admin, health, origin: await startOrigin(folder) }));
  writeFileSync(script, zipfScript(plan));
  const child = launch({ command: process.execPath, args: [...RUNTIME_FLAGS, MAIN, "run", file], core: proxyCore });
  await untilServed(port, child.exited);
  const operator = operatorOf({ port: () => admin, token: () => readFileSync(join(state, "admin.token"), "utf8").trim(), lines: () => [] });
  return { pid: child.pid, port, operator, script };
}

/** Looks at the resident size every second, and at the counters ten times in all. */
async function underLoad(plan: ZipfPlan, subject: Subject, tell: (text: string) => void): Promise<Omit<ZipfRecord, "plan" | "idle">> {
  const load = wrk(["-s", subject.script, `http://127.0.0.1:${subject.port}`], plan.seconds);
  const startedAt = performance.now();
  const resident: number[] = [];
  const rows: ZipfRow[] = [await row(subject, 0)];
  for (let second = 1; second <= plan.seconds; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, startedAt + second * 1000 - performance.now()));
    resident.push(residentMegabytes([subject.pid]));
    if (second < (rows.length * plan.seconds) / ROWS) continue;
    rows.push(await row(subject, second));
    tell(`${second} s: ${(resident.at(-1) ?? 0).toFixed(0)} MB resident`);
  }
  return { ...(await load), resident, rows };
}

async function row({ operator, pid }: Subject, second: number): Promise<ZipfRow> {
  const text = await operator.metrics();
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number => metricValue(text, name, labels) || 0;
  return {
    second,
    resident: residentMegabytes([pid]),
    heap: value("nodejs_heap_size_used_bytes") / 1e6,
    external: value("nodejs_external_memory_bytes") / 1e6,
    entries: value("taxgate_cache_entries"),
    entriesMegabytes: value("taxgate_cache_bytes") / 1e6,
    evictions: value("taxgate_cache_evictions_total"),
    hits: value("taxgate_cache_requests_total", { result: "hit" }),
    lookUps: value("taxgate_cache_requests_total"),
  };
}
