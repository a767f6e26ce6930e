import type { TaxpayerKind, ShapingPlan } from "./shaping-plan.ts";
import type { Sample } from "./request.ts";
import type { Issued, LimitReport } from "./sandbox-process.ts";

/** Everything that one taxpayer asked for, and what he was told; an order that came back stands there each time. */
export interface TaxpayerRecord {
  readonly kind: TaxpayerKind["kind"];
  readonly samples: readonly Sample[];
}

/** Everything that a shaping drill saw. */
export interface ShapingRecord {
  readonly plan: ShapingPlan;
  readonly taxpayers: readonly TaxpayerRecord[];
  /** What the platform counted. */
  readonly limits: readonly LimitReport[];
  readonly issued: readonly Issued[];
  /** Submissions of what the platform had taken in before. */
  readonly repeats: number;
  /** Ms until nothing was under way any more; null where that took too long. */
  readonly settled: number | null;
}

/** Was it told when to come again? */
export function isToldWhen({ status, code, retryAfter }: Sample): boolean {
  return status === 503 && code === "limited-by-platform" && (retryAfter ?? 0) >= 1;
}
