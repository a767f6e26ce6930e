import { Command as Parser, CommanderError, Option } from "commander";
import { OperatorError } from "../base/errors.ts";
import { attachCommand } from "./attach.ts";
import { cacheInspectCommand } from "./cache-inspect.ts";
import { cachePurgeCommand } from "./cache-purge.ts";
import { cacheStatsCommand } from "./cache-stats.ts";
import { certAuthorityCommand } from "./cert-authority.ts";
import { certExportCaCommand } from "./cert-export-ca.ts";
import { certImportCommand } from "./cert-import.ts";
import { certListCommand } from "./cert-list.ts";
import { certRenewCommand } from "./cert-renew.ts";
import { certShowCommand } from "./cert-show.ts";
import { checkCommand } from "./check.ts";
import type { Command, Io } from "./command.ts";
import { diffCommand } from "./diff.ts";
import { EXIT_CODES, type Exit } from "./exit-codes.ts";
import { journalBackupCommand } from "./journal-backup.ts";
import { journalExportCommand } from "./journal-export.ts";
import { journalListCommand } from "./journal-list.ts";
import { journalReconcileCommand } from "./journal-reconcile.ts";
import { journalReleaseCommand, journalResolveCommand } from "./journal-resolve.ts";
import { journalRestoreCommand } from "./journal-restore.ts";
import { journalShowCommand } from "./journal-show.ts";
import { journalStatsCommand } from "./journal-stats.ts";
import { journalVerifyCommand } from "./journal-verify.ts";
import { platformsCheckCommand, platformsListCommand, platformsShowCommand } from "./platforms.ts";
import { reloadCommand } from "./reload.ts";
import { runCommand } from "./run.ts";
import { schemaCommand } from "./schema.ts";
import { statusCommand } from "./status.ts";
import { tokenCommand } from "./token.ts";
import { versionCommand } from "./version.ts";
import { wafBansCommand } from "./waf-bans.ts";
import { wafReportCommand } from "./waf-report.ts";
import { wafRulesCommand } from "./waf-rules.ts";
import { wafTestCommand } from "./waf-test.ts";
import { realWorld, type World } from "./world.ts";

/** Every command, in the order of `--help`; one of a group is named `GROUP NAME`. */
export const COMMANDS: readonly Command[] = [
  runCommand, checkCommand, diffCommand, schemaCommand, statusCommand, reloadCommand, cachePurgeCommand, cacheInspectCommand, cacheStatsCommand,
  journalListCommand, journalShowCommand, journalResolveCommand, journalReleaseCommand, journalExportCommand, journalStatsCommand, journalVerifyCommand, journalReconcileCommand, journalBackupCommand, journalRestoreCommand,
  certListCommand, certShowCommand, certRenewCommand, certAuthorityCommand, certExportCaCommand, certImportCommand, attachCommand,
  wafReportCommand, wafTestCommand, wafRulesCommand, wafBansCommand,
  platformsListCommand, platformsShowCommand, platformsCheckCommand, tokenCommand, versionCommand,
];

/** What the commands of a group are about. */
const GROUPS: Readonly<Record<string, string>> = {
  cache: "purges, inspects and counts what a running Taxgate keeps of answers",
  platforms: "lists, shows and checks profiles of tax platforms",
  cert: "shows what can run out, renews and imports certificates, keeps private authorities",
  waf: "shows whom and what the firewall keeps out, tries requests, and lifts bans",
  journal: "shows, decides, compares and saves what is known of submissions",
};

const HELP_WIDTH = 100;

/** `taxgate EXAMPLE`, but an example that begins with the environment stands as it is. */
function exampleLine(example: string): string {
  return `  $ ${/^[A-Z_]+=/.test(example) ? example : `taxgate ${example}`}\n`;
}

function exitCodeHelp(): string {
  return Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${code}  ${meaning}\n`).join("");
}

/** A parser that writes to `io` and throws instead of ending the process. */
function parserFor(io: Io): Parser {
  const width = (): number => HELP_WIDTH;
  return new Parser("taxgate")
    .description("edge reverse proxy and sidecar for e-invoicing")
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error: /, "taxgate: ")),
    })
    .addHelpText("after", `\nExit codes:\n${exitCodeHelp()}`);
}

/** The group of that name, made for its first command. */
function groupOf(parser: Parser, name: string): Parser {
  const known = parser.commands.find((one) => one.name() === name);
  if (known !== undefined) return known;
  const summary = GROUPS[name] ?? "";
  return parser.command(name).summary(summary).description(summary);
}

function addCommand(parser: Parser, command: Command, call: (args: readonly string[], options: Record<string, string | boolean | undefined>) => Promise<void>): void {
  const words = command.name.split(" ");
  const own = (words.length === 1 ? parser : groupOf(parser, words[0] as string)).command(words.at(-1) as string).summary(command.summary).description(command.summary);
  for (const { form, help, preset } of command.args) own.argument(form, help, preset);
  for (const { flags, help, choices, required } of command.options) {
    const option = new Option(flags, help).makeOptionMandatory(required === true);
    own.addOption(choices === undefined ? option : option.choices([...choices]));
  }
  own.addHelpText("after", `\nExamples:\n${command.examples.map(exampleLine).join("")}`);
  own.action(async () => call(own.processedArgs as string[], own.opts()));
}

/** The exit for what was thrown: usage (commander has told it already), an operator's mistake, or a fault with its stack. */
function exitFor(fault: unknown, io: Io): Exit {
  if (fault instanceof CommanderError) return fault.exitCode === 0 ? "ok" : "wrong";
  if (fault instanceof OperatorError) {
    io.err(`taxgate: ${fault.message}\n`);
    return "wrong";
  }
  io.err(`taxgate: a fault: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  return "fault";
}

/**
 * Runs one command and gives its exit code (see exit-codes.ts). Never ends the process and never rejects.
 *
 * @param argv what stands after the program's name
 * @param world replaced in tests
 */
export async function runCli(argv: readonly string[], io: Io, world: World = realWorld): Promise<number> {
  const parser = parserFor(io);
  let exit: Exit = "ok";
  for (const command of COMMANDS) {
    addCommand(parser, command, async (args, options) => {
      exit = await command.run({ args, options, io, world });
    });
  }
  try {
    await parser.parseAsync([...argv], { from: "user" });
  } catch (fault) {
    exit = exitFor(fault, io);
  }
  return EXIT_CODES[exit].code;
}
