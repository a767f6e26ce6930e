import { printProblems } from "./check.ts";
import type { Command } from "./command.ts";
import { paintFor } from "./paint.ts";
import type { ChangeLine } from "./world.ts";

/** `a → b`, or that it is new or gone. */
function changeText({ before, after }: ChangeLine): string {
  if (before === null) return `added ${after ?? ""}`;
  return after === null ? `removed ${before}` : `${before} → ${after}`;
}

/** `taxgate diff` */
export const diffCommand: Command = {
  name: "diff",
  args: [
    { form: "<old>", help: "the configuration in use" },
    { form: "<new>", help: "the one to come" },
  ],
  summary: "says what would change, and which of it needs a restart",
  options: [],
  examples: ["diff config/taxgate.yaml new.yaml"],
  async run({ args, io, world }) {
    const compared = await world.compareConfigs(args[0] as string, args[1] as string, io.env);
    if (!compared.ok) {
      printProblems(compared.problems, io);
      return "wrong";
    }
    const paint = paintFor(io);
    const { changes } = compared;
    for (const change of changes) io.out(`${change.path}: ${changeText(change)}${change.needsRestart ? ` ${paint.bad("(needs a restart)")}` : ""}\n`);
    const restarts = changes.filter((change) => change.needsRestart).length;
    io.out(changes.length === 0 ? "nothing would change\n" : `${changes.length} changed, ${restarts} of them only after a restart\n`);
    return "ok";
  },
};
