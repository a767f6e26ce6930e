import type { Figures } from "./budgets.ts";
import type { AddedLatency } from "./latency.ts";
import type { Footprint } from "./footprint.ts";
import type { JournalFigures } from "./journal-figures.ts";
import { lanes } from "./lanes.ts";
import { medianMicros, medianPerSecond, medianRatio, medianResumed, type Samples } from "./rounds.ts";
import type { SubmissionFigures } from "./submissions.ts";
import type { Growth } from "./transfer.ts";

/** Everything that one run measured; what it did not measure is undefined. */
export interface Measured {
  readonly samples: Samples;
  readonly latency: AddedLatency | undefined;
  readonly sources: Footprint | undefined;
  readonly bundled: Footprint | undefined;
  readonly growth: Growth | undefined;
  readonly submission: SubmissionFigures | undefined;
  readonly journal: JournalFigures | undefined;
}

/** The budget of claims is for a journal of so many entries; one with fewer says nothing about it. */
const LARGE_JOURNAL = 10_000_000;

/** The figures that budgets bind, taken from what was measured of Taxgate run from its sources. */
export function figuresOf(measured: Measured): Figures {
  const { samples, latency, sources, bundled, growth, submission, journal } = measured;
  const resumed = medianResumed(samples, "taxgate", "resumed");
  const figures: Record<string, number | undefined> = {
    "resumed.share": resumed === undefined ? undefined : resumed * 100,
    "submission.perSecond": medianPerSecond(samples, "taxgate", "submission"),
    "submission.addedP50": submission?.latency.added.p50,
    "journal.claimP99": journal !== undefined && journal.entries >= LARGE_JOURNAL ? journal.claims.p99 : undefined,
    "latency.addedP50": latency?.added.p50,
    "latency.addedP99": latency?.added.p99,
    "idle.sources": sources?.freshMegabytes,
    "idle.bundled": bundled?.freshMegabytes,
    "used.sources": sources?.usedMegabytes,
    "used.bundled": bundled?.usedMegabytes,
    "start.sources": sources?.startMs,
    "start.bundled": bundled?.startMs,
    "transfer.upload": growth?.upload,
    "transfer.download": growth?.download,
  };
  for (const { name, peers } of lanes) {
    figures[`${name}.micros`] = medianMicros(samples, "taxgate", name);
    for (const peer of peers) figures[`${name}.${peer}`] = medianRatio(samples, "taxgate", peer, name);
  }
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}
