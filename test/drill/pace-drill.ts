import { RATES } from "../../src/sandbox/kinds/pl-ksef/limits.ts";
import { platformKey, signIn, type Company } from "../platforms/pl-ksef/company.ts";
import { openEntries } from "./journal-metrics.ts";
import { operatorOf } from "./operator.ts";
import { readyCaller, type Caller } from "./pace-caller.ts";
import { sending, underLoad } from "./pace-load.ts";
import { paceConfig, type PacePlan } from "./pace-plan.ts";
import type { PaceRecord } from "./pace-record.ts";
import type { Gate } from "./platform/app.ts";
import { gateTo } from "./platform/gate.ts";
import { startSandboxProcess, type LimitReport, type SandboxProcess } from "./sandbox-process.ts";
import { settle } from "./settle.ts";
import { startTaxgate } from "./taxgate-process.ts";

const SEED = 7;
/** Longer than any wait for a turn. */
const PATIENCE_MS = 60_000;
/** Longest wait until nothing is under way any more, in milliseconds. */
export const SETTLING_BOUND_MS = 60_000;

/** The ways to the platform, and what they lead to. */
interface Ground {
  readonly sandbox: SandboxProcess;
  /** Through Taxgate. */
  readonly gate: Gate;
  /** Straight to the platform, from the same address. */
  readonly past: Gate;
}

/** Runs the drill on a Taxgate and a simulated KSeF of its own. */
export async function runPaceDrill(plan: PacePlan, tell: (text: string) => void): Promise<PaceRecord> {
  const sandbox = await startSandboxProcess("home", SEED, "pl-ksef");
  const taxgate = await startTaxgate(paceConfig(sandbox.origin));
  const [gate, past] = [gateTo(taxgate.port("plain")), gateTo(Number(new URL(sandbox.origin).port))];
  try {
    await sandbox.setFaults({ latency: { minMs: 20, maxMs: 120 } });
    const ground: Ground = { sandbox, past, gate: { send: (asked) => gate.send({ patience: PATIENCE_MS, ...asked }) } };
    const alone = await runAlone(plan, ground, tell);
    const intruded = await runIntruded(plan, ground, tell);
    const operator = operatorOf(taxgate);
    const settled = await settle({ open: async () => openEntries(await operator.metrics()) }, sandbox, SETTLING_BOUND_MS);
    return { plan, alone, intruded, settled, ...(await sandbox.ledger()) };
  } finally {
    gate.close();
    past.close();
    await taxgate.stop();
    await sandbox.stop();
  }
}

async function runAlone(plan: PacePlan, { gate, sandbox }: Ground, tell: (text: string) => void): Promise<PaceRecord["alone"]> {
  const { loads, overload } = plan;
  const key = await platformKey(gate);
  const callers = await Promise.all(loads.map(({ context }) => readyCaller(gate, key, context)));
  for (const { context, seconds } of loads) tell(`${context}: ${seconds} s at ${overload} times what is allowed`);
  const startedAt = performance.now();
  const samples = await Promise.all(loads.map(({ seconds }, index) => underLoad(callers[index] as Caller, seconds * 1000, plan)));
  return { startedAt, samples: samples.flat(), limits: await sandbox.limits() };
}

/** Invoices are sent while somebody else of the same context and address has used up the minute. */
async function runIntruded({ intruded: { context, seconds } }: PacePlan, { gate, past, sandbox }: Ground, tell: (text: string) => void): Promise<PaceRecord["intruded"]> {
  const key = await platformKey(gate);
  const caller = await readyCaller(gate, key, context);
  tell(`${context}: somebody else uses up what is allowed`);
  await useUp(await signIn(past, key, context));
  const before = exceeded(await sandbox.limits());
  const samples = await sending(caller, seconds * 1000);
  return { samples, refused: exceeded(await sandbox.limits()) - before };
}

/** As many as a second allows, until the minute is full. What is sent is nonsense, and counts all the same. */
async function useUp(company: Company): Promise<void> {
  const { perSecond, perMinute } = RATES.invoiceSend;
  for (let rounds = 0; rounds <= perMinute / perSecond; rounds++) {
    await Promise.all(Array.from({ length: perSecond }, () => company.post("/v2/sessions/online/none/invoices", {})));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function exceeded(limits: readonly LimitReport[]): number {
  return limits.find(({ name }) => name === "invoiceSend")?.exceeded ?? 0;
}
