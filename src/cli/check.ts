import { FILE_ARGUMENT, type Command, type Io } from "./command.ts";
import { paintFor } from "./paint.ts";
import type { Loaded, ProblemLine } from "./world.ts";

/** Prints what is wrong with a file, one problem a line. */
export function printProblems(problems: readonly ProblemLine[], io: Io): void {
  const paint = paintFor(io);
  for (const { file, line, column, path, message } of problems) io.err(`${file}:${line}:${column}: ${path}: ${paint.bad(message)}\n`);
  io.err(`${problems.length === 1 ? "1 problem" : `${problems.length} problems`}\n`);
}

/** Prints what cannot have been meant. */
export function printWarnings(warnings: readonly ProblemLine[], io: Io): void {
  const paint = paintFor(io);
  for (const { file, line, column, path, message } of warnings) io.err(`${file}:${line}:${column}: ${path}: ${paint.faint(`warning: ${message}`)}\n`);
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

/** `ok: 1 listener, 2 sites, 5 regions, 12 routes`, and how many warnings. */
function summary({ config, warnings }: Extract<Loaded, { ok: true }>): string {
  const regions = config.sites.reduce((sum, site) => sum + site.regions.length, 0);
  const routes = config.sites.reduce((sum, site) => sum + site.routes.length, 0);
  const parts = [count(config.listeners.length, "listener"), count(config.sites.length, "site"), count(regions, "region"), count(routes, "route")];
  return [...parts, ...(warnings.length > 0 ? [count(warnings.length, "warning")] : [])].join(", ");
}

/** `taxgate check` */
export const checkCommand: Command = {
  name: "check",
  args: [FILE_ARGUMENT],
  summary: "reads a configuration and says everything that is wrong with it",
  options: [],
  examples: ["check", "check new.yaml && taxgate reload"],
  async run({ args, io, world }) {
    const loaded = await world.loadConfig(args[0] as string, io.env);
    if (!loaded.ok) {
      printProblems(loaded.problems, io);
      return "wrong";
    }
    const warnings = [...loaded.warnings, ...(await world.certificateDoubts(args[0] as string, io.env))];
    printWarnings(warnings, io);
    io.out(`${paintFor(io).good("ok")}: ${summary({ ...loaded, warnings })}\n`);
    return "ok";
  },
};
