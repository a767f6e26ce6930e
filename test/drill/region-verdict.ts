import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { submissionClaims } from "./exactly-once.ts";
import { STAGES, type RegionPlan, type StageName } from "./region-plan.ts";
import { failingFor, sentIn, sharesOf, stageOf, type RegionRecord } from "./region-record.ts";
import { inWords, isGood, type Sample } from "./request.ts";

/** Width of a slice in milliseconds when a share is watched over time. */
const SLICE_MS = 500;
/** Timers of two busy processes on shared cores come late by so much. */
const SLACK_MS = 250;
/** Probes and pauses are spread by so much. */
const SPREAD = 1.1;

/** Every claim of the region drill, judged. */
export function judgeRegion(record: RegionRecord): readonly Claim[] {
  const { first, second, beijing } = record.ledgers;
  const submitted = record.samples.filter((sample) => sample.kind === "submission");
  return [
    noneOf("all is well: requests that fail", failuresIn(record, "all is well"), [...sentIn(record, "all is well", "read"), ...sentIn(record, "all is well", "submission")].length),
    ...failoverClaims(record),
    ...recoveryClaims(record),
    ...rampClaims(record),
    noneOf("submissions in the ledger of the fallback region", beijing.map((issue) => issue.orderNo), submitted.length),
    ...submissionClaims(submitted, [...first, ...second, ...beijing]),
  ];
}

/** Milliseconds within which probes notice, the interval that reads may fail for. */
function healthInterval({ health }: RegionPlan): number {
  return health.every * health.unhealthyAfter * SPREAD;
}

function failoverClaims(record: RegionRecord): Claim[] {
  const bar = healthInterval(record.plan) + SLACK_MS;
  // A connection to a platform that hangs can be opened: the probes are content, and only answers that do not come tell.
  const hangs = bar + record.plan.responseTimeout;
  const failing = (name: StageName, limit: number, kind: "read" | "submission" = "read"): Claim => atMost(`${name}: ${kind}s fail for`, failingFor(record, name, kind), limit, "ms");
  const fallback = (name: StageName, after: number): Claim => {
    const later = sentIn(record, name, "read").filter((sample) => sample.sentAt > stageOf(record, name).from + after);
    return atLeast(`${name}: reads answered by the fallback region after that`, (100 * later.filter((sample) => isGood(sample) && sample.by === "beijing").length) / later.length, 100, "%");
  };
  return [
    failing("one endpoint refuses", bar), failing("one endpoint hangs", hangs),
    // The other endpoint of the region is well all the time.
    failing("one endpoint refuses", bar, "submission"), failing("one endpoint hangs", hangs, "submission"),
    failing("the region refuses", bar), fallback("the region refuses", bar),
    failing("the region hangs", hangs), fallback("the region hangs", hangs),
  ];
}

/** How long until the home region takes everything again: probes that see it, the breaker's pause, trials one at a time. */
function recoveryClaims(record: RegionRecord): Claim[] {
  const { health, openFor } = record.plan;
  const bar = health.every * health.healthyAfter * SPREAD + openFor * SPREAD + 2 * SLACK_MS;
  return (["the region comes back", "it wakes up"] as const).flatMap((name) => {
    const away = sentIn(record, name, "read").findLast((sample) => sample.by === "beijing");
    const back = away === undefined ? 0 : away.sentAt - stageOf(record, name).from;
    return [atMost(`${name}: reads are at home after`, back, bar, "ms"), atMost(`${name}: submissions fail for`, failingFor(record, name, "submission"), bar, "ms")];
  });
}

/** Against one sibling of the same weight, an endpoint whose weight grows from 0 to 1 has the share w/(1+w), with w growing in time. */
function rampClaims(record: RegionRecord): Claim[] {
  const { slowStart } = record.plan.health;
  const thirds = [[0, slowStart / 3], [(slowStart * 2) / 3, slowStart], [slowStart, Infinity]] as const;
  const [first, last, after] = sharesOf(record, "it comes back", "second", thirds).map((slice) => 100 * slice.share) as [number, number, number];
  return [
    atMost("it comes back: its share in the first third of slow start", first, 30, "%"),
    atLeast("it comes back: how much more it takes in the last third", last - first, 10, "points"),
    atMost("it comes back: how far from an equal share after slow start", Math.abs(after - 50), 15, "points"),
  ];
}

function failuresIn(record: RegionRecord, name: StageName): string[] {
  return [...sentIn(record, name, "read"), ...sentIn(record, name, "submission")].filter((sample) => !isGood(sample)).map(inWords);
}

/** The stages in a table: how many requests failed, for how long, and who answered. */
export function regionTable(record: RegionRecord): string {
  const rows = STAGES.map((name) => {
    const [reads, submitted] = [sentIn(record, name, "read"), sentIn(record, name, "submission")];
    return [name, ...countCells(reads), `${failingFor(record, name, "read").toFixed(0)} ms`, causes(reads), longest(reads), sources(reads), ...countCells(submitted), causes(submitted)];
  });
  const count = Math.floor(record.plan.stages["it comes back"] / SLICE_MS);
  const limits = Array.from({ length: count }, (_, index) => [index * SLICE_MS, (index + 1) * SLICE_MS] as const);
  const ramp = sharesOf(record, "it comes back", "second", limits).filter((slice) => !Number.isNaN(slice.share)).map(({ from, share }) => [`${from} ms`, `${(100 * share).toFixed(0)} %`]);
  return [
    columns([["stage", "reads", "failed", "failing for", "as", "slowest", "first/second/fallback", "submissions", "failed", "as"], ...rows]),
    columns([["slow start", "share of the recovered endpoint"], ...ramp]),
  ].join("\n\n");
}

function countCells(samples: readonly Sample[]): string[] {
  return [String(samples.length), String(samples.filter((sample) => !isGood(sample)).length)];
}

function longest(samples: readonly Sample[]): string {
  return `${Math.max(0, ...samples.map((sample) => sample.doneAt - sample.sentAt)).toFixed(0)} ms`;
}

function sources(samples: readonly Sample[]): string {
  return ["first", "second", "beijing"].map((name) => samples.filter((sample) => sample.by === name).length).join("/");
}

function causes(samples: readonly Sample[]): string {
  const bad = samples.filter((sample) => !isGood(sample));
  const counts = Map.groupBy(bad, ({ code, fault, status }) => code ?? fault ?? String(status));
  return [...counts].map(([cause, of]) => `${of.length} ${cause}`).join(", ");
}
