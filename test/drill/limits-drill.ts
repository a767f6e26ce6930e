import { NO_REDIS, startRedis, type RedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { startCodePlatform } from "./blackout-platform.ts";
import { INSTANCES, limitsConfig, limitsLoad, STAGES, type LimitsPlan, type LimitsStageName } from "./limits-plan.ts";
import type { LimitsRecord, LimitsStage, StateChange } from "./limits-record.ts";
import { startLoad } from "./load.ts";
import { metricValue } from "./metrics-text.ts";
import { operatorOf, type Operator } from "./operator.ts";
import { startTaxgate, type TaxgateProcess } from "./taxgate-process.ts";

/** For the shared counters to come up before anything is measured. */
const UP_BOUND_MS = 15_000;
const CONNECTIONS = 200;

interface Scene {
  readonly plan: LimitsPlan;
  readonly redis: RedisServer;
  readonly taxgates: readonly TaxgateProcess[];
  readonly operators: readonly Operator[];
  readonly tell: (text: string) => void;
}

/** Runs the drill on two Taxgates of its own and a Redis, with the platform in this process; says in words why not where there is no redis-server. */
export async function runLimitsDrill(plan: LimitsPlan, tell: (text: string) => void): Promise<LimitsRecord | string> {
  const redis = await startRedis();
  if (redis === null) return NO_REDIS;
  const platform = await startCodePlatform("home");
  const begun = await Promise.allSettled(INSTANCES.map(() => startTaxgate(limitsConfig(plan, platform.origin, redis.urls[0] as string))));
  const taxgates = begun.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  try {
    for (const one of begun) if (one.status === "rejected") throw one.reason;
    return await underLoad({ plan, redis, taxgates, operators: taxgates.map(operatorOf), tell });
  } finally {
    await Promise.all(taxgates.map((taxgate) => taxgate.stop()));
    await platform.stop();
    await redis.stop();
  }
}

async function underLoad(scene: Scene): Promise<LimitsRecord> {
  const { plan, taxgates } = scene;
  const isUp = (): boolean => INSTANCES.every((_, index) => changesOf(taxgates, index).at(-1)?.state === "up");
  if (!(await until(isUp, UP_BOUND_MS))) throw new Error("starting the drill: the shared counters do not come up");
  const loads = taxgates.map((taxgate) => startLoad(limitsLoad(plan), taxgate.port("plain"), CONNECTIONS));
  const stages: LimitsStage[] = [];
  try {
    for (const name of STAGES) if (plan.stages[name] > 0) stages.push(await runStage(name, scene));
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
  const samples = Object.fromEntries(INSTANCES.map((instance, index) => [instance, loads[index]?.samples ?? []])) as LimitsRecord["samples"];
  return { plan, stages, samples, changes: INSTANCES.flatMap((_, index) => changesOf(taxgates, index)).toSorted((a, b) => a.at - b.at) };
}

async function runStage(name: LimitsStageName, { plan, redis, operators, tell }: Scene): Promise<LimitsStage> {
  const length = plan.stages[name];
  tell(`${name} for ${length} ms`);
  const from = performance.now();
  await happen(name, redis);
  await new Promise((resolve) => void setTimeout(resolve, Math.max(0, from + length - performance.now())));
  const to = performance.now();
  const texts = await Promise.all(operators.map((operator) => operator.metrics()));
  return { name, from, to, degraded: texts.map((text) => metricValue(text, "taxgate_limit_degraded")) };
}

async function happen(name: LimitsStageName, redis: RedisServer): Promise<void> {
  switch (name) {
    case "killed": return redis.kill("SIGKILL");
    case "restarted": return redis.restart();
    case "stopped": return redis.kill("SIGSTOP");
    case "goes on": return redis.kill("SIGCONT");
    case "warming up": case "together": return undefined;
  }
}

/** What the log of one says about the shared counters; its wall times become this process's monotonic ones. */
function changesOf(taxgates: readonly TaxgateProcess[], index: number): StateChange[] {
  return (taxgates[index]?.lines() ?? []).flatMap((line) => {
    if (!line.includes('"shared limits"')) return [];
    const { time, state, why } = JSON.parse(line) as { readonly time: string; readonly state: StateChange["state"]; readonly why: string };
    return [{ instance: INSTANCES[index] as StateChange["instance"], at: Date.parse(time) - performance.timeOrigin, state, why }];
  });
}
