import type { FaultSet } from "../../src/sandbox/faults.ts";
import type { Manners } from "./legacy-client.ts";
import { SUBMISSION_ROUTE } from "./storm-plan.ts";

/** Kills, load and bars of a crash drill. Times in milliseconds. */
export interface CrashPlan {
  readonly kills: number;
  readonly ordersPerSecond: number;
  /** A Taxgate is killed so long after it was ready, drawn from this range; some must outlive `notFoundValidAfter`, or an order that never arrived stays in doubt until the end. */
  readonly life: readonly [least: number, most: number];
  /** This share of them, 0 to 1, is killed while it is still starting, so long after it was spawned. */
  readonly early: number;
  readonly earlyLife: readonly [least: number, most: number];
  /** Settles every moment. */
  readonly seed: number;
  /** They must outlast the kills. */
  readonly clients: Manners;
  /** From its spawning until /readyz says so. */
  readonly readyWithin: number;
}

/** The drill as it is run by hand. */
export const FULL_CRASH_PLAN: CrashPlan = {
  kills: 200, ordersPerSecond: 40,
  life: [20, 1500], early: 0.25, earlyLife: [50, 600],
  seed: 1,
  clients: { patience: 3000, tries: 5000, pause: 200 },
  readyWithin: 2000,
};

/** The same, shorter. */
export const SHORT_CRASH_PLAN: CrashPlan = { ...FULL_CRASH_PLAN, kills: 10 };

/** What the crash drill does with a journal that was filled beforehand. */
export interface RecoveryPlan {
  /** Open entries of a process that is gone. */
  readonly entries: number;
  /** Kills and restarts on them. */
  readonly restarts: number;
  readonly readyWithin: number;
}

/** The drill as it is run by hand. */
export const FULL_RECOVERY_PLAN: RecoveryPlan = { entries: 100_000, restarts: 5, readyWithin: 2000 };

/** The same, with fewer restarts: the bar is about the number of entries. */
export const SHORT_RECOVERY_PLAN: RecoveryPlan = { ...FULL_RECOVERY_PLAN, restarts: 2 };

/** Faults that a platform has on an ordinary day, all of them a little too often. */
export const MILD_FAULTS: FaultSet = {
  latency: { minMs: 20, maxMs: 120, tail: { probability: 0.02, alpha: 1.2, minMs: 300, capMs: 1500 } },
  errorBefore: { probability: 0.02, on: ["issue"] },
  errorAfter: { probability: 0.02, as: "either", on: ["issue"] },
  resetMidAnswer: { probability: 0.01, on: ["issue"] },
  lateVisibility: { ms: 300 },
};

/** Where Taxgate listens in each of its lives. */
export interface CrashPorts {
  readonly plain: number;
  readonly admin: number;
  readonly health: number;
}

/** Name of the only site and of the only region. */
export const HOME = "home";

/** The configuration under test. */
export function crashConfig(origin: string, { plain, admin, health }: CrashPorts): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:${plain}" }]
admin: { bind: "127.0.0.1:${admin}" }
health: { bind: "127.0.0.1:${health}" }
drain: { grace: 0ms, max: 5s }
sites:
  - name: ${HOME}
    hosts: ["*"]
    regions: { ${HOME}: { endpoints: [{ url: "${origin}" }] } }
    upstream:
      timeouts: { connect: 1s, response: 10s, total: 30s }
      health: { every: 200ms, healthyAfter: 1 }
      breaker: { consecutiveFailures: 50, openFor: 200ms, halfOpenProbes: 1 }
      retry: { attempts: 4, budget: 100%, backoff: 50ms..500ms }
    routes:
${SUBMISSION_ROUTE.replaceAll(/^/gm, "    ")}
`;
}
