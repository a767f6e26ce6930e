import { startCodePlatform, type CodePlatform, type Mood } from "./blackout-platform.ts";
import { BLACKOUT_STAGES, blackoutConfig, keyed, nationalStream, warmStreams, type BlackoutPlan, type BlackoutRegion, type BlackoutStageName } from "./blackout-plan.ts";
import type { BlackoutRecord, BlackoutStage, RegionCounts } from "./blackout-record.ts";
import { startLoad } from "./load.ts";
import { metricValue } from "./metrics-text.ts";
import { operatorOf, type Operator } from "./operator.ts";
import { inWords, isGood, keptConnections, send } from "./request.ts";
import { startTaxgate } from "./taxgate-process.ts";
import { BEIJING_TAXPAYER } from "./traffic.ts";

type Platforms = Readonly<Record<BlackoutRegion, CodePlatform>>;

const MOODS: Readonly<Record<BlackoutStageName, Mood>> = { "all is well": "well", "dark: hangs": "hangs", "dark: refuses": "refuses", "well again": "well" };
/** Reads that wait must not keep others from being sent. */
const CONNECTIONS = 1000;
const REGIONS: readonly BlackoutRegion[] = ["beijing", "guangdong", "sichuan", "hunan"];

/** Runs the drill on a Taxgate of its own, with the platforms in this process. */
export async function runBlackoutDrill(plan: BlackoutPlan, tell: (text: string) => void): Promise<BlackoutRecord> {
  const platforms = await ofRegions(startCodePlatform);
  try {
    const taxgate = await startTaxgate(blackoutConfig(plan, mapRegions((region) => platforms[region].origin)));
    try {
      const port = taxgate.port("plain");
      await warm(plan, port);
      const load = startLoad(warmStreams(plan), port, CONNECTIONS);
      const { stages, others } = await runStages({ plan, platforms, operator: operatorOf(taxgate), port, tell }).finally(() => void load.stop());
      const samples = [...(await load.stop()), ...others];
      return { plan, stages, samples, arrivals: mapRegions((region) => platforms[region].arrivals) };
    } finally {
      await taxgate.stop();
    }
  } finally {
    await Promise.all(Object.values(platforms).map((platform) => platform.stop()));
  }
}

/** Reads every key once, the national ones from Beijing. */
async function warm(plan: BlackoutPlan, port: number): Promise<void> {
  const agent = keptConnections(8);
  const national = keyed("national", "beijing", BEIJING_TAXPAYER, plan.national);
  const calls = [...warmStreams(plan), national].flatMap((stream) => Array.from({ length: stream.keys }, (_, index) => stream.call(index)));
  const samples = await Promise.all(calls.map((call) => send(call, port, agent)));
  agent.destroy();
  const bad = samples.find((sample) => !isGood(sample));
  if (bad !== undefined) throw new Error(`warming the cache: ${inWords(bad)}`);
}

interface Scene {
  readonly plan: BlackoutPlan;
  readonly platforms: Platforms;
  readonly operator: Operator;
  readonly port: number;
  readonly tell: (text: string) => void;
}

/** The stages, and what was read from Hunan while it was dark: at other times it would get entries of its own. */
async function runStages(scene: Scene): Promise<{ readonly stages: readonly BlackoutStage[]; readonly others: BlackoutRecord["samples"] }> {
  const stages: BlackoutStage[] = [];
  const others: BlackoutRecord["samples"][number][] = [];
  for (const name of BLACKOUT_STAGES) {
    scene.tell(`${name} for ${scene.plan.stages[name]} ms`);
    await Promise.all([scene.platforms.guangdong, scene.platforms.sichuan, scene.platforms.hunan].map((platform) => platform.become(MOODS[name])));
    const from = performance.now();
    const before = await counted(scene);
    const load = MOODS[name] === "well" ? null : startLoad([nationalStream(scene.plan)], scene.port, CONNECTIONS);
    await new Promise((resolve) => setTimeout(resolve, scene.plan.stages[name]));
    const to = performance.now();
    const after = await counted(scene);
    others.push(...((await load?.stop()) ?? []));
    stages.push({ name, from, to, retries: after.retries - before.retries, counts: mapRegions((region) => difference(after.regions[region], before.regions[region])) });
  }
  return { stages, others };
}

interface Counted {
  readonly regions: Readonly<Record<BlackoutRegion, RegionCounts>>;
  readonly retries: number;
}

async function counted({ operator, platforms }: Scene): Promise<Counted> {
  const text = await operator.metrics();
  const sum = (name: string, labels: Readonly<Record<string, string>>): number => metricValue(text, name, labels) || 0;
  const attempts = (region: string, ...results: readonly string[]): number => results.reduce((all, result) => all + sum("taxgate_attempts_total", { region, result }), 0);
  const regions = mapRegions((region) => ({
    attempts: attempts(region, "answered", "not-sent", "in-doubt"),
    refused: attempts(region, "refused"),
    opened: sum("taxgate_breaker_transitions_total", { region, to: "open" }),
    connections: platforms[region].connections(),
  }));
  return { regions, retries: sum("taxgate_retries_total", {}) };
}

function difference(after: RegionCounts, before: RegionCounts): RegionCounts {
  return { attempts: after.attempts - before.attempts, refused: after.refused - before.refused, opened: after.opened - before.opened, connections: after.connections - before.connections };
}

function mapRegions<Value>(valueOf: (region: BlackoutRegion) => Value): Readonly<Record<BlackoutRegion, Value>> {
  return Object.fromEntries(REGIONS.map((region) => [region, valueOf(region)])) as Record<BlackoutRegion, Value>;
}

async function ofRegions<Value>(make: (region: BlackoutRegion) => Promise<Value>): Promise<Readonly<Record<BlackoutRegion, Value>>> {
  const made = await Promise.all(REGIONS.map(make));
  return mapRegions((region) => made[REGIONS.indexOf(region)] as Value);
}
