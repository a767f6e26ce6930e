import type { Sample } from "./request.ts";
import type { SlowKind, SlowPlan } from "./slow-plan.ts";
import type { ToolReport } from "./slow-tool.ts";

/** How attackers of one kind fared, as they tell it. Times in ms. */
export interface AttackReport {
  /** Connections that Taxgate ended, and the longest life of one. */
  readonly ended: number;
  readonly longest: number;
  /** Age of the oldest that is still open at the end. */
  readonly oldest: number;
  /** Most at once, and those that are open at the end. */
  readonly most: number;
  readonly open: number;
  readonly refused: number;
}

/** One quiet stretch, and the attacked one after it. Monotonic ms. */
export interface SlowRound {
  readonly kind: SlowKind;
  readonly quiet: readonly [from: number, to: number];
  readonly attacked: readonly [from: number, to: number];
  readonly report: AttackReport;
  /** Resident memory of Taxgate, in bytes. */
  readonly before: number;
  readonly during: number;
  /** Status that the honest slow client got; 0 where it was cut. */
  readonly honest: number;
}

/** Everything that the drill saw. */
export interface SlowRecord {
  readonly plan: SlowPlan;
  readonly rounds: readonly SlowRound[];
  /** Ordinary reads and submissions. */
  readonly samples: readonly Sample[];
  /** Open client sockets when all attackers are gone and the load has ended. */
  readonly socketsLeft: number;
  /** A text where it is not there. */
  readonly tool: readonly ToolReport[] | string;
}
