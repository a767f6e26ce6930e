import { startLoad } from "./load.ts";
import { operatorOf } from "./operator.ts";
import { startSandboxProcess } from "./sandbox-process.ts";
import { honestUpload, noAttackers, startAttack } from "./slow-attack.ts";
import { SLOW_KINDS, slowConfig, type SlowKind, type SlowPlan } from "./slow-plan.ts";
import type { SlowRecord, SlowRound } from "./slow-record.ts";
import { runTool } from "./slow-tool.ts";
import { startTaxgate, type TaxgateProcess } from "./taxgate-process.ts";
import { GUANGDONG_TAXPAYER, reads, submissions } from "./traffic.ts";

const CONNECTIONS = 256;
/** After attackers have gone, before the next quiet stretch, in ms. */
const REST = 300;

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Alternates quiet and attacked stretches under one load. In words why not, where it cannot be run here. */
export async function runSlowDrill(plan: SlowPlan, tell: (text: string) => void): Promise<SlowRecord | string> {
  const missing = noAttackers();
  if (missing !== null) return missing;
  const sandbox = await startSandboxProcess("home", 3);
  const taxgate = await startTaxgate(slowConfig(sandbox.origin, plan));
  try {
    // What it announced is forgotten under so many lines.
    const port = taxgate.port("plain");
    const operator = operatorOf(taxgate);
    const load = startLoad([reads(plan.reads, GUANGDONG_TAXPAYER), submissions(plan.submissions, GUANGDONG_TAXPAYER, "S")], port, CONNECTIONS);
    const rounds: SlowRound[] = [];
    try {
      await rest(plan.quiet);
      for (let round = 0; round < plan.rounds; round++) {
        for (const kind of SLOW_KINDS) {
          tell(`round ${round + 1}: ${plan.attackers} attackers, slow ${kind}`);
          rounds.push(await runRound(plan, kind, { taxgate, port }, rounds.length));
        }
      }
    } finally {
      await load.stop();
    }
    const samples = await load.stop();
    const tool = await runTool(port, plan, tell);
    await rest(REST);
    return { plan, rounds, samples, socketsLeft: await operator.metric("taxgate_open_sockets", { side: "client" }), tool };
  } finally {
    await taxgate.stop();
    await sandbox.stop();
  }
}

async function runRound(plan: SlowPlan, kind: SlowKind, { taxgate, port }: { readonly taxgate: TaxgateProcess; readonly port: number }, number: number): Promise<SlowRound> {
  const resident = (): number => taxgate.footprint()?.residentBytes ?? Number.NaN;
  const began = performance.now();
  await rest(plan.quiet);
  const quiet = [began, performance.now()] as const;
  const before = resident();
  const attack = startAttack(kind, port, plan);
  await rest(plan.warm);
  const from = performance.now();
  const honest = honestUpload(port, plan, number);
  await rest(plan.attacked);
  const attacked = [from, performance.now()] as const;
  const during = resident();
  const status = await honest;
  const report = await attack.stop();
  await rest(REST);
  return { kind, quiet, attacked, report, before, during, honest: status };
}
