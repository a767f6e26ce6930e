import type { Instance, LimitsPlan, LimitsStageName } from "./limits-plan.ts";
import type { Sample } from "./request.ts";

/** One stage as it was run; monotonic milliseconds. What its name says was done to Redis at `from`. */
export interface LimitsStage {
  readonly name: LimitsStageName;
  readonly from: number;
  readonly to: number;
  /** What `taxgate_limit_degraded` of both said at its end. */
  readonly degraded: readonly number[];
}

/** A line of the log: whether limits are kept together, as this Taxgate sees it. */
export interface StateChange {
  readonly instance: Instance;
  readonly at: number;
  readonly state: "up" | "down";
  readonly why: string;
}

/** Everything that the drill saw. */
export interface LimitsRecord {
  readonly plan: LimitsPlan;
  readonly stages: readonly LimitsStage[];
  readonly samples: Readonly<Record<Instance, readonly Sample[]>>;
  readonly changes: readonly StateChange[];
}

/** Samples of one limit that were let through and lie in a span. */
export function passedIn(samples: readonly Sample[], limit: string, from: number, to: number): readonly Sample[] {
  return samples.filter(({ kind, status, sentAt, doneAt }) => kind === limit && status === 200 && sentAt >= from && doneAt <= to);
}

/**
 * The most that were decided within any span of `per` milliseconds beyond doubt: each was decided between its sending and its
 * answer, so that one counts which has both in the span.
 */
export function mostWithin(samples: readonly Sample[], per: number): number {
  const sorted = samples.toSorted((a, b) => a.sentAt - b.sentAt);
  let most = 0;
  for (const [index, { sentAt }] of sorted.entries()) {
    let count = 0;
    for (let other = index; other < sorted.length && (sorted[other] as Sample).sentAt <= sentAt + per; other++) if ((sorted[other] as Sample).doneAt <= sentAt + per) count++;
    most = Math.max(most, count);
  }
  return most;
}

/** How much of a limit was used, in per cent: after how long it was used up once more, again and again, against how long that takes at best; NaN where it was not used up twice. */
export function usedOf(samples: readonly Sample[], most: number, per: number): number {
  const times = samples.map(({ doneAt }) => doneAt).toSorted((a, b) => a - b);
  const rounds = Math.floor((times.length - 1) / most);
  if (rounds < 1) return Number.NaN;
  return (100 * rounds * per) / ((times[rounds * most] as number) - (times[0] as number));
}
