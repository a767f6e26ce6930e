import { renameSync, writeFileSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { startLoad } from "./load.ts";
import { metricValue } from "./metrics-text.ts";
import { operatorOf, type Operator } from "./operator.ts";
import { brokenConfig, reloadStreams, soundConfig, wayOf, type ReloadOrigins, type ReloadPlan } from "./reload-plan.ts";
import type { Holdings, ReloadRecord, ReloadStep } from "./reload-record.ts";
import { inWords, keptConnections, send } from "./request.ts";
import { startTaxgate, type TaxgateProcess } from "./taxgate-process.ts";
import { SICHUAN_TAXPAYER } from "./traffic.ts";

type Platforms = Readonly<Record<keyof ReloadOrigins, Sandbox>>;

const MOST_ISSUES = 100_000;
/** A saved file is noticed after 200 ms, or where the watcher lost it by looking every 10 s. */
const NOTICED_WITHIN_MS = 11_000;
/** Idle connections to platforms are closed after four seconds. */
const AT_REST_WITHIN_MS = 8000;
/** A collector that may not hoard: what grows then is in use. */
const SHORT_LEAD = { NODE_OPTIONS: "--max-old-space-size=96 --max-semi-space-size=2" };

/** Runs the drill on a Taxgate of its own. */
export async function runReloadDrill(plan: ReloadPlan, tell: (text: string) => void): Promise<ReloadRecord> {
  const platforms = await startPlatforms();
  const origins = Object.fromEntries(Object.entries(platforms).map(([name, { origin }]) => [name, origin])) as unknown as ReloadOrigins;
  try {
    const taxgate = await startTaxgate(soundConfig(0, origins), { env: SHORT_LEAD });
    try {
      const seen = await drill({ plan, taxgate, operator: operatorOf(taxgate), origins, platforms, tell });
      return { ...seen, issued: Object.values(platforms).flatMap((platform) => [...platform.ledger.page(0, MOST_ISSUES)]) };
    } finally {
      await taxgate.stop();
    }
  } finally {
    await Promise.all(Object.values(platforms).map((platform) => platform.stop()));
  }
}

interface Scene {
  readonly plan: ReloadPlan;
  readonly taxgate: TaxgateProcess;
  readonly operator: Operator;
  readonly origins: ReloadOrigins;
  readonly platforms: Platforms;
  readonly tell: (text: string) => void;
}

async function startPlatforms(): Promise<Platforms> {
  const names = ["beijing", "first", "second", "third", "dead"] as const;
  const started = await Promise.all(names.map(async (name, index) => {
    const platform = await startSandbox({ name, seed: index + 1, clock: systemClock, ledgerBound: MOST_ISSUES });
    // Downloads from Beijing take longer than several reloads; elsewhere a request in three meets one.
    await platform.faults.set(name === "beijing" ? { slowBody: { bytesPerSecond: 800_000 } } : { latency: { minMs: 2, maxMs: 60 } });
    return [name, platform] as const;
  }));
  return Object.fromEntries(started) as Platforms;
}

async function drill(scene: Scene): Promise<Omit<ReloadRecord, "issued">> {
  const { plan, taxgate, platforms, tell } = scene;
  await platforms.dead.faults.set({ refuseConnections: {} });
  const refusedBefore = await openBreaker(taxgate);
  // From here on the platform is well: only the breaker's memory keeps requests from it.
  await platforms.dead.faults.set({});
  const before = await holdings(scene);
  const load = startLoad(reloadStreams(), taxgate.port("plain"));
  try {
    const { steps, warm } = await reloadAll(scene);
    const loaded = await holdings(scene);
    const samples = await load.stop();
    const refusedAfter = await askDead(taxgate);
    tell("waiting until nothing is left open");
    const rest = await atRest(scene, before);
    const errors = taxgate.lines().filter((line) => /"level":"(error|fatal)"/.test(line) && !line.includes("configuration refused"));
    return { plan, steps, samples, errors, holdings: { before, warm, loaded, rest }, refusedByBreaker: { before: refusedBefore, after: refusedAfter } };
  } finally {
    await load.stop();
  }
}

async function reloadAll(scene: Scene): Promise<{ readonly steps: readonly ReloadStep[]; readonly warm: Holdings }> {
  const { plan, tell } = scene;
  const steps: ReloadStep[] = [];
  let warm = await holdings(scene);
  for (let index = 0; index < plan.reloads; index++) {
    if (index === plan.warmUp) warm = await holdings(scene);
    if (index % 50 === 0) tell(`reload ${index} of ${plan.reloads}`);
    steps.push(await reloadOnce(scene, index));
    await pause(plan.pause);
  }
  return { steps, warm };
}

/** Fails reads of one region until its breaker opens; the last answer in words. */
async function openBreaker(taxgate: TaxgateProcess): Promise<string> {
  let last = "";
  for (let tries = 0; tries < 10; tries++) last = await askDead(taxgate);
  return last;
}

async function askDead(taxgate: TaxgateProcess): Promise<string> {
  const agent = keptConnections();
  const sample = await send({ kind: "read", method: "GET", path: "/api/codes", headers: { "x-taxpayer": SICHUAN_TAXPAYER } }, taxgate.port("plain"), agent);
  agent.destroy();
  return inWords(sample);
}

/** Breaks or mends the file, makes Taxgate look at it, and notes what came of it. */
async function reloadOnce(scene: Scene, index: number): Promise<ReloadStep> {
  const { operator, origins, taxgate } = scene;
  const sound = index % 2 === 1;
  const way = wayOf(index);
  const before = await view(operator);
  replaceFile(taxgate, sound ? soundConfig((index + 1) / 2, origins) : brokenConfig(index / 2, origins));
  const { result, problems } = way === "request" ? await byRequest(operator) : await unasked(scene, way, sound, before);
  const after = await view(operator);
  return {
    index, way, sound, result, problems,
    generation: [before.generation, after.generation], successGauge: after.success, sameConfig: before.config === after.config, breakerState: after.breaker,
  };
}

function replaceFile(taxgate: TaxgateProcess, text: string): void {
  writeFileSync(`${taxgate.file}.new`, text.replaceAll("{folder}", taxgate.folder));
  renameSync(`${taxgate.file}.new`, taxgate.file);
}

async function byRequest(operator: Operator): Promise<Pick<ReloadStep, "result" | "problems">> {
  const { result, status, problems } = await operator.reload();
  return { result: result === "" ? `status ${status}` : result, problems: problems.map(({ line, column, message }) => `${line}:${column}: ${message}`) };
}

/** Waits until the counter of reloads shows that Taxgate looked by itself. */
async function unasked({ operator, taxgate }: Scene, way: "signal" | "saving", sound: boolean, before: View): Promise<Pick<ReloadStep, "result" | "problems">> {
  if (way === "signal") taxgate.signal("SIGHUP");
  const result = sound ? "applied" : "refused";
  const seen = await until(async () => (await view(operator))[result] > before[result], NOTICED_WITHIN_MS);
  return { result: seen ? result : "nothing", problems: [] };
}

interface View {
  readonly generation: number;
  readonly success: number;
  readonly applied: number;
  readonly refused: number;
  readonly breaker: number;
  readonly config: string;
}

async function view(operator: Operator): Promise<View> {
  const [text, config] = await Promise.all([operator.metrics(), operator.config()]);
  return {
    config,
    generation: metricValue(text, "taxgate_config_generation"),
    success: metricValue(text, "taxgate_config_last_reload_success"),
    applied: metricValue(text, "taxgate_config_reloads_total", { result: "applied" }),
    refused: metricValue(text, "taxgate_config_reloads_total", { result: "refused" }),
    breaker: metricValue(text, "taxgate_breaker_state", { region: "sichuan", class: "read" }),
  };
}

async function holdings({ taxgate, operator }: Scene): Promise<Holdings> {
  const text = await operator.metrics();
  const held = taxgate.footprint();
  return {
    residentMegabytes: (held?.residentBytes ?? metricValue(text, "process_resident_memory_bytes")) / 1_000_000,
    descriptors: held?.descriptors ?? 0,
    clientSockets: metricValue(text, "taxgate_open_sockets", { side: "client" }),
    upstreamSockets: metricValue(text, "taxgate_open_sockets", { side: "upstream" }),
    generations: metricValue(text, "taxgate_generations_alive"),
  };
}

/** Waits until sockets, descriptors and generations are back where they were, or gives what is left after a while. */
async function atRest(scene: Scene, before: Holdings): Promise<Holdings> {
  let now = await holdings(scene);
  await until(async () => {
    now = await holdings(scene);
    return now.generations === 1 && now.clientSockets <= before.clientSockets && now.upstreamSockets <= before.upstreamSockets && now.descriptors <= before.descriptors;
  }, AT_REST_WITHIN_MS);
  return now;
}

async function until(condition: () => Promise<boolean>, bound: number): Promise<boolean> {
  const deadline = performance.now() + bound;
  while (performance.now() < deadline) {
    if (await condition()) return true;
    await pause(40);
  }
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
