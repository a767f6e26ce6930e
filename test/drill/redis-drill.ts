import { NO_REDIS, startRedis, type RedisServer } from "../support/redis-server.ts";
import { until } from "../support/until.ts";
import { startCodePlatform } from "./blackout-platform.ts";
import { startLoad } from "./load.ts";
import { redisNode, type RedisNode } from "./redis-node.ts";
import { INSTANCES, redisConfig, redisLoad, redisStages, SHARING, type Instance, type RedisPlan, type RedisStageName } from "./redis-plan.ts";
import type { RedisRecord, RedisStage, TierChange } from "./redis-record.ts";
import { watchVoids, type Voids } from "./redis-voids.ts";
import { startTaxgate, type TaxgateProcess } from "./taxgate-process.ts";

type Taxgates = Readonly<Record<Instance, TaxgateProcess>>;

/** Reads that wait must not keep others from being sent. */
const CONNECTIONS = 500;
/** For the tier to come up before anything is measured. */
const UP_BOUND_MS = 15_000;

/** Runs the drill on four Taxgates of its own and a Redis, with the platform in this process; says in words why not where there is no redis-server. */
export async function runRedisDrill(plan: RedisPlan, tell: (text: string) => void): Promise<RedisRecord | string> {
  const redis = await startRedis({ nodes: plan.cluster ? 3 : 1 });
  if (redis === null) return NO_REDIS;
  try {
    const node = plan.cluster ? redisNode(redis.urls[0] as string) : null;
    const platform = await startCodePlatform("home");
    try {
      return await withTaxgates(plan, platform.origin, redis, (taxgates) => underLoad({ plan, redis, node, taxgates, tell }));
    } finally {
      await Promise.all([platform.stop(), node?.stop()]);
    }
  } finally {
    await redis.stop();
  }
}

async function withTaxgates<Value>(plan: RedisPlan, origin: string, redis: RedisServer, work: (taxgates: Taxgates) => Promise<Value>): Promise<Value> {
  const begun = await Promise.allSettled(INSTANCES.map((instance) => startTaxgate(redisConfig(plan, origin, SHARING.includes(instance) ? redis.urls : null))));
  const started = begun.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  try {
    for (const one of begun) if (one.status === "rejected") throw one.reason;
    return await work(Object.fromEntries(INSTANCES.map((instance, index) => [instance, started[index]])) as Taxgates);
  } finally {
    await Promise.all(started.map((taxgate) => taxgate.stop()));
  }
}

interface Scene {
  readonly plan: RedisPlan;
  readonly redis: RedisServer;
  /** The node that is killed alone. */
  readonly node: RedisNode | null;
  readonly taxgates: Taxgates;
  readonly tell: (text: string) => void;
}

async function underLoad(scene: Scene): Promise<RedisRecord> {
  const { plan, taxgates } = scene;
  const isUp = (): boolean => SHARING.every((instance) => changesOf(instance, taxgates[instance]).at(-1)?.state === "up");
  if (!(await until(isUp, UP_BOUND_MS))) throw new Error("starting the drill: the shared tier does not come up");
  const loads = INSTANCES.map((instance) => startLoad(redisLoad(plan, instance), taxgates[instance].port("plain"), CONNECTIONS));
  const voids = watchVoids(taxgates.first, taxgates.second);
  const stop = async (): Promise<RedisRecord["samples"]> => {
    const samples = await Promise.all(loads.map((load) => load.stop()));
    return Object.fromEntries(INSTANCES.map((instance, index) => [instance, samples[index]])) as RedisRecord["samples"];
  };
  const stages = await runStages(scene, voids).catch(async (fault: unknown) => {
    await Promise.all([stop(), voids.end()]);
    throw fault;
  });
  const [samples, seen] = [await stop(), await voids.end()];
  return { plan, stages, samples, voids: seen, changes: SHARING.flatMap((instance) => changesOf(instance, taxgates[instance])).toSorted((a, b) => a.at - b.at) };
}

/** Something is voided while all is well, while Redis is away (it comes back empty), and while it hangs (it comes back with what it had). */
const VOIDING: readonly RedisStageName[] = ["all is well", "away", "stopped", "one node killed"];

async function runStages(scene: Scene, voids: Voids): Promise<readonly RedisStage[]> {
  const stages: RedisStage[] = [];
  for (const occasion of redisStages(scene.plan)) {
    const length = scene.plan.stages[occasion.name];
    const voiding = VOIDING.includes(occasion.name);
    scene.tell(`round ${occasion.round}: ${occasion.name} for ${length} ms`);
    if (voiding) await voids.prepare(occasion);
    const from = performance.now();
    await happen(occasion.name, scene);
    // In the middle: by then everybody knows how Redis stands.
    await rest(from + length / 2 - performance.now());
    if (voiding) await voids.begin(occasion);
    await rest(from + length - performance.now());
    stages.push({ ...occasion, from, to: performance.now() });
  }
  return stages;
}

async function happen(name: RedisStageName, { redis, node }: Scene): Promise<void> {
  switch (name) {
    case "killed": return redis.kill("SIGKILL");
    case "restarted": return redis.restart();
    case "stopped": return redis.kill("SIGSTOP");
    case "goes on": return redis.kill("SIGCONT");
    case "one node killed": return node?.kill();
    case "the node restarted": return node?.restart();
    case "warming up": case "all is well": case "away": case "hangs": return undefined;
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the log says about the shared tier; its wall times become this process's monotonic ones. */
function changesOf(instance: Instance, taxgate: TaxgateProcess): TierChange[] {
  return taxgate.lines().flatMap((line) => {
    if (!line.includes('"shared cache tier"')) return [];
    const { time, state, why } = JSON.parse(line) as { readonly time: string; readonly state: TierChange["state"]; readonly why: string };
    return [{ instance, at: Date.parse(time) - performance.timeOrigin, state, why }];
  });
}
