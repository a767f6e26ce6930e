import { withManners, type Order } from "./legacy-client.ts";
import { startLoad, type Stream } from "./load.ts";
import { startSandboxProcess, type SandboxProcess } from "./sandbox-process.ts";
import { settle } from "./settle.ts";
import { openLane, type Lane } from "./storm-lane.ts";
import { troubledFaults, wellFaults, type LaneName, type StormPlan } from "./storm-plan.ts";
import type { LaneRecord, StormRecord } from "./storm-record.ts";
import { SETTLING_BOUND_MS } from "./storm-verdict.ts";
import { BEIJING_TAXPAYER, reads, submissions } from "./traffic.ts";

/** The same luck for every lane. */
const SEED = 4;
/** Callers that wait must not keep others from being sent. */
const CONNECTIONS = 10_000;

/** Runs the storm on each lane, one after another, with a platform of its own for each. */
export async function runStormDrill(plan: StormPlan, tell: (text: string) => void): Promise<StormRecord> {
  const lanes: Partial<Record<LaneName, LaneRecord>> = {};
  for (const name of plan.lanes) {
    const sandbox = await startSandboxProcess("home", SEED);
    try {
      await sandbox.setFaults(wellFaults(plan));
      const lane = await openLane(name, sandbox.origin);
      try {
        tell(`${name}: ${plan.length} ms of load, ${plan.trouble} from ${plan.from} to ${plan.to} ms`);
        lanes[name] = await runLane(plan, lane, sandbox);
      } finally {
        await lane.stop();
      }
    } finally {
      await sandbox.stop();
    }
  }
  return { plan, lanes };
}

async function runLane(plan: StormPlan, lane: Lane, sandbox: SandboxProcess): Promise<LaneRecord> {
  const orders: Order[] = [];
  const startedAt = performance.now();
  const load = startLoad(streams(plan, orders), lane.port, CONNECTIONS);
  await trouble(plan, sandbox, startedAt).catch(async (fault: unknown) => {
    await load.stop();
    throw fault;
  });
  const samples = await load.stop();
  const settled = await settle(lane, sandbox, SETTLING_BOUND_MS);
  const { byOperation } = await sandbox.requests();
  return {
    orders, settled, reads: samples.filter(({ kind }) => kind === "read"), issued: await sandbox.issued(),
    arrived: { submissions: byOperation.issue, queries: byOperation.query, reads: byOperation.codes },
  };
}

function streams(plan: StormPlan, orders: Order[]): readonly Stream[] {
  const { readsPerSecond, ordersPerSecond, clients } = plan;
  const look = reads(readsPerSecond, BEIJING_TAXPAYER);
  return [
    { ...look, call: (index) => ({ ...look.call(index), patience: clients.patience }) },
    withManners(submissions(ordersPerSecond, BEIJING_TAXPAYER, "S"), clients, orders),
  ];
}

async function trouble(plan: StormPlan, sandbox: SandboxProcess, startedAt: number): Promise<void> {
  const restUntil = (at: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, startedAt + at - performance.now())));
  await restUntil(plan.from);
  await sandbox.setFaults(troubledFaults(plan));
  await restUntil(plan.to);
  await sandbox.setFaults(wellFaults(plan));
  await restUntil(plan.length);
}
