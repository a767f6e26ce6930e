import type { Lane, LaneName } from "./lanes.ts";
import { discrepancy, readLedger, type Ledger } from "./ledger.ts";
import { measure, type Drive, type Pace, type Sample } from "./load.ts";
import { median } from "./median.ts";
import type { RunningProxy } from "./proxies/proxy.ts";

/** Samples of one proxy: one a round in each lane. */
export type LaneSamples = Partial<Record<LaneName, Sample[]>>;

/** Samples by the proxy's name. */
export type Samples = ReadonlyMap<string, LaneSamples>;

/** What a round needs. */
export interface Course {
  /** Names of the proxies, in the table's order. */
  readonly names: readonly string[];
  readonly lanes: readonly Lane[];
  readonly rounds: number;
  readonly pace: Pace;
  /** What serves a proxy's part of a lane; undefined where it has nothing to do there. */
  readonly serving: (lane: Lane, proxy: string) => RunningProxy | undefined;
  /** Requests that the origin has been sent so far. */
  readonly forwarded: () => Promise<number>;
  readonly drive: (lane: Lane, port: number) => Drive;
  /** Told before each measurement. */
  readonly progress: (round: number, lane: Lane, proxy: string) => void;
}

/**
 * Measures every proxy once a round in every lane, the proxies one after another inside a lane.
 * Noise of the machine that lasts longer than a measurement so strikes all of them, and ratios inside a round stay true.
 */
export async function runRounds(course: Course): Promise<Samples> {
  const samples = new Map<string, LaneSamples>();
  for (const name of course.names) samples.set(name, {});
  for (let round = 1; round <= course.rounds; round += 1) {
    for (const lane of course.lanes) {
      for (const name of course.names) {
        const proxy = course.serving(lane, name);
        if (proxy === undefined) continue;
        course.progress(round, lane, name);
        const sample = await measureLane(course, lane, name, proxy);
        ((samples.get(name) ?? {})[lane.name] ??= []).push(sample);
      }
    }
  }
  return samples;
}

/**
 * One measurement. Throws where a lane of hits was not answered from the proxy's cache, or submissions were not journalled
 * and sent once each: the figure would be another lane's.
 */
async function measureLane(course: Course, lane: Lane, name: string, proxy: RunningProxy): Promise<Sample> {
  const ledger = await ledgerOf(lane, proxy);
  const before = await course.forwarded();
  const { sample, answered } = await measure(proxy, course.drive(lane, proxy.port), course.pace);
  const after = await ledgerOf(lane, proxy);
  // The second look at the counter is counted.
  const sent = (await course.forwarded()) - before - 1;
  // Connections that come at once may each miss once.
  if (lane.kind === "cached" && !(sent < 100)) throw new Error(`measure hits of ${name}: ${sent} requests reached the origin`);
  const wrong = lane.kind === "journalled" ? discrepancy({ answered, sent, runs: 2, others: after.others, accepted: after.accepted - ledger.accepted }) : null;
  if (wrong !== null) throw new Error(`measure submissions of ${name}: ${wrong}`);
  return sample;
}

async function ledgerOf({ kind }: Lane, { admin }: RunningProxy): Promise<Ledger> {
  return kind === "journalled" && admin !== undefined ? readLedger(admin) : { accepted: 0, others: 0 };
}

/** Median CPU microseconds of a request; undefined where the proxy was not measured. */
export function medianMicros(samples: Samples, proxy: string, lane: LaneName): number | undefined {
  return medianOf(samples.get(proxy)?.[lane]?.map((sample) => sample.micros) ?? []);
}

/** Median requests a second; undefined where the proxy was not measured. */
export function medianPerSecond(samples: Samples, proxy: string, lane: LaneName): number | undefined {
  return medianOf(samples.get(proxy)?.[lane]?.map((sample) => sample.perSecond) ?? []);
}

/** Median share of connections that were resumed; undefined where none were counted. */
export function medianResumed(samples: Samples, proxy: string, lane: LaneName): number | undefined {
  return medianOf(samples.get(proxy)?.[lane]?.map((sample) => sample.resumed) ?? []);
}

/** Median over the rounds of a proxy's cost over a peer's in the same round; undefined where either was not measured. */
export function medianRatio(samples: Samples, proxy: string, peer: string, lane: LaneName): number | undefined {
  const own = samples.get(proxy)?.[lane] ?? [];
  const other = samples.get(peer)?.[lane] ?? [];
  return medianOf(own.map(({ micros }, round) => quotient(micros, other[round]?.micros)));
}

/** The round of a proxy that served nothing counts for nothing here; it shows as a failure. */
function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

function quotient(own: number | undefined, other: number | undefined): number | undefined {
  return own === undefined || other === undefined ? undefined : own / other;
}

/** Requests of a proxy that failed while they were counted, in all lanes and rounds. */
export function failures(samples: Samples, proxy: string): number {
  return Object.values(samples.get(proxy) ?? {})
    .flat()
    .reduce((sum, sample) => sum + sample.failures, 0);
}
