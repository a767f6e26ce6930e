import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { laneFigures, type LaneFigures, type LaneRecord, type StormRecord } from "./storm-record.ts";
import { LANES, type LaneName } from "./storm-plan.ts";

/** What has to hold through Taxgate. */
const TOLD_OK = 99.9;
const AMPLIFICATION = 1.1;
/** Where the same load does no harm when it is sent directly, nothing was shown. */
const HARM = 5;

/** Every claim of the storm drill, judged. */
export function judgeStorm(record: StormRecord): readonly Claim[] {
  return [...taxgateClaims(record), ...directClaims(record)];
}

function taxgateClaims({ plan, lanes: { taxgate } }: StormRecord): Claim[] {
  const lane = taxgate ?? NOT_RUN;
  const figures = laneFigures(lane);
  const { orders, toldOk } = figures;
  return [
    atMost("taxgate: settled after the load", lane.settled ?? Number.NaN, SETTLING_BOUND_MS, "ms"),
    noneOf("taxgate: invoices beyond the first of their order", figures.duplicates, orders),
    noneOf("taxgate: told ok, and not in the ledger under that number", figures.lost, toldOk.length),
    noneOf("taxgate: told failed, and in the ledger all the same", figures.ghosts, orders),
    noneOf("taxgate: issued, and never submitted", figures.strangers, lane.issued.length),
    ...(plan.trouble === "blackout" ? [] : [
      atLeast("taxgate: told ok", figures.toldOkShare, TOLD_OK, "%"),
      atMost("taxgate: submissions that reach the platform, an order", figures.amplification, AMPLIFICATION),
    ]),
  ];
}

function directClaims({ plan, lanes }: StormRecord): Claim[] {
  const { duplicateShare, toldOkShare, orders } = laneFigures(lanes.directly ?? NOT_RUN);
  // A blackout alone fails orders; what is issued twice there is a matter of what was under way when it began.
  if (plan.trouble === "blackout") return [atLeast("directly: orders not told ok at once, so there was a blackout", orders - (lanes.directly ?? NOT_RUN).orders.filter(({ tries }) => tries === 1).length, 1)];
  return [
    atLeast("directly: duplicates, so there was a storm", duplicateShare, HARM, "%"),
    atMost("directly: told ok, so there was a storm", toldOkShare, 100 - HARM, "%"),
  ];
}

const NOT_RUN: LaneRecord = { orders: [], reads: [], issued: [], arrived: { submissions: 0, queries: 0, reads: 0 }, settled: null };

/** Longest wait until nothing is under way any more, in milliseconds. */
export const SETTLING_BOUND_MS = 60_000;

/** A column for each figure, a row for each lane. */
export function stormTable({ lanes }: StormRecord): string {
  const head = ["lane", "orders", "told ok", "first try", "duplicates", "ghosts", "lost", "p50", "p99", "submissions an order", "queries", "reads at the platform", "reads good", "settled after"];
  const run = LANES.flatMap((name): (readonly [LaneName, LaneRecord])[] => (lanes[name] === undefined ? [] : [[name, lanes[name]]]));
  return columns([head, ...run.map(([name, lane]) => [name, ...cells(laneFigures(lane), lane)])]);
}

function cells(figures: LaneFigures, { arrived, settled }: LaneRecord): string[] {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const { orders, toldOkShare, firstTryShare, duplicates, duplicateShare, ghosts, lost, p50, p99, amplification, readsGood } = figures;
  return [
    String(orders), `${toldOkShare.toFixed(2)} %`, `${firstTryShare.toFixed(1)} %`, `${duplicates.length} (${duplicateShare.toFixed(1)} %)`, String(ghosts.length), String(lost.length),
    ms(p50), ms(p99), amplification.toFixed(3), String(arrived.queries), String(arrived.reads), `${readsGood.toFixed(1)} %`, settled === null ? "never" : ms(settled),
  ];
}
