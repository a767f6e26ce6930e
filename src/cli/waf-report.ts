import type { WafGroupView, WafPassingView, WafReportView } from "../admin/waf-views.ts";
import { counted } from "./amounts.ts";
import { optionOf } from "./ask-journal.ts";
import type { Call, Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, askRunning, detailOf, RUNNING_ARGUMENT } from "./running.ts";
import { findingText } from "./waf-text.ts";

const FILTERS = ["site", "route", "rule", "since"] as const;

function countsLine({ stopped, wouldStop, below, highestScore, firstAt, lastAt }: WafGroupView, paint: Paint): string {
  const parts = [...(stopped > 0 ? [paint.bad(`${stopped} stopped`)] : []), ...(wouldStop > 0 ? [`${wouldStop} would be stopped`] : []), ...(below > 0 ? [`${below} below the threshold`] : [])];
  return `${parts.length === 0 ? "none by the set in use" : parts.join(", ")}; the field's highest score ${highestScore}; ${firstAt === lastAt ? lastAt : `${firstAt} to ${lastAt}`}`;
}

function trialLine({ stopsMore, stopsLess }: WafGroupView): string[] {
  const parts = [...(stopsMore > 0 ? [`would stop ${counted(stopsMore, "request")} that the set in use lets pass`] : []), ...(stopsLess > 0 ? [`lets pass ${counted(stopsLess, "request")} that the set in use stops or would stop`] : [])];
  return parts.length === 0 ? [] : [`  the set on trial ${parts.join(", and ")}`];
}

/** The usual case, one rule, is one line; what was printed for another rule of the field is not said again. */
function passingLines({ requests, elsewhere, exclude, risk, wider }: WafPassingView, told: Set<string>, paint: Paint): string[] {
  const key = exclude.join("\n");
  if (told.has(key)) return [];
  told.add(key);
  return [
    `  let ${requests === 1 ? "this 1 request" : `these ${requests} requests`} pass with${exclude.length > 1 ? " all of" : ""}:`,
    ...exclude.map((line) => `  ${line}`),
    paint.faint(`    ${risk}`),
    ...(elsewhere === 0 ? [] : [paint.faint(`    ${elsewhere} of them ${elsewhere === 1 ? "needs" : "need"} the lines of other fields too`)]),
    ...(wider === null ? [] : ["  or with one line:", `  ${wider.exclude}`, paint.faint(`    ${wider.risk}`)]),
  ];
}

function groupLines(group: WafGroupView, told: Set<string>, paint: Paint): string[] {
  const { site, route, requests, together, exclude, risk, passing } = group;
  const blocks = passing.flatMap((one) => passingLines(one, told, paint));
  return [
    `${site} ${route}: ${findingText(group, paint)}`,
    `  ${countsLine(group, paint)}`,
    ...trialLine(group),
    ...(requests.length === 0 ? [] : [paint.faint(`  references: ${requests.join(" ")}`)]),
    ...(passing.length > 0 && blocks.length === 0 ? [paint.faint("  its requests pass with lines that stand above")] : blocks),
    ...(exclude === null || passing.length > 0 ? [] : [`  ${exclude}`, paint.faint(`    ${risk}`)]),
    ...(exclude !== null && passing.length === 0 && together.length > 0 ? [paint.faint(`    found there too: ${together.join(", ")}; 'taxgate waf test' says whether they have to be excluded as well`)] : []),
  ];
}

function reportText({ since, ruleset, trial, lost, groups, wider }: WafReportView, paint: Paint): string {
  const stopping = groups.some(({ exclude }) => exclude !== null);
  const told = new Set<string>();
  const lines = [
    `rules ${ruleset}${trial === null ? "" : `, on trial ${trial}`}; since ${since}`,
    ...groups.flatMap((group) => ["", ...groupLines(group, told, paint)]),
    ...wider.flatMap(({ site, route, rule, fields, exclude, risk }) => ["", `${site} ${route}: ${paint.bad(rule)} hits ${fields} fields; instead of a line for each:`, `  ${exclude}`, paint.faint(`    ${risk}`)]),
    "",
    groups.length === 0 ? "nothing was found" : counted(groups.length, "group"),
    ...(lost > 0 ? [`${counted(lost, "group")} went for want of room, the least recent ones`] : []),
    ...(stopping ? ["put them under waf.exclude and save; the file reloads itself"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

async function reset(call: Call): Promise<Exit> {
  const asked = await askRunning(call, "POST", "/api/v1/waf/report/reset", [200], "admin");
  if (!asked.ok) return asked.exit;
  call.io.out(`${counted((asked.reply.body as { readonly groups: number }).groups, "group")} forgotten\n`);
  return "ok";
}

/** `taxgate waf report` */
export const wafReportCommand: Command = {
  name: "waf report",
  args: [RUNNING_ARGUMENT],
  summary: "lists what the firewall stopped or would have, with the exclusion that lets it pass",
  options: [
    { flags: "--site <site>", help: "of this site" },
    { flags: "--route <route>", help: "of this route" },
    { flags: "--rule <rule>", help: "of this rule, or of rules that begin so: 'sql-*'" },
    { flags: "--since <time>", help: "seen at or after: 2026-11-21T08:00:00Z, 2026-11-21, or 2h for two hours ago" },
    { flags: "--reset", help: "forgets everything that was found so far" },
    ...ADMIN_OPTIONS,
    { flags: "--json", help: "the admin API's own answer" },
  ],
  examples: ["waf report", "waf report --route issue --since 1h", "waf report --rule 'sql-*' --json | jq -r '.groups[].exclude'"],
  async run(call) {
    if (call.options["reset"] === true) return reset(call);
    const query = new URLSearchParams(FILTERS.flatMap((name) => (optionOf(call, name) === null ? [] : [[name, optionOf(call, name) as string]]))).toString();
    const asked = await askRunning(call, "GET", `/api/v1/waf/report${query === "" ? "" : `?${query}`}`, [200, 400], "admin");
    if (!asked.ok) return asked.exit;
    if (asked.reply.status === 400) {
      call.io.err(`${detailOf(asked.reply.body)}\n`);
      return "wrong";
    }
    const view = asked.reply.body as WafReportView;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : reportText(view, paintFor(call.io)));
    return "ok";
  },
};
