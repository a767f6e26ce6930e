import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CounterReport } from "../../src/sandbox/counters.ts";
import type { GenericOperation } from "../../src/sandbox/kinds/generic-json/generic-json.ts";
import type { LimitReport } from "../../src/sandbox/limits.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { waitForExit } from "../support/child-process.ts";

export type { LimitReport };

/** An invoice as the ledger shows it, as far as a drill judges it. */
export interface Issued {
  readonly orderNo: string;
  readonly invoiceNo: string;
}

/** A simulated platform in a process of its own: it neither shares the event loop of the load, nor dies with the proxy. */
export interface SandboxProcess {
  readonly origin: string;
  setFaults(faults: FaultSet): Promise<void>;
  /** Everything issued so far, in order. Throws where the ledger has forgotten some. */
  issued(): Promise<readonly Issued[]>;
  /** The same, and how often something was submitted that it had taken in before. */
  ledger(): Promise<{ readonly issued: readonly Issued[]; readonly repeats: number }>;
  limits(): Promise<readonly LimitReport[]>;
  requests(): Promise<CounterReport<GenericOperation>>;
  stop(): Promise<void>;
}

interface Shown {
  readonly totals: { readonly issued: number; readonly dropped: number; readonly refused: number };
  readonly issues: readonly Issued[];
}

const PROGRAM = fileURLToPath(new URL("./sandbox-program.ts", import.meta.url));
const STOP_BOUND_MS = 5000;

/** Starts a platform; the same seed and the same requests in the same order meet the same faults. */
export async function startSandboxProcess(name: string, seed: number, kind = "generic-json"): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [PROGRAM, name, String(seed), kind], { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("error", reject).once("exit", (code) => reject(new Error(`starting the platform '${name}': ended with ${code}`)));
  });
  const { origin, controlOrigin } = JSON.parse(line) as { readonly origin: string; readonly controlOrigin: string };
  return {
    origin,
    setFaults: async (faults) => void (await ask(`${controlOrigin}/_sandbox/faults`, faults)),
    issued: async () => (await allIssued(controlOrigin)).issued,
    ledger: () => allIssued(controlOrigin),
    limits: async () => ((await ask(`${controlOrigin}/_sandbox/limits`)) as { readonly limits: readonly LimitReport[] }).limits,
    requests: async () => (await ask(`${controlOrigin}/_sandbox/requests`)) as CounterReport<GenericOperation>,
    async stop() {
      child.stdin.end();
      await waitForExit(child, STOP_BOUND_MS);
    },
  };
}

async function allIssued(controlOrigin: string): Promise<{ readonly issued: readonly Issued[]; readonly repeats: number }> {
  const issued: Issued[] = [];
  for (;;) {
    const { totals, issues } = (await ask(`${controlOrigin}/_sandbox/ledger?from=${issued.length}`)) as Shown;
    if (totals.dropped > 0) throw new Error("reading the ledger: it forgot invoices");
    issued.push(...issues.map(({ orderNo, invoiceNo }) => ({ orderNo, invoiceNo })));
    if (issues.length === 0) return { issued, repeats: totals.refused };
  }
}

async function ask(url: string, put?: unknown): Promise<unknown> {
  const answer = await fetch(url, put === undefined ? {} : { method: "PUT", body: JSON.stringify(put) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`asking the platform's control API: ${answer.status} ${text}`);
  return JSON.parse(text);
}
