import type { CrashPlan, RecoveryPlan } from "./crash-plan.ts";
import type { Order } from "./legacy-client.ts";
import type { Issued } from "./sandbox-process.ts";

/** One life of a Taxgate. Monotonic milliseconds of this process. */
export interface Life {
  readonly spawnedAt: number;
  /** Null where it was killed before. */
  readonly readyAt: number | null;
  /** Null for the last one, which is not killed. */
  readonly killedAt: number | null;
}

/** Everything that a crash drill saw. */
export interface CrashRecord {
  readonly plan: CrashPlan;
  readonly lives: readonly Life[];
  readonly orders: readonly Order[];
  /** The platform's ledger, once nothing was under way any more. */
  readonly issued: readonly Issued[];
  /** Submissions that reached the platform. */
  readonly arrived: number;
  /** Milliseconds from the last answer until nothing was under way; null where it did not come to that. */
  readonly settled: number | null;
}

/** One restart on a journal with open entries. Times in milliseconds. */
export interface Restart {
  readonly readyAfter: number;
  /** How many entries were open when it was ready; NaN where it does not tell. */
  readonly open: number;
  /** From the first try of a new order right after that until it was told ok; null where it was not. */
  readonly firstOrder: number | null;
}

/** Everything that a recovery drill saw. */
export interface RecoveryRecord {
  readonly plan: RecoveryPlan;
  readonly restarts: readonly Restart[];
}

/** Milliseconds from the spawning of each life that became ready until then. */
export function readyTimes(lives: readonly Life[]): readonly number[] {
  return lives.flatMap(({ spawnedAt, readyAt }) => (readyAt === null ? [] : [readyAt - spawnedAt]));
}

/** Kills at which at least one order was under way. */
export function killsUnderLoad({ lives, orders }: CrashRecord): number {
  return lives.filter(({ killedAt }) => killedAt !== null && orders.some(({ sentAt, doneAt }) => sentAt < killedAt && doneAt > killedAt)).length;
}
