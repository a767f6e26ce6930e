import { z } from "zod";
import { every, type Clock } from "../../base/clock.ts";
import { moveFile, readBounded, writeAtomic } from "../../base/files.ts";
import type { Stoppable } from "../../base/lifetime.ts";
import { PLACES, severity } from "../rules/options.ts";
import { MOST_PASSING, MOST_PASSING_RULES } from "./passing.ts";
import { MOST_GROUPS, type ReportState, type WafReport } from "./report.ts";

/** What happens to the file, for the log. */
export interface ReportFileEvents {
  /** It could not be read and stands under `aside` now; null: it could not be moved either. */
  setAside(reason: string, aside: string | null): void;
  /** It could not be written; told once until it can be again. */
  unwritable(reason: string): void;
}

/** Where and how a report is kept. */
export interface ReportFileEnv {
  readonly file: string;
  readonly clock: Pick<Clock, "after" | "now" | "wall">;
  readonly events: ReportFileEvents;
}

/** A group takes less than 4 KiB. */
const MOST_BYTES = MOST_GROUPS * 4096;
const EVERY_MS = 60_000;
const VERSION = 1;

const text = (most: number) => z.string().max(most);
const count = () => z.number().int().min(0);
const passing = z.strictObject({ rules: z.array(text(64)).min(1).max(MOST_PASSING_RULES), class: text(64).nullable(), requests: count(), elsewhere: count() });
const group = z.strictObject({
  site: text(64), route: text(64), rule: text(64), class: text(64), severity: severity(), place: z.enum([...PLACES, "request"]), field: text(200),
  stopped: count(), wouldStop: count(), below: count(), stopsMore: count(), stopsLess: count(), firstAt: count(), lastAt: count(), highest: count(),
  requests: z.array(text(64)).max(5), together: z.array(text(64)).max(8), passing: z.array(passing).max(MOST_PASSING).default([]),
});
const kept = z.strictObject({ version: z.literal(VERSION), since: count(), lost: count(), groups: z.array(group).max(MOST_GROUPS) });

/** Restores a report from its file, and keeps the file up to date: at most every minute, where anything changed, and at the end. */
export function keepReport(report: WafReport, { file, clock, events }: ReportFileEnv): Stoppable {
  const read = readReport(file);
  if (read.kind === "read") report.restore(read.state);
  if (read.kind === "broken") {
    const aside = `${file}.broken`;
    events.setAside(read.reason, moveFile(file, aside).ok ? aside : null);
  }
  let written = report.revision;
  let failed = false;
  const save = (): void => {
    if (report.revision === written) return;
    const { revision } = report;
    try {
      writeAtomic(file, `${JSON.stringify({ version: VERSION, ...report.state() })}\n`);
      written = revision;
      failed = false;
    } catch (fault) {
      if (!failed) events.unwritable(fault instanceof Error ? fault.message : String(fault));
      failed = true;
    }
  };
  const timer = every(clock, EVERY_MS, save);
  return {
    stop() {
      timer.cancel();
      save();
    },
  };
}

type ReadReport = { readonly kind: "none" } | { readonly kind: "read"; readonly state: ReportState } | { readonly kind: "broken"; readonly reason: string };

function readReport(file: string): ReadReport {
  const reading = readBounded(file, MOST_BYTES);
  if (!reading.ok) return reading.reason === "no such file" ? { kind: "none" } : { kind: "broken", reason: reading.reason };
  const parsed = kept.safeParse(jsonOf(reading.bytes));
  return parsed.success ? { kind: "read", state: parsed.data } : { kind: "broken", reason: "it is no report of this version" };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null;
  }
}
