import { quantile } from "../bench/median.ts";
import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { killsUnderLoad, readyTimes, type CrashRecord, type RecoveryRecord } from "./crash-record.ts";
import { isToldOk } from "./legacy-client.ts";
import { tally } from "./tally.ts";

/** Kills at which nothing was under way show little; in percent. */
const UNDER_LOAD = 90;

/** Every claim of the crash drill, judged. */
export function judgeCrash(record: CrashRecord): readonly Claim[] {
  const { plan, lives, orders, issued, settled } = record;
  const { duplicates, lost, ghosts, strangers, toldOk } = tally(orders, issued);
  const kills = lives.filter(({ killedAt }) => killedAt !== null).length;
  return [
    atLeast("kills", kills, plan.kills),
    atLeast("kills with an order under way", (100 * killsUnderLoad(record)) / kills, UNDER_LOAD, "%"),
    atMost("settled after the load", settled ?? Number.NaN, SETTLING_BOUND_MS, "ms"),
    noneOf("invoices beyond the first of their order", duplicates, orders.length),
    noneOf("told ok, and not in the ledger under that number", lost, toldOk.length),
    noneOf("never told ok, and in the ledger all the same", ghosts, orders.length),
    noneOf("never told ok", orders.filter((order) => !isToldOk(order)).map(({ orderNo, seen }) => `${orderNo}: ${seen.at(-1) ?? ""}`), orders.length),
    noneOf("issued, and never submitted", strangers, issued.length),
    atMost("ready after its spawning, slowest", largest(readyTimes(lives)), plan.readyWithin, "ms"),
  ];
}

/** Longest wait until nothing is under way any more, in milliseconds. */
export const SETTLING_BOUND_MS = 60_000;

/** How the lives and the orders went. */
export function crashTable(record: CrashRecord): string {
  const { lives, orders, issued, arrived, settled } = record;
  const { toldOk, duplicates, lost, ghosts } = tally(orders, issued);
  const times = toldOk.map(({ sentAt, doneAt }) => doneAt - sentAt);
  const tries = orders.map((order) => order.tries);
  const early = lives.filter(({ readyAt, killedAt }) => readyAt === null && killedAt !== null).length;
  return [
    columns([["orders", "told ok", "duplicates", "lost", "ghosts", "tries p50", "tries max", "told ok p50", "p99", "max", "submissions an order", "settled after"], [
      String(orders.length), String(toldOk.length), String(duplicates.length), String(lost.length), String(ghosts.length),
      quantile(tries, 0.5).toFixed(0), largest(tries).toFixed(0), ...spread(times), (arrived / orders.length).toFixed(3), settled === null ? "never" : ms(settled),
    ]]),
    columns([["lives", "killed", "while starting", "under load", "ready p50", "p99", "max"], [
      String(lives.length), String(lives.filter(({ killedAt }) => killedAt !== null).length), String(early), String(killsUnderLoad(record)), ...spread(readyTimes(lives)),
    ]]),
  ].join("\n\n");
}

/** Every claim of the recovery drill, judged. */
export function judgeRecovery({ plan, restarts }: RecoveryRecord): readonly Claim[] {
  return [
    atLeast("restarts", restarts.length, plan.restarts),
    // The resolver begins at once, so some may be settled by the time that they are counted.
    atLeast("open entries when it is ready, fewest", Math.min(...restarts.map(({ open }) => open)), 0.9 * plan.entries),
    atMost("ready after its spawning, slowest", largest(restarts.map(({ readyAfter }) => readyAfter)), plan.readyWithin, "ms"),
    noneOf("new orders right after that not told ok", restarts.flatMap(({ firstOrder }, index) => (firstOrder === null ? [`restart ${index + 1}`] : [])), restarts.length),
  ];
}

/** A row for each restart. */
export function recoveryTable({ restarts }: RecoveryRecord): string {
  const rows = restarts.map(({ readyAfter, open, firstOrder }, index) => [String(index + 1), ms(readyAfter), String(open), firstOrder === null ? "never" : ms(firstOrder)]);
  return columns([["restart", "ready after", "open entries", "a new order told ok after"], ...rows]);
}

function spread(times: readonly number[]): string[] {
  return [quantile(times, 0.5), quantile(times, 0.99), largest(times)].map(ms);
}

/** NaN where there is none, so that no claim about it holds. */
function largest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
