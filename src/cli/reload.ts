import type { ReloadResult } from "../admin/views.ts";
import { printProblems } from "./check.ts";
import type { Command, Io } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { askRunning, RUNNING_ARGUMENT, RUNNING_OPTIONS } from "./running.ts";

function tell(result: ReloadResult, io: Io): Exit {
  switch (result.result) {
    case "unchanged":
      io.out(`nothing to change: configuration ${result.generation} stays\n`);
      return "ok";
    case "refused":
      printProblems(result.problems, io);
      io.err(`configuration ${result.generation} stays in use\n`);
      return "wrong";
    case "applied":
      io.out(`configuration ${result.generation} is in use: ${result.changes.length} changed\n`);
      for (const path of result.pendingRestart) io.out(`${path}: acts after a restart\n`);
      return "ok";
  }
}

/** `taxgate reload` */
export const reloadCommand: Command = {
  name: "reload",
  args: [RUNNING_ARGUMENT],
  summary: "makes a running Taxgate read its configuration again",
  options: RUNNING_OPTIONS,
  examples: ["reload", "TAXGATE_TOKEN=tg_ops_… taxgate reload --url http://127.0.0.1:9900"],
  async run(call) {
    const asked = await askRunning(call, "POST", "/api/v1/reload", [200, 422]);
    return asked.ok ? tell(asked.reply.body as ReloadResult, call.io) : asked.exit;
  },
};
