import { quantile } from "../bench/median.ts";
import type { Order } from "./legacy-client.ts";
import type { Sample } from "./request.ts";
import type { Issued } from "./sandbox-process.ts";
import type { LaneName, StormPlan } from "./storm-plan.ts";
import { tally, type Tally } from "./tally.ts";

/** What one way to the platform gave. */
export interface LaneRecord {
  readonly orders: readonly Order[];
  readonly reads: readonly Sample[];
  /** The platform's ledger, once nothing was under way any more. */
  readonly issued: readonly Issued[];
  /** Requests that reached the platform. */
  readonly arrived: { readonly submissions: number; readonly queries: number; readonly reads: number };
  /** Milliseconds from the end of the load until nothing was under way; null where it did not come to that. */
  readonly settled: number | null;
}

/** Everything that a storm drill saw. */
export interface StormRecord {
  readonly plan: StormPlan;
  readonly lanes: Readonly<Partial<Record<LaneName, LaneRecord>>>;
}

/** A lane in numbers; shares in percent, times in milliseconds. */
export interface LaneFigures extends Tally {
  readonly toldOkShare: number;
  readonly duplicateShare: number;
  /** Orders that were told ok by their first try. */
  readonly firstTryShare: number;
  /** Of the time from the first try until told ok. */
  readonly p50: number;
  readonly p99: number;
  /** Submissions that reached the platform, for each order. */
  readonly amplification: number;
  readonly readsGood: number;
}

/** The numbers of a lane; NaN where there is nothing to count. */
export function laneFigures({ orders, reads, issued, arrived }: LaneRecord): LaneFigures {
  const counts = tally(orders, issued);
  const share = (part: number): number => (100 * part) / orders.length;
  const times = counts.toldOk.map(({ sentAt, doneAt }) => doneAt - sentAt);
  return {
    ...counts,
    toldOkShare: share(counts.toldOk.length), duplicateShare: share(counts.duplicates.length),
    firstTryShare: share(counts.toldOk.filter(({ tries }) => tries === 1).length),
    p50: quantile(times, 0.5), p99: quantile(times, 0.99),
    amplification: arrived.submissions / orders.length,
    readsGood: (100 * reads.filter(({ status }) => status === 200).length) / reads.length,
  };
}
