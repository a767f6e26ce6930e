import { openEntries } from "../journal-metrics.ts";
import { operatorOf } from "../operator.ts";
import { startSandboxProcess, type Issued, type LimitReport, type SandboxProcess } from "../sandbox-process.ts";
import { settle } from "../settle.ts";
import { startTaxgate } from "../taxgate-process.ts";
import type { AppManners, PlatformApp, Session, Told } from "./app.ts";
import { gateTo } from "./gate.ts";
import { platformConfig, troubledFaults, wellFaults, type PlatformPlan } from "./platform-plan.ts";

/** An order, and what its application was left with. */
export interface Ordered {
  readonly orderNo: string;
  readonly told: Told;
  readonly tries: number;
  /** What the platform shows for what was told; null where nothing was told. */
  readonly found: boolean | null;
}

/** What became of one way to the platform. */
export interface WayRecord {
  readonly orders: readonly Ordered[];
  readonly issued: readonly Issued[];
  /** Submissions of what the platform had taken in before. */
  readonly repeats: number;
  readonly limits: readonly LimitReport[];
  /** Milliseconds until nothing was under way; null: never within its bound. */
  readonly settled: number | null;
}

/** Both ways of one platform. */
export interface PlatformRecord {
  readonly app: PlatformApp;
  readonly directly: WayRecord;
  readonly taxgate: WayRecord;
}

/** Longest wait until nothing is under way any more, in milliseconds. */
export const SETTLING_BOUND_MS = 60_000;
const SEED = 7;

/** Plays the storm of one platform, directly and through Taxgate, with a platform of its own for each. */
export async function runPlatformStorm(app: PlatformApp, plan: PlatformPlan, tell: (text: string) => void): Promise<PlatformRecord> {
  tell(`${app.profile}: ${plan.length} ms of load, trouble from ${plan.from} to ${plan.to} ms, directly and through taxgate`);
  const directly = await onPlatform(app, (sandbox) => run(app, plan, sandbox, Number(new URL(sandbox.origin).port), { open: () => Promise.resolve(0) }));
  const taxgate = await onPlatform(app, async (sandbox) => {
    const process = await startTaxgate(platformConfig(app, sandbox.origin));
    const operator = operatorOf(process);
    try {
      return await run(app, plan, sandbox, process.port("plain"), { open: async () => openEntries(await operator.metrics()) });
    } finally {
      await process.stop();
    }
  });
  return { app, directly, taxgate };
}

async function onPlatform<T>(app: PlatformApp, use: (sandbox: SandboxProcess) => Promise<T>): Promise<T> {
  const sandbox = await startSandboxProcess("home", SEED, app.profile);
  try {
    await sandbox.setFaults(wellFaults(app));
    return await use(sandbox);
  } finally {
    await sandbox.stop();
  }
}

async function run(app: PlatformApp, plan: PlatformPlan, sandbox: SandboxProcess, port: number, busy: { open(): Promise<number> }): Promise<WayRecord> {
  const gate = gateTo(port);
  try {
    const session = await app.open(gate);
    const startedAt = performance.now();
    const until = (at: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, startedAt + at - performance.now())));
    const orders = Array.from({ length: Math.floor((plan.length / 1000) * app.manners.ordersPerSecond) }, async (_, index) => {
      await until((index * 1000) / app.manners.ordersPerSecond);
      return { index, ...(await submitted(session, index, app.manners)) };
    });
    const [ended] = await Promise.all([Promise.all(orders), trouble(app, plan, sandbox, until)]);
    const settled = await settle(busy, sandbox, SETTLING_BOUND_MS);
    // Before the platform is asked what it has: where there is no query, asking is one more submission.
    const { issued, repeats } = await sandbox.ledger();
    const judged: Ordered[] = [];
    for (const { index, told, tries } of ended) judged.push({ orderNo: session.orderNo(index), told, tries, found: told.kind === "done" ? await session.finds(index, told.number) : null });
    return { orders: judged, issued, repeats, limits: await sandbox.limits(), settled };
  } finally {
    gate.close();
  }
}

async function submitted(session: Session, index: number, { tries, pause }: AppManners): Promise<{ readonly told: Told; readonly tries: number }> {
  for (let attempt = 1; ; attempt++) {
    const told = await session.submit(index, attempt);
    if (told.kind !== "later" || attempt >= tries) return { told, tries: attempt };
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function trouble(app: PlatformApp, plan: PlatformPlan, sandbox: SandboxProcess, until: (at: number) => Promise<void>): Promise<void> {
  await until(plan.from);
  await sandbox.setFaults(troubledFaults(app));
  await until(plan.to);
  await sandbox.setFaults(wellFaults(app));
}
