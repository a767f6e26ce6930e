import { fillJournal } from "./crash-fill.ts";
import { MILD_FAULTS, type RecoveryPlan } from "./crash-plan.ts";
import type { RecoveryRecord, Restart } from "./crash-record.ts";
import { openStore } from "./crash-store.ts";
import { isToldOk, submitOrder } from "./legacy-client.ts";
import { mortalTaxgate, type MortalTaxgate } from "./mortal-taxgate.ts";
import { keptConnections } from "./request.ts";
import { startSandboxProcess } from "./sandbox-process.ts";
import { BEIJING_TAXPAYER, submissions } from "./traffic.ts";

const SEED = 6;
/** For a life to become ready at all; what it should take is judged later. */
const READY_BOUND_MS = 120_000;
const MANNERS = { patience: 5000, tries: 10, pause: 200 };

/** Fills a journal with entries that a process left open, and starts Taxgate on it again and again. */
export async function runRecoveryDrill(plan: RecoveryPlan, tell: (text: string) => void): Promise<RecoveryRecord> {
  const sandbox = await startSandboxProcess("home", SEED);
  try {
    await sandbox.setFaults(MILD_FAULTS);
    const taxgate = await mortalTaxgate(sandbox.origin);
    try {
      await makeJournal(taxgate);
      tell(`writing ${plan.entries} open entries`);
      await fill(taxgate.stateDir, plan.entries);
      return { plan, restarts: await restarts(plan, taxgate, tell) };
    } finally {
      await taxgate.stop();
    }
  } finally {
    await sandbox.stop();
  }
}

async function fill(stateDir: string, entries: number): Promise<void> {
  const store = await openStore(stateDir);
  try {
    await fillJournal(store, entries);
  } finally {
    await store.close();
  }
}

/** A first life makes the state directory as the product makes it. */
async function makeJournal(taxgate: MortalTaxgate): Promise<void> {
  taxgate.spawn();
  await taxgate.ready(READY_BOUND_MS);
  await taxgate.kill();
}

async function restarts(plan: RecoveryPlan, taxgate: MortalTaxgate, tell: (text: string) => void): Promise<readonly Restart[]> {
  const seen: Restart[] = [];
  while (seen.length < plan.restarts) {
    const spawnedAt = taxgate.spawn();
    const readyAt = await taxgate.ready(READY_BOUND_MS);
    if (readyAt === null) throw new Error(`starting taxgate: not ready after ${READY_BOUND_MS} ms`);
    tell(`restart ${seen.length + 1}: ready after ${(readyAt - spawnedAt).toFixed(0)} ms`);
    seen.push({ readyAfter: readyAt - spawnedAt, firstOrder: await newOrder(taxgate.ports.plain, seen.length), open: await taxgate.open() });
    await taxgate.kill();
  }
  return seen;
}

async function newOrder(port: number, index: number): Promise<number | null> {
  const agent = keptConnections();
  const orderNo = `N-${index}`;
  const order = await submitOrder({ ...submissions(1, BEIJING_TAXPAYER, "N").call(index), orderNo }, port, agent, MANNERS);
  agent.destroy();
  return isToldOk(order) ? order.doneAt - order.sentAt : null;
}
