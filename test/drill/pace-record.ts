import type { Kind, PacePlan } from "./pace-plan.ts";
import type { Issued, LimitReport } from "./sandbox-process.ts";

/** What a caller got. Times are monotonic ms of this process. */
export interface PaceSample {
  readonly kind: Kind;
  readonly context: string;
  /** False where the caller comes back with what he was told to wait with. */
  readonly isFirst: boolean;
  /** Under which the platform's ledger knows the invoice; null for everything else. */
  readonly invoice: string | null;
  readonly sentAt: number;
  readonly doneAt: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** The code in Taxgate-Error; empty where there is none. */
  readonly code: string;
  /** Seconds in Retry-After; null where there is none. */
  readonly retryAfter: number | null;
  /** Whether the body tells the status and the wait in both of the platform's forms of an error. */
  readonly isInForm: boolean;
}

/** Everything that a pace drill saw. */
export interface PaceRecord {
  readonly plan: PacePlan;
  /** Nobody but these callers uses what is allowed. */
  readonly alone: {
    /** Monotonic ms of this process at which every load began. */
    readonly startedAt: number;
    readonly samples: readonly PaceSample[];
    /** What the platform counted until the end. */
    readonly limits: readonly LimitReport[];
  };
  /** Somebody else has used it up, without Taxgate's knowledge. */
  readonly intruded: {
    readonly samples: readonly PaceSample[];
    /** Of Taxgate's requests, those that the platform refused. */
    readonly refused: number;
  };
  /** Invoices in the ledger at the end. */
  readonly issued: readonly Issued[];
  /** Submissions of what the platform had taken in before. */
  readonly repeats: number;
  /** Milliseconds until nothing was under way; null: never within its bound. */
  readonly settled: number | null;
}

/** Was it told when to come again, by Taxgate and in the platform's form? */
export function isToldToWait({ status, code, retryAfter, isInForm }: PaceSample): boolean {
  return status === 503 && code === "limited-by-platform" && (retryAfter ?? 0) >= 1 && isInForm;
}

/** Was it done? */
export function isDone({ status }: PaceSample): boolean {
  return status >= 200 && status < 300;
}
