import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runBlackoutDrill } from "./blackout-drill.ts";
import { FULL_BLACKOUT_PLAN, SHORT_BLACKOUT_PLAN } from "./blackout-plan.ts";
import { blackoutTable, judgeBlackout } from "./blackout-verdict.ts";
import { runCertificatesDrill } from "./certificates-drill.ts";
import { FULL_CERTIFICATES_PLAN, SHORT_CERTIFICATES_PLAN } from "./certificates-plan.ts";
import { certificatesTable, judgeCertificates } from "./certificates-verdict.ts";
import { claimTable, type Claim } from "./claim.ts";
import { runCrashDrill } from "./crash-drill.ts";
import { FULL_CRASH_PLAN, FULL_RECOVERY_PLAN, SHORT_CRASH_PLAN, SHORT_RECOVERY_PLAN } from "./crash-plan.ts";
import { runRecoveryDrill } from "./crash-recovery-drill.ts";
import { crashTable, judgeCrash, judgeRecovery, recoveryTable } from "./crash-verdict.ts";
import { runLimitsDrill } from "./limits-drill.ts";
import { FULL_LIMITS_PLAN, SHORT_LIMITS_PLAN } from "./limits-plan.ts";
import { judgeLimits, limitsTable } from "./limits-verdict.ts";
import { firewallTable, FULL_FIREWALL_PLAN, judgeFirewall, runFirewallDrill, SHORT_FIREWALL_PLAN } from "./firewall-drill.ts";
import { fuzzPlan, fuzzTable, judgeFuzz, runFirewallFuzz } from "./firewall-fuzz.ts";
import { APPS } from "./platform/apps.ts";
import { platformPlan } from "./platform/platform-plan.ts";
import { runPaceDrill } from "./pace-drill.ts";
import { FULL_PACE_PLAN, SHORT_PACE_PLAN } from "./pace-plan.ts";
import { judgePace, paceTable } from "./pace-verdict.ts";
import { runOverloadDrill } from "./overload-drill.ts";
import { FULL_OVERLOAD_PLAN, SHORT_OVERLOAD_PLAN } from "./overload-plan.ts";
import { judgeOverload, overloadTable } from "./overload-verdict.ts";
import { runPlatformStorm, type PlatformRecord } from "./platform/platform-storm.ts";
import { judgePlatform, platformTable } from "./platform/platform-verdict.ts";
import { runRedisDrill } from "./redis-drill.ts";
import { redisPlan } from "./redis-plan.ts";
import { redisTable } from "./redis-table.ts";
import { judgeRedis } from "./redis-verdict.ts";
import { runRegionDrill } from "./region-drill.ts";
import { FULL_REGION_PLAN, SHORT_REGION_PLAN } from "./region-plan.ts";
import { judgeRegion, regionTable } from "./region-verdict.ts";
import { runReloadDrill } from "./reload-drill.ts";
import { FULL_RELOAD_PLAN, SHORT_RELOAD_PLAN } from "./reload-plan.ts";
import { judgeReload, reloadTable } from "./reload-verdict.ts";
import { runShapingDrill } from "./shaping-drill.ts";
import { FULL_SHAPING_PLAN, SHORT_SHAPING_PLAN } from "./shaping-plan.ts";
import { judgeShaping, shapingTable } from "./shaping-verdict.ts";
import { runSlowDrill } from "./slow-drill.ts";
import { FULL_SLOW_PLAN, SHORT_SLOW_PLAN } from "./slow-plan.ts";
import { judgeSlow, slowTable } from "./slow-verdict.ts";
import { runStormDrill } from "./storm-drill.ts";
import { stormPlan } from "./storm-plan.ts";
import { judgeStorm, stormTable } from "./storm-verdict.ts";
import { runZipfDrill } from "./zipf-drill.ts";
import { FULL_ZIPF_PLAN, SHORT_ZIPF_PLAN } from "./zipf-plan.ts";
import { judgeZipf, zipfTable } from "./zipf-verdict.ts";

/** What a drill leaves: tables for people, the claims with their verdicts, and the settings they were measured with. */
interface Outcome {
  readonly table: string;
  readonly claims: readonly Claim[];
  readonly plan: unknown;
}

/** What the command line may ask for. */
interface Wishes {
  readonly short: boolean;
  /** For the drill that knows a Redis Cluster. */
  readonly cluster: boolean;
  /** For the storm: the platform is gone for a while, where else it is slow and failing. */
  readonly blackout: boolean;
  /** For the crash: starts on a journal with many open entries, where else it is killed under load. */
  readonly recovery: boolean;
  /** For the firewall: every value that came out wrong. */
  readonly misses: boolean;
  /** For the search for dear inputs. */
  readonly minutes: number | null;
  /** Length of the load, for the drills that have just one. */
  readonly seconds: number | null;
  /** What stands after the drill's name. */
  readonly name: string | null;
}

