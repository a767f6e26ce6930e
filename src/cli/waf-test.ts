import type { TriedFinding, TriedRequest } from "../app/try-request.ts";
import { printable } from "./amounts.ts";
import { optionOf } from "./ask-journal.ts";
import { printProblems } from "./check.ts";
import { DEFAULT_FILE, type Call, type Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { paintFor, type Paint } from "./paint.ts";
import { isUrl, requestOfFile, requestOfUrl, type FoundRequest } from "./recorded-file.ts";
import { excludeText, findingText } from "./waf-text.ts";

const VERDICTS: Readonly<Record<TriedRequest["verdict"], string>> = { passes: "passes", "would-stop": "passes, and would be stopped if everything were enforced", stopped: "stopped", refused: "refused before it has a route" };

function findRequest(call: Call): FoundRequest {
  const [what = ""] = call.args;
  const entry = Number(optionOf(call, "entry") ?? 1);
  if (!Number.isInteger(entry) || entry < 1) return { ok: false, reason: `reading --entry: got '${optionOf(call, "entry")}', want a number from 1` };
  const said = { method: optionOf(call, "method"), type: optionOf(call, "type"), entry };
  if (isUrl(what)) return requestOfUrl(what, said);
  const bytes = call.world.readBytes(what);
  if (bytes === null) return { ok: false, reason: `reading '${what}': it cannot be read` };
  const found = requestOfFile(what, bytes, said);
  return found.ok && found.isBare && optionOf(call, "route") === null ? { ok: false, reason: `reading '${what}': it does not begin with a request line, so it is taken for a body by itself: say which route it is for by --route. A recorded request is the head as on the wire ('POST /submit HTTP/1.1', then 'Name: value' lines, without the '> ' of curl -v), an empty line, and the body` } : found;
}

function findingLines({ severity, score, mode, ...words }: TriedFinding, paint: Paint): string {
  return `  ${findingText(words, paint)} (${severity}, ${score}${mode === "detect" ? ", only counted" : ""})`;
}

function triedText(tried: TriedRequest, paint: Paint): string {
  const { site, route, class: kind, verdict, ruleset, score, threshold, findings, refusals, sparing, trial, notes } = tried;
  const mark = verdict === "passes" ? paint.good : verdict === "would-stop" ? (text: string) => text : paint.bad;
  const lines = [
    `site ${site ?? "none"}, route ${route ?? "none"}${kind === null ? "" : ` (${kind})`}, rules ${ruleset}`,
    `${mark(VERDICTS[verdict])}; score ${score}${threshold === null ? "" : ` of ${threshold}`}`,
    ...refusals.map(({ by, why, stops }) => `  ${by}: ${printable(why)}${stops ? "" : " (only told of)"}`),
    ...findings.map((finding) => findingLines(finding, paint)),
    ...(sparing === null ? [] : ["", sparing.enough ? "the rules let it pass with:" : "the rules stop it even with:", ...excludeText(sparing.exclude, "  "), ...sparing.risks.map((risk) => paint.faint(`  ${risk}`))]),
    ...(trial === null ? [] : ["", `on trial, ${trial.ruleset}: ${trial.wouldStop ? "would stop it" : "lets it pass"}, score ${trial.score}`, ...trial.findings.map((finding) => findingLines(finding, paint))]),
    ...notes.map((note) => `note: ${note}`),
  ];
  return `${lines.join("\n")}\n`;
}

function exitOf({ verdict }: TriedRequest): Exit {
  if (verdict === "refused") return "wrong";
  return verdict === "stopped" ? "stopped" : "ok";
}

/** `taxgate waf test` */
export const wafTestCommand: Command = {
  name: "waf test",
  args: [{ form: "<request>", help: "a file with a recorded request, a HAR file or a body by itself; or a URL, judged as a GET" }],
  summary: "says what the firewall makes of a request, and what would let it pass; needs no running Taxgate",
  options: [
    { flags: "--config <file>", help: `the configuration (default: "${DEFAULT_FILE}")` },
    { flags: "--site <site>", help: "as a request to this site, whatever its Host says" },
    { flags: "--route <route>", help: "as a request of this route, whatever its path says; needed for a body by itself" },
    { flags: "--method <method>", help: "with this method" },
    { flags: "--type <type>", help: "with this Content-Type" },
    { flags: "--entry <number>", help: "of a HAR file, from 1 (default: 1)" },
    { flags: "--client <address>", help: "from this address (default: 127.0.0.1)" },
    { flags: "--ruleset <set>", help: "by this set instead of the configured one: builtin@VERSION, or a file" },
    { flags: "--json", help: "as JSON" },
  ],
  examples: ["waf test recorded.http", "waf test invoice.xml --route issue --type application/xml", "waf test session.har --entry 12 --json", "waf test 'https://gate.example.com/api/codes?q=select' --config /etc/taxgate/taxgate.yaml"],
  async run(call) {
    const { io, world } = call;
    const found = findRequest(call);
    if (!found.ok) {
      io.err(`${found.reason}\n`);
      return "wrong";
    }
    const tried = await world.tryRequest(optionOf(call, "config") ?? DEFAULT_FILE, io.env, {
      request: found.request, site: optionOf(call, "site"), route: optionOf(call, "route"), client: optionOf(call, "client") ?? "127.0.0.1", ruleset: optionOf(call, "ruleset"),
    });
    if (!tried.ok) {
      if (tried.problems.length > 0) printProblems(tried.problems, io);
      if (tried.reason !== null) io.err(`${tried.reason}\n`);
      return "wrong";
    }
    io.out(call.options["json"] === true ? `${JSON.stringify(tried.tried, null, 2)}\n` : triedText(tried.tried, paintFor(io)));
    return exitOf(tried.tried);
  },
};
