import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { claimTable } from "./claim.ts";
import { FULL_FIREWALL_PLAN, judgeFirewall, runFirewallDrill } from "./firewall-drill.ts";
import { shareTable } from "./firewall-table.ts";

/*
 * Runs the firewall's drill and puts its figures between their two markers in the README.
 */

const README = fileURLToPath(new URL("../../README.md", import.meta.url));

const record = runFirewallDrill(FULL_FIREWALL_PLAN, () => undefined);
const section = [
  "Judged by `npm run drill -- firewall`, at the settings that hold where nothing is written. The attacks and the honest values are the project's own, and the rules were tuned on them: figures for texts of others are lower. `node src/launcher.cjs node test/drill/firewall-readme.ts` puts the figures here.",
  "",
  claimTable(judgeFirewall(record)),
  "",
  shareTable("attacks stopped", record.attacks),
].join("\n");
const text = readFileSync(README, "utf8");
writeFileSync(README, text.replace(/(<!-- firewall:begin -->\n)[^]*?(<!-- firewall:end -->)/, (_all, begin: string, end: string) => `${begin}${section}\n${end}`));
