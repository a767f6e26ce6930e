import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { createBuckets, samplesOf, type Buckets } from "./buckets.ts";
import { METRICS, specOf, type MetricName, type MetricSpec, type PulledName } from "./metric-table.ts";
import { createSeries, type Labels, type Series } from "./series.ts";

/** A value with its labels, as asked for at a scrape. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** A count that grows by plain addition; prom-client is told of it at a scrape. */
export interface Count {
  value: number;
}

/**
 * The prom-client objects of the whole table. prom-client's own children cost 0.3 to 0.6 µs a call (they check and join
 * their labels each time), so the hot path adds to cells of ours and the objects read them when they are scraped.
 */
export interface MetricRegistry {
  /** Cells of a counter. */
  counts(name: PulledName): Series<Count>;
  /** Cells of a histogram, and its bounds. */
  buckets(name: MetricName): { readonly series: Series<Buckets>; readonly bounds: readonly number[] };
  /** Asks `source` at every scrape; it must be quick. A counter's source gives the whole count. */
  pull(name: PulledName, source: () => Iterable<Sample>): void;
  /** What a counter or gauge says at this moment. */
  samples(name: PulledName): readonly Sample[];
  /** The names whose text is written one by one. */
  names(): readonly string[];
  /** The text of one metric. */
  text(name: string): Promise<string>;
  readonly contentType: string;
}

function seriesFor<Cell>(spec: MetricSpec, create: () => Cell): Series<Cell> {
  return createSeries(spec.labels.map((label) => ({ name: label.name, open: label.values === "configuration" })), spec.budget, create);
}

function firstOf<Value>(source: Iterable<Value>, most: number): Value[] {
  const taken: Value[] = [];
  for (const value of source) {
    if (taken.length >= most) break;
    taken.push(value);
  }
  return taken;
}

function histogramValues(name: string, series: Series<Buckets>, bounds: readonly number[]) {
  return series.entries().flatMap(({ labels, cell }) =>
    samplesOf(cell, bounds).map((sample) => ({
      metricName: `${name}${sample.suffix}`,
      labels: sample.le === null ? {} : { le: sample.le },
      sharedLabels: labels,
      value: sample.value,
    })),
  );
}

/** Registers a histogram that reads our cells: prom-client has no call to add more than one observation at a time. */
function registerHistogram(registry: Registry, spec: MetricSpec, series: Series<Buckets>, bounds: readonly number[]): void {
  const labelNames = spec.labels.map((label) => label.name);
  const histogram = new Histogram({ name: spec.name, help: spec.help, labelNames, buckets: [...bounds], registers: [registry] });
  Object.assign(histogram, {
    getForPromString: () => Promise.resolve({ name: spec.name, help: spec.help, type: spec.type, values: histogramValues(spec.name, series, bounds) }),
  });
}

/** Registers the whole table in a registry of its own. */
export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry();
  const sources = new Map<string, () => Iterable<Sample>>();
  const counts = new Map<string, Series<Count>>();
  const histograms = new Map<string, { series: Series<Buckets>; bounds: readonly number[] }>();

  const read = (name: string, most: number): Sample[] => {
    const source = sources.get(name);
    if (source !== undefined) return firstOf(source(), most);
    return (counts.get(name)?.entries() ?? []).map(({ labels, cell }) => ({ labels, value: cell.value }));
  };
  const register = (spec: MetricSpec): void => {
    const common = { name: spec.name, help: spec.help, labelNames: spec.labels.map((label) => label.name), registers: [registry] };
    if (spec.type === "histogram") {
      const bounds = spec.buckets ?? [];
      const series = seriesFor(spec, () => createBuckets(bounds.length));
      histograms.set(spec.name, { series, bounds });
      registerHistogram(registry, spec, series, bounds);
    } else if (spec.type === "counter") {
      counts.set(spec.name, seriesFor(spec, () => ({ value: 0 })));
      new Counter({ ...common, collect() {
        this.reset();
        for (const sample of read(spec.name, Infinity)) this.inc(sample.labels, sample.value);
      } });
    } else {
      new Gauge({ ...common, collect() {
        this.reset();
        for (const sample of read(spec.name, spec.budget)) this.set(sample.labels, sample.value);
      } });
    }
  };
  for (const spec of METRICS) register(spec);
  return {
    counts: (name) => counts.get(name) ?? seriesFor(specOf(name), () => ({ value: 0 })),
    buckets: (name) => histograms.get(name) ?? { series: seriesFor(specOf(name), () => createBuckets(0)), bounds: [] },
    pull: (name, source) => {
      sources.set(name, source);
    },
    samples: (name) => read(name, Infinity),
    names: () => METRICS.map((spec) => spec.name),
    text: (name) => registry.getSingleMetricAsString(name),
    contentType: registry.contentType,
  };
}
