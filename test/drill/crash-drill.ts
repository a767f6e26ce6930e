import { seededRandom, type Random } from "../../src/base/random.ts";
import { MILD_FAULTS, type CrashPlan } from "./crash-plan.ts";
import type { CrashRecord, Life } from "./crash-record.ts";
import { SETTLING_BOUND_MS } from "./crash-verdict.ts";
import { withManners, type Order } from "./legacy-client.ts";
import { startLoad } from "./load.ts";
import { mortalTaxgate, type MortalTaxgate } from "./mortal-taxgate.ts";
import { startSandboxProcess, type SandboxProcess } from "./sandbox-process.ts";
import { settle } from "./settle.ts";
import { BEIJING_TAXPAYER, submissions } from "./traffic.ts";

const SEED = 5;
/** Orders pile up while nobody listens, and each must be able to try. */
const CONNECTIONS = 10_000;
/** For a life to become ready at all; what it should take is judged later. */
const READY_BOUND_MS = 60_000;
/** A sign of life every so many kills. */
const TOLD_EVERY = 20;

/** Kills Taxgate at random moments under load and starts it again on what it left, with the platform in a process that survives. */
export async function runCrashDrill(plan: CrashPlan, tell: (text: string) => void): Promise<CrashRecord> {
  const sandbox = await startSandboxProcess("home", SEED);
  try {
    await sandbox.setFaults(MILD_FAULTS);
    const taxgate = await mortalTaxgate(sandbox.origin);
    try {
      return await underLoad({ plan, sandbox, taxgate, tell });
    } finally {
      await taxgate.stop();
    }
  } finally {
    await sandbox.stop();
  }
}

interface Scene {
  readonly plan: CrashPlan;
  readonly sandbox: SandboxProcess;
  readonly taxgate: MortalTaxgate;
  readonly tell: (text: string) => void;
}

async function underLoad(scene: Scene): Promise<CrashRecord> {
  const { plan, sandbox, taxgate, tell } = scene;
  const orders: Order[] = [];
  // Its first start makes the state directory, and is no recovery.
  const firstLife = { spawnedAt: taxgate.spawn(), readyAt: await awaitReady(taxgate) };
  const load = startLoad([withManners(submissions(plan.ordersPerSecond, BEIJING_TAXPAYER, "C"), plan.clients, orders)], taxgate.ports.plain, CONNECTIONS);
  const lives = await runLives(scene, firstLife).catch(async (fault: unknown) => {
    // Without a Taxgate every order would use up its tries first.
    void load.stop();
    throw fault;
  });
  tell("the last life; waiting until every order was told");
  await load.stop();
  const settled = await settle(taxgate, sandbox, SETTLING_BOUND_MS);
  return { plan, lives, orders, settled, issued: await sandbox.issued(), arrived: (await sandbox.requests()).byOperation.issue };
}

async function runLives({ plan, taxgate, tell }: Scene, firstLife: Omit<Life, "killedAt">): Promise<readonly Life[]> {
  const random = seededRandom(plan.seed);
  const lives: Life[] = [];
  let life = firstLife;
  for (let kills = 1; kills <= plan.kills; kills += 1) {
    if (life.readyAt !== null) await rest(between(random, plan.life));
    lives.push({ ...life, killedAt: await taxgate.kill() });
    if (kills % TOLD_EVERY === 0) tell(`killed ${kills} times`);
    // The last life must live.
    const dies = random.next() < plan.early && kills < plan.kills;
    life = await nextLife(taxgate, dies ? between(random, plan.earlyLife) : null);
  }
  return [...lives, { ...life, killedAt: null }];
}

/** Waits until it is ready; or, where it is to die while it starts, only that long. */
async function nextLife(taxgate: MortalTaxgate, early: number | null): Promise<Omit<Life, "killedAt">> {
  const spawnedAt = taxgate.spawn();
  return { spawnedAt, readyAt: early === null ? await awaitReady(taxgate) : await taxgate.ready(early) };
}

async function awaitReady(taxgate: MortalTaxgate): Promise<number> {
  const readyAt = await taxgate.ready(READY_BOUND_MS);
  if (readyAt === null) throw new Error(`starting taxgate: not ready after ${READY_BOUND_MS} ms`);
  return readyAt;
}

function between(random: Random, [least, most]: readonly [number, number]): number {
  return least + random.next() * (most - least);
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