interface Drill {
  readonly summary: string;
  /** In words why not, where it cannot be run here. */
  run(wishes: Wishes, tell: (text: string) => void): Promise<Outcome | string>;
}

const DRILLS: Readonly<Record<string, Drill>> = {
  blackout: {
    summary: "a region goes dark under read load with warm entries, by refusing and by hanging",
    async run({ short }, tell) {
      const record = await runBlackoutDrill(short ? SHORT_BLACKOUT_PLAN : FULL_BLACKOUT_PLAN, tell);
      return { table: blackoutTable(record), claims: judgeBlackout(record), plan: record.plan };
    },
  },
  certificates: {
    summary: "certificates of a minute's life are renewed under load by http-01, tls-alpn-01 and dns-01; the authority is away, and forgets everything",
    async run({ short }, tell) {
      const record = await runCertificatesDrill(short ? SHORT_CERTIFICATES_PLAN : FULL_CERTIFICATES_PLAN, tell);
      return typeof record === "string" ? record : { table: certificatesTable(record), claims: judgeCertificates(record), plan: record.plan };
    },
  },
  crash: {
    summary: "kill -9 at random moments under load, restarted on what it left (--recovery: starts on 100,000 open entries)",
    async run({ short, recovery }, tell) {
      if (recovery) return runRecovery(short, tell);
      const record = await runCrashDrill(short ? SHORT_CRASH_PLAN : FULL_CRASH_PLAN, tell);
      return { table: crashTable(record), claims: judgeCrash(record), plan: record.plan };
    },
  },
  limits: {
    summary: "two Taxgates share limits at three times what is allowed; their Redis is killed, hangs and comes back",
    async run({ short }, tell) {
      const record = await runLimitsDrill(short ? SHORT_LIMITS_PLAN : FULL_LIMITS_PLAN, tell);
      return typeof record === "string" ? record : { table: limitsTable(record), claims: judgeLimits(record), plan: record.plan };
    },
  },
  firewall: {
    summary: "what the firewall stops at default settings: public samples, generated invoices, attacks, honest values (--misses: every one that came out wrong)",
    run({ short, misses }, tell) {
      const record = runFirewallDrill(short ? SHORT_FIREWALL_PLAN : FULL_FIREWALL_PLAN, tell);
      return Promise.resolve({ table: firewallTable(record, misses), claims: judgeFirewall(record), plan: record.plan });
    },
  },
  "firewall-fuzz": {
    summary: "searches for inputs that cost the firewall more than in proportion to their length, for a minute (--minutes N)",
    run({ short, minutes }, tell) {
      const record = runFirewallFuzz(fuzzPlan(short, minutes), tell);
      return Promise.resolve({ table: fuzzTable(record), claims: judgeFuzz(record), plan: record.plan });
    },
  },
  platforms: {
    summary: "the storm in the form of every platform that has a profile (platforms NAME: of one alone)",
    async run({ short, name }, tell) {
      const apps = APPS.filter(({ profile }) => name === null || profile === name);
      const records: PlatformRecord[] = [];
      for (const app of apps) records.push(await runPlatformStorm(app, platformPlan(short), tell));
      return { table: platformTable(records), claims: records.flatMap(judgePlatform), plan: platformPlan(short) };
    },
  },
  overload: {
    summary: "half as much again as the platform can do, and its capacity drops to a quarter; with concurrency off for comparison",
    async run({ short }, tell) {
      const record = await runOverloadDrill(short ? SHORT_OVERLOAD_PLAN : FULL_OVERLOAD_PLAN, tell);
      return { table: overloadTable(record), claims: judgeOverload(record), plan: record.plan };
    },
  },
  pace: {
    summary: "companies ask for three times what KSeF allows for a minute, one until its hour is used up (7 minutes); somebody else uses it up",
    async run({ short }, tell) {
      const record = await runPaceDrill(short ? SHORT_PACE_PLAN : FULL_PACE_PLAN, tell);
      return { table: paceTable(record), claims: judgePace(record), plan: record.plan };
    },
  },
  redis: {
    summary: "the Redis that two share is killed, hangs and comes back under load (--cluster: three nodes, and one killed alone)",
    async run(wishes, tell) {
      const record = await runRedisDrill(redisPlan(wishes), tell);
      return typeof record === "string" ? record : { table: redisTable(record), claims: judgeRedis(record), plan: record.plan };
    },
  },
  region: {
    summary: "one of two endpoints dies, then a whole region, by refusing and by hanging; both come back",
    async run({ short }, tell) {
      const record = await runRegionDrill(short ? SHORT_REGION_PLAN : FULL_REGION_PLAN, tell);
      return { table: regionTable(record), claims: judgeRegion(record), plan: record.plan };
    },
  },
  reload: {
    summary: "many reloads under load, sound and broken files alternating",
    async run({ short }, tell) {
      const record = await runReloadDrill(short ? SHORT_RELOAD_PLAN : FULL_RELOAD_PLAN, tell);
      return { table: reloadTable(record), claims: judgeReload(record), plan: record.plan };
    },
  },
  shaping: {
    summary: "a hundred taxpayers, some of whom flood, ask for three times what the platform allows in a second and a minute",
    async run({ short }, tell) {
      const record = await runShapingDrill(short ? SHORT_SHAPING_PLAN : FULL_SHAPING_PLAN, tell);
      return { table: shapingTable(record), claims: judgeShaping(record), plan: record.plan };
    },
  },
  slow: {
    summary: "500 clients that send a head, send a body or take an answer as slowly as they can, beside ordinary load; slowhttptest as a second opinion",
    async run({ short }, tell) {
      const record = await runSlowDrill(short ? SHORT_SLOW_PLAN : FULL_SLOW_PLAN, tell);
      return typeof record === "string" ? record : { table: slowTable(record), claims: judgeSlow(record), plan: record.plan };
    },
  },
  storm: {
    summary: "billing systems that time out and try again, in a brownout: directly, through http-proxy, through Taxgate (--blackout: it is gone for 2 s)",
    async run(wishes, tell) {
      const record = await runStormDrill(stormPlan(wishes), tell);
      return { table: stormTable(record), claims: judgeStorm(record), plan: record.plan };
    },
  },
  zipf: {
    summary: "a million keys against a cache of 64 MiB for ten minutes (--seconds N): hit rate and resident size",
    async run({ short, seconds }, tell) {
      const plan = short ? SHORT_ZIPF_PLAN : FULL_ZIPF_PLAN;
      const record = await runZipfDrill({ ...plan, seconds: seconds ?? plan.seconds }, tell);
      return { table: zipfTable(record), claims: judgeZipf(record), plan: record.plan };
    },
  },
};

