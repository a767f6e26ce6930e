import type { FoundAuthorityView, ReloadResult } from "../admin/views.ts";
import { printProblems } from "./check.ts";
import type { Command, Io } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { askRunning, RUNNING_ARGUMENT, RUNNING_OPTIONS } from "./running.ts";

/** Says which authorities are others now, and which should be and are not. */
function tellAuthorities(authorities: readonly FoundAuthorityView[], io: Io): Exit {
  for (const { name, kept } of authorities) {
    if (kept === null) io.out(`authority ${name} is another one now\n`);
    else io.err(`authority ${name} stays the one before: ${kept}\n`);
  }
  return authorities.some(({ kept }) => kept !== null) ? "fault" : "ok";
}

function tell(result: ReloadResult, io: Io): Exit {
  switch (result.result) {
    case "unchanged":
      io.out(`${result.authorities.length === 0 ? "nothing to change: " : ""}configuration ${result.generation} stays\n`);
      return tellAuthorities(result.authorities, io);
    case "refused":
      printProblems(result.problems, io);
      io.err(`configuration ${result.generation} stays in use\n`);
      return "wrong";
    case "applied":
      io.out(`configuration ${result.generation} is in use: ${result.changes.length} changed\n`);
      for (const path of result.pendingRestart) io.out(`${path}: acts after a restart\n`);
      return tellAuthorities(result.authorities, io);
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
