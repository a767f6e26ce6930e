import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { goodAt, SETTLING_BOUND_MS } from "./overload-drill.ts";
import { capacityOf, type Mode, type OverloadPlan } from "./overload-plan.ts";
import type { ModeRecord, OverloadRecord } from "./overload-record.ts";
import { tally } from "./tally.ts";

/** A second below this share of the capacity is a hole. */
const HOLE = 0.6;

/** Every claim of the overload drill, judged. */
export function judgeOverload(record: OverloadRecord): readonly Claim[] {
  const { plan, modes } = record;
  const { adaptive, off } = modes;
  if (adaptive === undefined) return [noneOf("runs", ["nothing ran"], 1)];
  const phases = phasesOf(plan);
  const holes = phases.flatMap(({ from, to }) => holesIn(plan, adaptive, from, to));
  const seconds = phases.reduce((sum, { from, to }) => sum + Math.floor((to - from) / 1000), 0);
  const { duplicates, ghosts, lost, strangers, orders, toldOk } = tally(adaptive.orders, adaptive.issued);
  return [
    ...phases.map(({ name, from, to }) => atLeast(`goodput ${name}, of the platform's capacity`, goodput(plan, adaptive, from, to), plan.least, "%")),
    atMost("until its capacity is used again", recovered(plan, adaptive), plan.recovery, "ms"),
    atMost(`seconds below ${HOLE * 100} % of the capacity, of ${seconds}`, holes.length, Math.ceil(seconds * plan.holes)),
    ...(off === undefined ? [] : [atMost("without it: goodput while the capacity is down", goodput(plan, off, phases[1].from, phases[1].to), goodput(plan, adaptive, phases[1].from, phases[1].to), "%")]),
    noneOf("invoices issued twice", [...duplicates, ...Array<string>(adaptive.repeats).fill("sent again")], orders),
    noneOf("told as issued, and not in the ledger", lost, toldOk.length),
    noneOf("told as failed to the end, and issued all the same", ghosts, orders),
    noneOf("issued, and never submitted", strangers, adaptive.issued.length),
    noneOf("orders that were never told of their invoice", adaptive.orders.filter((order) => !toldOk.includes(order)).map(({ seen }) => seen.join(", ")), orders),
    atMost("settled after the load", adaptive.settled ?? Number.NaN, SETTLING_BOUND_MS, "ms"),
  ];
}

/** The three stretches that are judged. */
function phasesOf({ warm, from, to, settling, recovery, length }: OverloadPlan) {
  return [
    { name: "before", from: warm, to: from },
    { name: "while it is down", from: from + settling, to },
    { name: "after", from: to + recovery, to: length },
  ] as const;
}

function capacityAt(plan: OverloadPlan, at: number): number {
  return capacityOf(plan, at >= plan.from && at < plan.to ? plan.workersLeft : plan.workers);
}

/** In per cent of the platform's own capacity in that time. */
function goodput(plan: OverloadPlan, mode: ModeRecord, from: number, to: number): number {
  const good = goodAt(mode).filter((at) => at >= from && at < to).length;
  return (100 * good * 1000) / (capacityAt(plan, from) * (to - from));
}

function holesIn(plan: OverloadPlan, mode: ModeRecord, from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from) / 1000) }, (_, second) => from + second * 1000).filter((at) => goodput(plan, mode, at, at + 1000) < 100 * HOLE);
}

/** From when on a second brings what it should; NaN where none does. */
function recovered(plan: OverloadPlan, mode: ModeRecord): number {
  const step = 250;
  for (let at = plan.to; at + 1000 <= plan.length; at += step) if (goodput(plan, mode, at, at + 1000) >= plan.least) return at - plan.to;
  return Number.NaN;
}

const WIDTH = 40;

/** Second by second: goodput as a bar against what the platform can do, and how the slots stood. */
export function overloadTable({ plan, modes }: OverloadRecord): string {
  const full = capacityOf(plan, plan.workers);
  return (Object.entries(modes) as [Mode, ModeRecord][]).map(([name, mode]) => {
    const rows = Array.from({ length: Math.floor(plan.length / 1000) }, (_, second) => {
      const [from, to] = [second * 1000, second * 1000 + 1000];
      const good = goodAt(mode).filter((at) => at >= from && at < to).length;
      const slots = mode.slots.filter(({ at }) => at >= from && at < to);
      const mean = (of: "limit" | "inFlight" | "waiting"): string => {
        const sum = slots.reduce((total, one) => total + one[of], 0) / slots.length;
        return Number.isNaN(sum) ? "" : sum.toFixed(0);
      };
      const refused = mode.reads.filter(({ doneAt, status }) => status === 503 && doneAt - mode.startedAt >= from && doneAt - mode.startedAt < to).length;
      const mark = Math.round((WIDTH * capacityAt(plan, from)) / full);
      const bar = "#".repeat(Math.min(WIDTH + 10, Math.round((WIDTH * good) / full))).padEnd(WIDTH + 10);
      return [String(second), `${bar.slice(0, mark)}|${bar.slice(mark)}`.trimEnd().padEnd(WIDTH + 11), String(good), mean("limit"), mean("inFlight"), mean("waiting"), String(refused)];
    });
    return `concurrency ${name}: goodput a second; | is what the platform can do\n${columns([["s", "goodput", "", "limit", "in flight", "waiting", "reads refused"], ...rows])}`;
  }).join("\n\n");
}
