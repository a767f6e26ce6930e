import type { Agent } from "node:http";
import { seededRandom, type Random } from "../../src/base/random.ts";
import { openEntries } from "./journal-metrics.ts";
import { startLoad, type Stream } from "./load.ts";
import { operatorOf } from "./operator.ts";
import { send, type Call, type Sample } from "./request.ts";
import { startSandboxProcess } from "./sandbox-process.ts";
import { settle } from "./settle.ts";
import { shapingConfig, shapingFaults, type ShapingPlan } from "./shaping-plan.ts";
import { isToldWhen, type ShapingRecord } from "./shaping-record.ts";
import { startTaxgate } from "./taxgate-process.ts";
import { reads, submissions } from "./traffic.ts";

const SEED = 5;
/** Callers that wait must not keep others from being sent. */
const CONNECTIONS = 10_000;
/** Longer than any wait for a turn. */
const PATIENCE_MS = 30_000;

/** Longest wait until nothing is under way any more, in milliseconds. */
export const SETTLING_BOUND_MS = 30_000;

/** Streams begin within this time, so that not all of them come at the same moments. */
const PHASE_MS = 1000;

interface Taxpayer {
  readonly kind: ShapingRecord["taxpayers"][number]["kind"];
  readonly samples: Sample[];
  readonly streams: readonly Stream[];
}

/** Runs the drill on a Taxgate and a platform of its own. */
export async function runShapingDrill(plan: ShapingPlan, tell: (text: string) => void): Promise<ShapingRecord> {
  const sandbox = await startSandboxProcess("home", SEED);
  const taxgate = await startTaxgate(shapingConfig(sandbox.origin, plan));
  try {
    await sandbox.setFaults(shapingFaults(plan));
    const random = seededRandom(SEED);
    const until = performance.now() + plan.length;
    const taxpayers = plan.kinds.flatMap((kind, nth) => Array.from({ length: kind.taxpayers }, (_, index) => taxpayerOf(kind, `91110108${nth}${String(index).padStart(9, "0")}`, until, random)));
    tell(`${taxpayers.length} taxpayers ask for ${plan.overload} times what the platform allows, for ${plan.length} ms`);
    const load = startLoad(taxpayers.flatMap(({ streams }) => streams), taxgate.port("plain"), CONNECTIONS);
    await new Promise((resolve) => setTimeout(resolve, plan.length));
    await load.stop();
    const operator = operatorOf(taxgate);
    const settled = await settle({ open: async () => openEntries(await operator.metrics()) }, sandbox, SETTLING_BOUND_MS);
    return { plan, taxpayers: taxpayers.map(({ kind, samples }) => ({ kind, samples })), limits: await sandbox.limits(), settled, ...(await sandbox.ledger()) };
  } finally {
    await taxgate.stop();
    await sandbox.stop();
  }
}

function taxpayerOf({ kind, perSecond, submissions: share }: ShapingPlan["kinds"][number], number: string, until: number, random: Random): Taxpayer {
  const samples: Sample[] = [];
  const streams = [reads(perSecond * (1 - share), number), submissions(perSecond * share, number, number)].map((stream) => {
    const phase = PHASE_MS * random.next();
    const carry = async (call: Call, port: number, agent: Agent): Promise<Sample> => {
      await new Promise((resolve) => setTimeout(resolve, phase));
      return insist({ ...call, patience: PATIENCE_MS }, { port, agent, until, samples });
    };
    return { ...stream, carry };
  });
  return { kind, samples, streams };
}

interface Way {
  readonly port: number;
  readonly agent: Agent;
  /** Nobody comes back later, in monotonic ms. */
  readonly until: number;
  readonly samples: Sample[];
}

/** Whoever submits comes back with his order when he was told to; a reader asks anew in his own time. */
async function insist(call: Call, way: Way): Promise<Sample> {
  for (;;) {
    const sample = await send(call, way.port, way.agent);
    way.samples.push(sample);
    const wait = (sample.retryAfter ?? 0) * 1000;
    if (call.orderNo === undefined || !isToldWhen(sample) || performance.now() + wait > way.until) return sample;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
