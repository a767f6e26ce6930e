import type { Figures } from "./budgets.ts";
import type { AddedLatency } from "./latency.ts";
import type { Footprint } from "./footprint.ts";
import { lanes } from "./lanes.ts";
import { medianMicros, medianRatio, type Samples } from "./rounds.ts";
import type { Growth } from "./transfer.ts";

/** Everything that one run measured; what it did not measure is undefined. */
export interface Measured {
  readonly samples: Samples;
  readonly latency: AddedLatency | undefined;
  readonly sources: Footprint | undefined;
  readonly bundled: Footprint | undefined;
  readonly growth: Growth | undefined;
}

/** The figures that budgets bind, taken from what was measured of Taxgate run from its sources. */
export function figuresOf(measured: Measured): Figures {
  const { samples, latency, sources, bundled, growth } = measured;
  const figures: Record<string, number | undefined> = {
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
