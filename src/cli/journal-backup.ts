import type { BackupView } from "../admin/journal-views.ts";
import { bytesText } from "./amounts.ts";
import { askJournal, JSON_OPTION, LONG, optionOf } from "./ask-journal.ts";
import type { Command } from "./command.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

/** `taxgate journal backup` */
export const journalBackupCommand: Command = {
  name: "journal backup",
  args: [RUNNING_ARGUMENT],
  summary: "copies the journal into the state directory's folder 'backups' while it is in use",
  options: [{ flags: "--name <name>", help: "the file's name (default: one made of the time)" }, ...ADMIN_OPTIONS, JSON_OPTION],
  examples: ["journal backup", "journal backup --name before-upgrade.sqlite"],
  async run(call) {
    const name = optionOf(call, "name");
    const asked = await askJournal(call, "POST", "backup", { body: name === null ? {} : { name }, patience: LONG });
    if (!asked.ok) return asked.exit;
    const view = asked.reply.body as Extract<BackupView, { result: "done" }>;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : `${view.file}: ${bytesText(view.bytes)}, and its archives in '${view.file}.archive' where there are any; keep both together, on another machine\n`);
    return "ok";
  },
};
