import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArguments, usage, type Wishes } from "./arguments.ts";
import { missedBars } from "./budgets.ts";
import { keepToCore, stopAll, stopWithThisProcess } from "./children.ts";
import { compare } from "./compare.ts";
import { diskFolder } from "./disk.ts";
import { figuresOf } from "./figures.ts";
import { measureJournal } from "./journal.ts";
import { lanes, type Lane } from "./lanes.ts";
import { loadCore } from "./load.ts";
import { startOrigin } from "./origin.ts";
import { peers } from "./proxies/peers.ts";
import { missingTools } from "./proxies/program.ts";
import type { Proxy, Setup } from "./proxies/proxy.ts";
import { taxgateBundled, taxgateSources } from "./proxies/taxgate.ts";
import { measureRest, NO_REST } from "./rest.ts";
import { keptFile, resultsOf, writeResults } from "./results.ts";
import { budgetTable, journalNotes, proxyTables } from "./table.ts";

const longLanes = new Set(["read", "handshake", "resumed"]);
const shortProxies = ["nginx", "http-proxy", "taxgate"];
const wishes = readArguments(process.argv.slice(2));
if (typeof wishes === "string") {
  console.error(`${wishes}\n${usage}`);
  process.exit(2);
}
process.exit(await main(wishes).catch(failed));

async function main(wishes: Wishes): Promise<number> {
  const missing = missingTools();
  if (missing.length > 0) {
    console.error(`run the benchmark: not installed: ${missing.join(", ")} (Debian: apt-get install nginx wrk haproxy openssl util-linux)`);
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
  const [chosen, course] = [chooseProxies(wishes), chooseLanes(wishes)];
  const disk = diskFolder();
  const samples = await compare({ wishes, setup, disk, chosen, lanes: course, say });
  const rest = wishes.short || wishes.lanes !== undefined ? NO_REST : await measureRest(setup, disk, chosen, say);
  const journal = wishes.journal === undefined ? undefined : await measureJournal(disk, wishes.journal * 1e6, say);
  const measured = { samples, ...rest, journal };
  const figures = figuresOf(measured);
  const results = resultsOf(measured, figures, versionsOf(chosen));
  console.log(`\n${results.machine.cpu}, ${results.machine.cores} cores; ${versionLine(results.versions)}; journals on ${disk.fileSystem}\n`);
  console.log([...proxyTables(samples, course), budgetTable(figures), ...journalNotes(measured)].join("\n\n"));
  if (wishes.json !== undefined) writeResults(wishes.json, results);
  if (!wishes.short && wishes.only === undefined && wishes.lanes === undefined) writeResults(keptFile(results), results);
  const silent = [...samples].filter(([, taken]) => Object.values(taken).flat().some(({ micros }) => micros === undefined));
  for (const [name] of silent) console.error(`measure ${name}: it served no request in at least one round`);
  return silent.length > 0 || (wishes.strict && missedBars(figures).length > 0) ? 1 : 0;
}

function chooseProxies({ only, short }: Wishes): Proxy[] {
  const all = [...peers, taxgateSources, taxgateBundled];
  if (only?.join() === "none") return [];
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

function chooseLanes({ lanes: names, short }: Wishes): readonly Lane[] {
  const unknown = names?.filter((name) => !lanes.some((lane) => lane.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`choose lanes: got "${unknown.join(",")}", want some of ${lanes.map(({ name }) => name).join(",")}`);
  return lanes.filter(({ name }) => (names === undefined ? !short || !longLanes.has(name) : names.includes(name)));
}

/** Progress goes to standard error, so that standard output holds the tables alone. */
function say(what: string): void {
  console.error(what);
}
