import type { Arrival } from "./blackout-platform.ts";
import type { BlackoutPlan, BlackoutRegion, BlackoutStageName } from "./blackout-plan.ts";
import type { Sample } from "./request.ts";

/** Taxgate's own counters for one region. */
export interface RegionCounts {
  /** Attempts that were begun, whatever came of them. */
  readonly attempts: number;
  /** Calls that the breaker, or a full queue, refused. */
  readonly refused: number;
  /** Times that the breaker opened. */
  readonly opened: number;
  /** Connections that the platform accepted, probes among them. */
  readonly connections: number;
}

/** One stage as it was run; monotonic milliseconds. The platforms were what it says at `from`. */
export interface BlackoutStage {
  readonly name: BlackoutStageName;
  readonly from: number;
  readonly to: number;
  /** What was counted during the stage. */
  readonly counts: Readonly<Record<BlackoutRegion, RegionCounts>>;
  /** Attempts after the first one of a request, all regions together. */
  readonly retries: number;
}

/** Everything that a blackout drill saw. */
export interface BlackoutRecord {
  readonly plan: BlackoutPlan;
  readonly stages: readonly BlackoutStage[];
  readonly samples: readonly Sample[];
  readonly arrivals: Readonly<Record<BlackoutRegion, readonly Arrival[]>>;
}

/** The stage of that name. */
export function blackoutStage(record: BlackoutRecord, name: BlackoutStageName): BlackoutStage {
  const stage = record.stages.find((one) => one.name === name);
  if (stage === undefined) throw new Error(`judging the drill: stage '${name}' was not run`);
  return stage;
}

/** What was sent during a stage, of one kind where it is named. */
export function readsIn(record: BlackoutRecord, name: BlackoutStageName, kind?: string): readonly Sample[] {
  const { from, to } = blackoutStage(record, name);
  return record.samples.filter((sample) => sample.sentAt >= from && sample.sentAt < to && (kind === undefined || sample.kind === kind));
}

/** What reached a region's platform during a stage. */
export function arrivalsIn(record: BlackoutRecord, name: BlackoutStageName, region: BlackoutRegion): readonly Arrival[] {
  const { from, to } = blackoutStage(record, name);
  return record.arrivals[region].filter(({ at }) => at >= from && at < to);
}

/** What Cache-Status says of an answer, in one word. */
export type Freshness = "forwarded" | "fresh" | "while-revalidate" | "if-error" | "other-region" | "unmarked";

/** Reads Cache-Status as Taxgate writes it: a negative ttl and its reason belong together. */
export function freshnessOf({ cacheStatus }: Sample): Freshness {
  const found = /^taxgate; (?:hit|fwd=[a-z-]+(?:; collapsed)?|fwd=stale; fwd-status=304); ttl=(-?\d+)(?:; detail=([a-z-]+))?$/.exec(cacheStatus ?? "");
  if (found === null) return cacheStatus?.startsWith("taxgate; fwd=") === true ? "forwarded" : "unmarked";
  const [, ttl = "", detail] = found;
  if (detail === "other-region") return detail;
  if (!ttl.startsWith("-")) return detail === undefined ? "fresh" : "unmarked";
  return detail === "while-revalidate" || detail === "if-error" ? detail : "unmarked";
}
