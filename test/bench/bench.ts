import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArguments, usage, type Wishes } from "./arguments.ts";
import { missedBars } from "./budgets.ts";
import { keepToCore, stop, stopAll, stopWithThisProcess } from "./children.ts";
import { figuresOf, type Measured } from "./figures.ts";
import { footprint } from "./footprint.ts";
import { lanes, wrkArguments } from "./lanes.ts";
import { addedLatency } from "./latency.ts";
import { loadCore } from "./load.ts";
import { requestsAt, startOrigin } from "./origin.ts";
import { peers } from "./proxies/peers.ts";
import { missingTools } from "./proxies/program.ts";
import type { Proxy, RunningProxy, Setup } from "./proxies/proxy.ts";
import { taxgateBundled, taxgateSources, type Taxgate } from "./proxies/taxgate.ts";
import { keptFile, resultsOf, writeResults } from "./results.ts";
import { runRounds, type Samples } from "./rounds.ts";
import { budgetTable, proxyTable } from "./table.ts";
import { transferGrowth } from "./transfer.ts";

const shortProxies = ["nginx", "http-proxy", "taxgate"];
const nothingElse = { latency: undefined, sources: undefined, bundled: undefined, growth: undefined };
const wishes = readArguments(process.argv.slice(2));
if (typeof wishes === "string") {
  console.error(`${wishes}\n${usage}`);
  process.exit(2);
}
process.exit(await main(wishes).catch(failed));

async function main(wishes: Wishes): Promise<number> {
  const missing = missingTools();
  if (missing.length > 0) {
    console.error(`run the benchmark: not installed: ${missing.join(", ")} (Debian: apt-get install nginx wrk haproxy util-linux)`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "taxgate-bench-"));
  stopWithThisProcess();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  try {
    keepToCore(loadCore);
    return await run(wishes, { folder, origin: await startOrigin(folder) });
  } finally {
    await stopAll();
  }
}

function failed(error: unknown): number {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
}

async function run(wishes: Wishes, setup: Setup): Promise<number> {
  const chosen = chooseProxies(wishes);
  const samples = await compare(wishes, setup, chosen);
  const rest = wishes.short ? nothingElse : await measureRest(setup, chosen);
  const measured = { samples, ...rest };
  const figures = figuresOf(measured);
  const results = resultsOf(measured, figures, versionsOf(chosen));
  console.log(`\n${results.machine.cpu}, ${results.machine.cores} cores; ${versionLine(results.versions)}\n`);
  console.log(`${proxyTable(samples, lanesOf(wishes))}\n\n${budgetTable(figures)}`);
  if (wishes.json !== undefined) writeResults(wishes.json, results);
  if (!wishes.short && wishes.only === undefined) writeResults(keptFile(results), results);
  const silent = [...samples].filter(([, taken]) => Object.values(taken).flat().some(({ micros }) => micros === undefined));
  for (const [name] of silent) console.error(`measure ${name}: it served no request in at least one round`);
  return silent.length > 0 || (wishes.strict && missedBars(figures).length > 0) ? 1 : 0;
}

/** Starts what is chosen, measures it in rounds and stops it. What does not start fails the run. */
async function compare(wishes: Wishes, setup: Setup, chosen: readonly Proxy[]): Promise<Samples> {
  const proxies = new Map<string, RunningProxy>();
  for (const proxy of chosen) proxies.set(proxy.name, await proxy.start(setup));
  const samples = await runRounds({
    proxies,
    lanes: lanesOf(wishes),
    rounds: wishes.rounds,
    pace: wishes.short ? { warmUp: 1, counted: 2 } : { warmUp: 2, counted: 5 },
    target: wrkArguments(setup.folder),
    sitsOut: (lane, name) => lane.cached && chosen.every((proxy) => proxy.name !== name || !proxy.caches),
    forwarded: () => requestsAt(setup.origin),
    progress: (round, lane, proxy) => say(`round ${round} of ${wishes.rounds}: ${lane.title}, ${proxy}`),
  });
  await Promise.all([...proxies.values()].flatMap(({ pids }) => pids.map(stop)));
  return samples;
}

/** Latency, footprint and large bodies, of Taxgate alone. */
async function measureRest(setup: Setup, chosen: readonly Proxy[]): Promise<Omit<Measured, "samples">> {
  const of = async (taxgate: Taxgate): Promise<Measured["sources"]> => {
    if (!chosen.includes(taxgate)) return undefined;
    say(`start-up and resident size of ${taxgate.name}`);
    return footprint(taxgate, setup, 5);
  };
  const [sources, bundled] = [await of(taxgateSources), await of(taxgateBundled)];
  const subject = chosen.find((proxy) => proxy === taxgateSources || proxy === taxgateBundled);
  if (subject === undefined) return nothingElse;
  say("100 MB each way");
  const growth = await transferGrowth(subject, setup.folder);
  say("latency at 200/s");
  const { port, pids } = await subject.start(setup);
  const latency = await addedLatency(setup.origin, port, 200, 10);
  await Promise.all(pids.map(stop));
  return { latency, sources, bundled, growth };
}

function chooseProxies({ only, short }: Wishes): Proxy[] {
  const all = [...peers, taxgateSources, taxgateBundled];
  const names = only ?? (short ? shortProxies : all.map(({ name }) => name));
  const unknown = names.filter((name) => !all.some((proxy) => proxy.name === name));
  if (unknown.length > 0) throw new Error(`choose proxies: got "${unknown.join(",")}", want some of ${all.map(({ name }) => name).join(",")}`);
  return all.filter((proxy) => {
    if (!names.includes(proxy.name)) return false;
    const installed = proxy.version() !== undefined;
    if (!installed) console.log(`left out: ${proxy.name}, which is not installed or not built`);
    return installed;
  });
}

function versionsOf(chosen: readonly Proxy[]): Record<string, string> {
  return Object.fromEntries(chosen.map((proxy) => [proxy.name, proxy.version() ?? "unknown"]));
}

function versionLine(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

function lanesOf({ short }: Wishes): typeof lanes {
  return short ? lanes.filter(({ name }) => name !== "read") : lanes;
}

/** Progress goes to standard error, so that standard output holds the tables alone. */
function say(what: string): void {
  console.error(what);
}
