import { isToldOk, withManners, type Order } from "./legacy-client.ts";
import { openEntries } from "./journal-metrics.ts";
import { startLoad, type Stream } from "./load.ts";
import { metricValue } from "./metrics-text.ts";
import { operatorOf, type Operator } from "./operator.ts";
import { capacityOf, overloadConfig, platformFaults, type Mode, type OverloadPlan } from "./overload-plan.ts";
import type { ModeRecord, OverloadRecord, SlotsSample } from "./overload-record.ts";
import { startSandboxProcess, type SandboxProcess } from "./sandbox-process.ts";
import { settle } from "./settle.ts";
import { startTaxgate } from "./taxgate-process.ts";
import { BEIJING_TAXPAYER, GUANGDONG_TAXPAYER, HUNAN_TAXPAYER, reads, SICHUAN_TAXPAYER, submissions } from "./traffic.ts";

/** The same luck for both. */
const SEED = 11;
/** Callers that wait must not keep others from being sent. */
const CONNECTIONS = 10_000;
const LOOK_MS = 250;
/** Tries of an order, and the pause between two in ms. */
const MANNERS = { tries: 8, pause: 500 };
const TAXPAYERS = [BEIJING_TAXPAYER, GUANGDONG_TAXPAYER, SICHUAN_TAXPAYER, HUNAN_TAXPAYER];

/** Longest wait until nothing is under way any more, in milliseconds. */
export const SETTLING_BOUND_MS = 60_000;

/** Runs the load on each mode, one after another, with a platform of its own for each. */
export async function runOverloadDrill(plan: OverloadPlan, tell: (text: string) => void): Promise<OverloadRecord> {
  const modes: Partial<Record<Mode, ModeRecord>> = {};
  for (const mode of plan.modes) {
    const sandbox = await startSandboxProcess("home", SEED);
    try {
      await sandbox.setFaults(platformFaults(plan, plan.workers));
      tell(`concurrency ${mode}: ${plan.length} ms at ${plan.overload} times what the platform can do; ${plan.workersLeft} of ${plan.workers} workers from ${plan.from} to ${plan.to} ms`);
      modes[mode] = await runMode(plan, mode, sandbox);
    } finally {
      await sandbox.stop();
    }
  }
  return { plan, modes };
}

async function runMode(plan: OverloadPlan, mode: Mode, sandbox: SandboxProcess): Promise<ModeRecord> {
  const taxgate = await startTaxgate(overloadConfig(sandbox.origin, mode));
  const operator = operatorOf(taxgate);
  const orders: Order[] = [];
  try {
    const startedAt = performance.now();
    const load = startLoad(streams(plan, orders), taxgate.port("plain"), CONNECTIONS);
    const watch = watchSlots(operator, startedAt);
    try {
      await trouble(plan, sandbox, startedAt);
    } finally {
      await watch.stop();
      await load.stop();
    }
    const settled = await settle({ open: async () => openEntries(await operator.metrics()) }, sandbox, SETTLING_BOUND_MS);
    const samples = await load.stop();
    return { startedAt, orders, settled, slots: watch.samples, reads: samples.filter(({ kind }) => kind === "read"), ...(await sandbox.ledger()) };
  } finally {
    await taxgate.stop();
  }
}

/** Of several taxpayers, each with its share. */
function streams(plan: OverloadPlan, orders: Order[]): readonly Stream[] {
  const { overload, submissions: share, patience } = plan;
  const each = (overload * capacityOf(plan, plan.workers)) / TAXPAYERS.length;
  return TAXPAYERS.flatMap((taxpayer, index) => {
    const look = reads(each * (1 - share), taxpayer);
    return [
      { ...look, call: (number: number) => ({ ...look.call(number), patience: patience.read }) },
      withManners(submissions(each * share, taxpayer, `T${index}`), { ...MANNERS, patience: patience.submission }, orders),
    ];
  });
}

async function trouble(plan: OverloadPlan, sandbox: SandboxProcess, startedAt: number): Promise<void> {
  const restUntil = (at: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, startedAt + at - performance.now())));
  await restUntil(plan.from);
  await sandbox.setFaults(platformFaults(plan, plan.workersLeft));
  await restUntil(plan.to);
  await sandbox.setFaults(platformFaults(plan, plan.workers));
  await restUntil(plan.length);
}

/** Looks at the metrics now and then. */
function watchSlots(operator: Operator, startedAt: number): { readonly samples: readonly SlotsSample[]; stop(): Promise<void> } {
  const samples: SlotsSample[] = [];
  const until = new AbortController();
  const run = async (): Promise<void> => {
    while (!until.signal.aborted) {
      const text = await operator.metrics();
      const of = (name: string): number => metricValue(text, `taxgate_concurrency_${name}`);
      samples.push({ at: performance.now() - startedAt, limit: of("limit"), inFlight: of("in_flight"), waiting: of("waiting") });
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  const running = run();
  return {
    samples,
    async stop() {
      until.abort();
      await running;
    },
  };
}

/** Answers that were worth something, by the ms from the begin of the load at which they were there. */
export function goodAt({ startedAt, reads: looks, orders }: ModeRecord): readonly number[] {
  return [...looks.filter(({ status }) => status === 200), ...orders.filter(isToldOk)].map(({ doneAt }) => doneAt - startedAt);
}
