import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { claimTable, type Claim } from "./claim.ts";
import { runRegionDrill } from "./region-drill.ts";
import { FULL_REGION_PLAN, SHORT_REGION_PLAN } from "./region-plan.ts";
import { judgeRegion, regionTable } from "./region-verdict.ts";
import { runReloadDrill } from "./reload-drill.ts";
import { FULL_RELOAD_PLAN, SHORT_RELOAD_PLAN } from "./reload-plan.ts";
import { judgeReload, reloadTable } from "./reload-verdict.ts";

/** What a drill leaves: tables for people, the claims with their verdicts, and the settings they were measured with. */
interface Outcome {
  readonly table: string;
  readonly claims: readonly Claim[];
  readonly plan: unknown;
}

interface Drill {
  readonly summary: string;
  run(short: boolean, tell: (text: string) => void): Promise<Outcome>;
}

const DRILLS: Readonly<Record<string, Drill>> = {
  region: {
    summary: "one of two endpoints dies, then a whole region, by refusing and by hanging; both come back",
    async run(short, tell) {
      const record = await runRegionDrill(short ? SHORT_REGION_PLAN : FULL_REGION_PLAN, tell);
      return { table: regionTable(record), claims: judgeRegion(record), plan: record.plan };
    },
  },
  reload: {
    summary: "many reloads under load, sound and broken files alternating",
    async run(short, tell) {
      const record = await runReloadDrill(short ? SHORT_RELOAD_PLAN : FULL_RELOAD_PLAN, tell);
      return { table: reloadTable(record), claims: judgeReload(record), plan: record.plan };
    },
  },
};

const USAGE = `usage: drill NAME [--short] [--json FILE]\n${Object.entries(DRILLS).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`).join("\n")}\n`;

/** Runs the drill that the command line names: 0 where every claim holds, 1 where one fails, 2 for a wrong call. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, strict: false, options: { json: { type: "string" }, short: { type: "boolean" } } });
  const [name = ""] = positionals;
  const drill = Object.hasOwn(DRILLS, name) ? DRILLS[name] : undefined;
  if (drill === undefined || positionals.length > 1) {
    process.stderr.write(USAGE);
    return 2;
  }
  const startedAt = performance.now();
  const outcome = await drill.run(values["short"] === true, (text) => void process.stderr.write(`${text}\n`));
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const failed = outcome.claims.filter((claim) => !claim.holds).length;
  process.stdout.write(`${outcome.table}\n\n${claimTable(outcome.claims)}\n\n${failed} of ${outcome.claims.length} claims fail; ${seconds} s\n`);
  if (typeof values["json"] === "string") writeFileSync(values["json"], `${JSON.stringify({ drill: name, seconds, failed, claims: outcome.claims, plan: outcome.plan }, null, 2)}\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
