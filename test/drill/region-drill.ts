import { systemClock } from "../../src/base/clock.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { startLoad } from "./load.ts";
import { regionConfig, regionStreams, STAGES, type RegionPlan, type StageName } from "./region-plan.ts";
import type { PlatformName, RegionRecord, Stage } from "./region-record.ts";
import { startTaxgate } from "./taxgate-process.ts";

type Platforms = Readonly<Record<PlatformName, Sandbox>>;
type Faults = Readonly<Record<Exclude<PlatformName, "beijing">, FaultSet>>;

/** An ordinary platform takes some milliseconds. */
const WELL: FaultSet = { latency: { minMs: 2, maxMs: 15 } };
const REFUSES: FaultSet = { ...WELL, refuseConnections: {} };
const HANGS: FaultSet = { ...WELL, halfOpen: {} };

const FAULTS: Readonly<Record<StageName, Faults>> = {
  "all is well": { first: WELL, second: WELL },
  "one endpoint refuses": { first: WELL, second: REFUSES },
  "it comes back": { first: WELL, second: WELL },
  "one endpoint hangs": { first: WELL, second: HANGS },
  "it answers again": { first: WELL, second: WELL },
  "the region refuses": { first: REFUSES, second: REFUSES },
  "the region comes back": { first: WELL, second: WELL },
  "the region hangs": { first: HANGS, second: HANGS },
  "it wakes up": { first: WELL, second: WELL },
};

const MOST_ISSUES = 100_000;

/** Runs the drill on a Taxgate of its own, with the platforms in this process so that their ledgers are exact. */
export async function runRegionDrill(plan: RegionPlan, tell: (text: string) => void): Promise<RegionRecord> {
  const platforms = await startPlatforms();
  const origins = { beijing: platforms.beijing.origin, first: platforms.first.origin, second: platforms.second.origin };
  try {
    const taxgate = await startTaxgate(regionConfig(plan, origins));
    try {
      const load = startLoad(regionStreams(plan), taxgate.port("plain"));
      const stages = await runStages(plan, platforms, tell).finally(() => void load.stop());
      const samples = await load.stop();
      return { plan, stages, samples, ledgers: { beijing: issues(platforms.beijing), first: issues(platforms.first), second: issues(platforms.second) } };
    } finally {
      await taxgate.stop();
    }
  } finally {
    await Promise.all(Object.values(platforms).map((platform) => platform.stop()));
  }
}

async function startPlatforms(): Promise<Platforms> {
  const start = (name: PlatformName, seed: number): Promise<Sandbox> => startSandbox({ name, seed, clock: systemClock, ledgerBound: MOST_ISSUES });
  const [beijing, first, second] = await Promise.all([start("beijing", 1), start("first", 2), start("second", 3)]);
  await beijing.faults.set(WELL);
  return { beijing, first, second };
}

async function runStages(plan: RegionPlan, platforms: Platforms, tell: (text: string) => void): Promise<Stage[]> {
  const stages: Stage[] = [];
  for (const name of STAGES) {
    tell(`${name} for ${plan.stages[name]} ms`);
    const from = performance.now();
    await Promise.all([platforms.first.faults.set(FAULTS[name].first), platforms.second.faults.set(FAULTS[name].second)]);
    await new Promise((resolve) => setTimeout(resolve, plan.stages[name]));
    stages.push({ name, from, to: performance.now() });
  }
  return stages;
}

function issues(platform: Sandbox): RegionRecord["ledgers"]["first"] {
  if (platform.ledger.totals().dropped > 0) throw new Error(`reading the ledger of '${platform.name}': it forgot invoices`);
  return platform.ledger.page(0, MOST_ISSUES);
}