const USAGE = `usage: drill NAME [ABOUT] [--short] [--cluster] [--blackout] [--recovery] [--misses] [--seconds N] [--minutes N] [--json FILE]\n${Object.entries(DRILLS).map(([name, { summary }]) => `  ${name.padEnd(13)} ${summary}`).join("\n")}\n`;

async function runRecovery(short: boolean, tell: (text: string) => void): Promise<Outcome> {
  const record = await runRecoveryDrill(short ? SHORT_RECOVERY_PLAN : FULL_RECOVERY_PLAN, tell);
  return { table: recoveryTable(record), claims: judgeRecovery(record), plan: record.plan };
}

/** Runs the drill that the command line names: 0 where every claim holds or the drill is skipped, 1 where one fails, 2 for a wrong call. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, strict: false, options: { json: { type: "string" }, seconds: { type: "string" }, short: { type: "boolean" }, cluster: { type: "boolean" }, blackout: { type: "boolean" }, recovery: { type: "boolean" }, misses: { type: "boolean" }, minutes: { type: "string" } } });
  const asked = (wish: "short" | "cluster" | "blackout" | "recovery" | "misses"): boolean => values[wish] === true;
  const [name = "", about = null] = positionals;
  const drill = Object.hasOwn(DRILLS, name) ? DRILLS[name] : undefined;
  const seconds = typeof values["seconds"] === "string" ? Number(values["seconds"]) : null;
  const minutes = typeof values["minutes"] === "string" ? Number(values["minutes"]) : null;
  if (drill === undefined || positionals.length > 2 || (about !== null && name !== "platforms") || (seconds !== null && !(Number.isInteger(seconds) && seconds >= 10)) || (minutes !== null && !(minutes > 0))) {
    process.stderr.write(USAGE);
    return 2;
  }
  const startedAt = performance.now();
  const outcome = await drill.run({ short: asked("short"), cluster: asked("cluster"), blackout: asked("blackout"), recovery: asked("recovery"), misses: asked("misses"), minutes, seconds, name: about }, (text) => void process.stderr.write(`${text}\n`));
  if (typeof outcome === "string") {
    process.stdout.write(`skipped: ${outcome}\n`);
    return 0;
  }
  const took = Math.round((performance.now() - startedAt) / 100) / 10;
  const failed = outcome.claims.filter((claim) => !claim.holds).length;
  process.stdout.write(`${outcome.table}\n\n${claimTable(outcome.claims)}\n\n${failed} of ${outcome.claims.length} claims fail; ${took} s\n`);
  if (typeof values["json"] === "string") writeFileSync(values["json"], `${JSON.stringify({ drill: name, seconds: took, failed, claims: outcome.claims, plan: outcome.plan }, null, 2)}\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
