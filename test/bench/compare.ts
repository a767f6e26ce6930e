import { stop } from "./children.ts";
import type { Wishes } from "./arguments.ts";
import type { DiskFolder } from "./disk.ts";
import { drivers, wrkArguments, type Lane } from "./lanes.ts";
import { requestsAt } from "./origin.ts";
import type { Proxy, RunningProxy, Setup } from "./proxies/proxy.ts";
import { taxgateBundled, taxgateSources } from "./proxies/taxgate.ts";
import { rehearse } from "./rehearsal.ts";
import { runRounds, type Samples } from "./rounds.ts";

/** Submissions are an order fewer a second than other requests: the warm-up of a round alone would not settle their cost. */
const REHEARSAL = { short: { requests: 10_000, seconds: 6 }, full: { requests: 50_000, seconds: 40 } };

/** Where everything that was started is found. */
interface Started {
  /** By the proxy's name. */
  readonly plain: ReadonlyMap<string, RunningProxy>;
  readonly journalled: ReadonlyMap<string, RunningProxy>;
  /** Over TLS. */
  readonly secure: ReadonlyMap<string, RunningProxy>;
}

/** What is compared, and on what. */
export interface Comparison {
  readonly wishes: Pick<Wishes, "rounds" | "short">;
  readonly setup: Setup;
  readonly disk: DiskFolder;
  readonly chosen: readonly Proxy[];
  readonly lanes: readonly Lane[];
  /** Told of the progress. */
  readonly say: (what: string) => void;
}

/** Starts what is chosen, measures it in rounds and stops it. What does not start fails the run. */
export async function compare({ wishes, setup, disk, chosen, lanes, say }: Comparison): Promise<Samples> {
  const target = wrkArguments(setup.folder);
  const started = await startAll(setup, disk, chosen, lanes);
  const submissions = lanes.find(({ kind }) => kind === "journalled");
  for (const [name, proxy] of submissions === undefined ? [] : started.journalled) {
    say(`rehearsal of submissions, ${name}`);
    await rehearse(proxy, target(submissions as Lane, proxy.port), wishes.short ? REHEARSAL.short : REHEARSAL.full, say);
  }
  const caches = new Set(chosen.filter(({ caches }) => caches).map(({ name }) => name));
  const samples = await runRounds({
    names: chosen.map(({ name }) => name),
    lanes,
    rounds: wishes.rounds,
    pace: wishes.short ? { warmUp: 1, counted: 2 } : { warmUp: 2, counted: 5 },
    drive: drivers(setup.folder),
    serving: ({ kind, tls }, name) => {
      if (tls !== undefined) return started.secure.get(name);
      if (kind === "journalled") return started.journalled.get(name);
      return kind === "cached" && !caches.has(name) ? undefined : started.plain.get(name);
    },
    forwarded: () => requestsAt(setup.origin),
    progress: (round, lane, proxy) => say(`round ${round} of ${wishes.rounds}: ${lane.title}, ${proxy}`),
  });
  await Promise.all([...started.plain.values(), ...started.journalled.values(), ...started.secure.values()].flatMap(({ pids }) => pids.map(stop)));
  return samples;
}

/** Submissions and TLS get instances of their own: with a journal or another listener open, the others' figures would be of another product. */
async function startAll(setup: Setup, { folder }: DiskFolder, chosen: readonly Proxy[], lanes: readonly Lane[]): Promise<Started> {
  const plain = new Map<string, RunningProxy>();
  const journalled = new Map<string, RunningProxy>();
  const secure = new Map<string, RunningProxy>();
  for (const proxy of chosen) {
    if (lanes.some(({ kind, tls }) => kind !== "journalled" && tls === undefined)) plain.set(proxy.name, await proxy.start(setup));
    if (proxy.startSecure !== undefined && lanes.some(({ tls }) => tls !== undefined)) secure.set(proxy.name, await proxy.startSecure(setup));
    const taxgate = [taxgateSources, taxgateBundled].find((one) => one === proxy);
    if (taxgate !== undefined && lanes.some(({ kind }) => kind === "journalled")) journalled.set(proxy.name, await taxgate.startJournalled(setup, folder));
  }
  return { plain, journalled, secure };
}
