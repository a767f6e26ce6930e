/** Observations sorted into buckets, without their sum's history: what Prometheus calls a histogram. */
export interface Buckets {
  /** How many fell at or below each bound and above the one before; one more for what lies above all. */
  readonly counts: Float64Array;
  sum: number;
}

/** An empty set of buckets for so many bounds. */
export function createBuckets(bounds: number): Buckets {
  return { counts: new Float64Array(bounds + 1), sum: 0 };
}

/** Adds one observation. `bounds` must rise. Most values are small, so the search begins at the bottom. */
export function observe(buckets: Buckets, bounds: readonly number[], value: number): void {
  let index = 0;
  while (index < bounds.length && value > (bounds[index] as number)) index += 1;
  buckets.counts[index] = (buckets.counts[index] as number) + 1;
  buckets.sum += value;
}

/** One line of a histogram as Prometheus reads it. */
export interface BucketSample {
  readonly suffix: "_bucket" | "_sum" | "_count";
  readonly le: string | null;
  readonly value: number;
}

/** The cumulative form: a line a bound, then `+Inf`, sum and count. */
export function samplesOf(buckets: Buckets, bounds: readonly number[]): BucketSample[] {
  let count = 0;
  const lines: BucketSample[] = bounds.map((bound, index) => {
    count += buckets.counts[index] as number;
    return { suffix: "_bucket", le: String(bound), value: count };
  });
  count += buckets.counts[bounds.length] as number;
  lines.push({ suffix: "_bucket", le: "+Inf", value: count }, { suffix: "_sum", le: null, value: buckets.sum }, { suffix: "_count", le: null, value: count });
  return lines;
}
