import { columns } from "../../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "../claim.ts";
import { SETTLING_BOUND_MS, type Ordered, type PlatformRecord, type WayRecord } from "./platform-storm.ts";

/** What has to hold for nearly every order; the rest is told to come back, and never anything that is not so. */
const TOLD_DONE = 95;

/** What became of the orders of one way. */
interface Figures {
  readonly orders: number;
  /** In percent. */
  readonly toldDone: number;
  /** Orders that were issued more than once. */
  readonly duplicates: readonly string[];
  /** Told done, and not in the ledger, or not shown to the application. */
  readonly lost: readonly string[];
  /** Not told done, and in the ledger all the same. */
  readonly ghosts: readonly string[];
}

/** Every claim about one platform's storm, judged. */
export function judgePlatform({ app, directly, taxgate }: PlatformRecord): readonly Claim[] {
  const figures = figuresOf(taxgate);
  const harm = figuresOf(directly);
  const name = (text: string): string => `${app.profile}: ${text}`;
  const exceeded = taxgate.limits.filter(({ exceeded }) => exceeded > 0).map(({ name: limit, exceeded }) => `${limit} ${exceeded} times`);
  return [
    atMost(name("settled after the load"), taxgate.settled ?? Number.NaN, SETTLING_BOUND_MS, "ms"),
    noneOf(name("orders issued more than once"), figures.duplicates, figures.orders),
    ...(app.repeatsByPlan === true ? [] : [atMost(name("submissions of what the platform had already"), taxgate.repeats, 0)]),
    noneOf(name("told done, and not found at the platform"), figures.lost, figures.orders),
    noneOf(name("not told done, and issued all the same"), figures.ghosts, figures.orders),
    noneOf(name("limits of the platform exceeded"), exceeded, taxgate.limits.length + 1),
    atLeast(name("told done"), figures.toldDone, app.toldDone ?? TOLD_DONE, "%"),
    atLeast(name("directly: harm, so there was a storm"), harm.duplicates.length + directly.repeats + harm.ghosts.length, 1),
  ];
}

function figuresOf({ orders, issued }: WayRecord): Figures {
  const counts = new Map<string, number>();
  for (const { orderNo } of issued) counts.set(orderNo, (counts.get(orderNo) ?? 0) + 1);
  const has = ({ orderNo }: Ordered): boolean => counts.has(orderNo);
  const done = orders.filter(({ told }) => told.kind === "done");
  return {
    orders: orders.length,
    toldDone: (100 * done.length) / Math.max(1, orders.length),
    duplicates: [...counts].filter(([, count]) => count > 1).map(([orderNo]) => orderNo),
    lost: done.filter((order) => !has(order) || order.found !== true).map(({ orderNo }) => orderNo),
    ghosts: orders.filter((order) => order.told.kind !== "done" && has(order)).map(({ orderNo, told }) => `${orderNo} (${told.kind === "no" ? told.why : "tries used up"})`),
  };
}

/** A row for each way of each platform. */
export function platformTable(records: readonly PlatformRecord[]): string {
  const head = ["platform", "way", "orders", "told done", "issued twice", "repeats", "lost", "ghosts", "limits exceeded", "settled after"];
  return columns([head, ...records.flatMap(({ app, directly, taxgate }) => [row(app.profile, "directly", directly), row(app.profile, "taxgate", taxgate)])]);
}

function row(profile: string, way: string, record: WayRecord): string[] {
  const { orders, toldDone, duplicates, lost, ghosts } = figuresOf(record);
  const exceeded = record.limits.reduce((sum, limit) => sum + limit.exceeded, 0);
  return [profile, way, String(orders), `${toldDone.toFixed(1)} %`, String(duplicates.length), String(record.repeats), String(lost.length), String(ghosts.length), String(exceeded), record.settled === null ? "never" : `${record.settled.toFixed(0)} ms`];
}
