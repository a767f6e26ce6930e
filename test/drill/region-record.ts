import type { Issue } from "../../src/sandbox/ledger.ts";
import type { RegionPlan, StageName } from "./region-plan.ts";
import { isGood, type Sample } from "./request.ts";

/** The platforms of the drill. `first` and `second` are the endpoints of Guangdong. */
export type PlatformName = "beijing" | "first" | "second";

/** One stage as it was run; monotonic milliseconds. The fault was in force, or lifted, at `from`. */
export interface Stage {
  readonly name: StageName;
  readonly from: number;
  readonly to: number;
}

/** Everything that a region drill saw. */
export interface RegionRecord {
  readonly plan: RegionPlan;
  readonly stages: readonly Stage[];
  readonly samples: readonly Sample[];
  /** What each platform issued. */
  readonly ledgers: Readonly<Record<PlatformName, readonly Issue[]>>;
}

/** A request that is under way when a stage ends meets the next stage's faults; sent so late, it belongs to neither. */
const EDGE_MS = 50;

/** What was sent during a stage, in order of sending. */
export function sentIn(record: RegionRecord, name: StageName, kind: "read" | "submission"): readonly Sample[] {
  const { from, to } = stageOf(record, name);
  const isOf = ({ sentAt, doneAt }: Sample): boolean => sentAt >= from && sentAt < to && (sentAt < to - EDGE_MS || doneAt <= to);
  return record.samples.filter((sample) => sample.kind === kind && isOf(sample)).toSorted((a, b) => a.sentAt - b.sentAt);
}

/** The stage of that name. */
export function stageOf(record: RegionRecord, name: StageName): Stage {
  const stage = record.stages.find((one) => one.name === name);
  if (stage === undefined) throw new Error(`judging the drill: stage '${name}' was not run`);
  return stage;
}

/** Milliseconds from the begin of a stage until the last request that failed was sent; 0 where none did. */
export function failingFor(record: RegionRecord, name: StageName, kind: "read" | "submission"): number {
  const last = sentIn(record, name, kind).findLast((sample) => !isGood(sample));
  return last === undefined ? 0 : last.sentAt - stageOf(record, name).from;
}

/** A part of a stage, and which share of its answers an endpoint gave. Milliseconds from that endpoint's first answer in the stage. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** 0 to 1; NaN where nothing was answered. */
  readonly share: number;
}

/** The share of a platform in the good answers of a stage, within each pair of limits. */
export function sharesOf(record: RegionRecord, name: StageName, platform: PlatformName, limits: readonly (readonly [number, number])[]): readonly Slice[] {
  const answered = [...sentIn(record, name, "read"), ...sentIn(record, name, "submission")].filter(isGood);
  const start = Math.min(...answered.filter((sample) => sample.by === platform).map((sample) => sample.sentAt));
  return limits.map(([from, to]) => {
    const within = answered.filter((sample) => sample.sentAt >= start + from && sample.sentAt < start + to);
    return { from, to, share: within.filter((sample) => sample.by === platform).length / within.length };
  });
}
