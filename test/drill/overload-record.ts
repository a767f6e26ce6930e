import type { Order } from "./legacy-client.ts";
import type { Mode, OverloadPlan } from "./overload-plan.ts";
import type { Sample } from "./request.ts";
import type { Issued } from "./sandbox-process.ts";

/** How the slots stood at a moment. */
export interface SlotsSample {
  /** Ms from the begin of the load. */
  readonly at: number;
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
}

/** What one Taxgate did under the load. */
export interface ModeRecord {
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly reads: readonly Sample[];
  readonly orders: readonly Order[];
  readonly slots: readonly SlotsSample[];
  readonly issued: readonly Issued[];
  /** How often something was submitted that the platform had taken in before. */
  readonly repeats: number;
  /** Ms until nothing was under way any more; null where that took too long. */
  readonly settled: number | null;
}

/** Everything that an overload drill saw. */
export interface OverloadRecord {
  readonly plan: OverloadPlan;
  readonly modes: Partial<Readonly<Record<Mode, ModeRecord>>>;
}
