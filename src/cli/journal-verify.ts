import type { Verification } from "../journal/store.ts";
import { counted, printable } from "./amounts.ts";
import { askJournal, JSON_OPTION, LONG } from "./ask-journal.ts";
import type { Command } from "./command.ts";
import { paintFor } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

/** `taxgate journal verify` */
export const journalVerifyCommand: Command = {
  name: "journal verify",
  args: [RUNNING_ARGUMENT],
  summary: "checks every page and every entry of the journal while it is in use",
  options: [...ADMIN_OPTIONS, JSON_OPTION],
  examples: ["journal verify", "journal verify --json"],
  async run(call) {
    const asked = await askJournal(call, "POST", "verify", { body: {}, patience: LONG });
    if (!asked.ok) return asked.exit;
    const { entries, faults } = asked.reply.body as Verification;
    const paint = paintFor(call.io);
    const said = faults.length === 0 ? paint.good("no faults") : paint.bad(counted(faults.length, "fault"));
    if (call.options["json"] === true) call.io.out(`${JSON.stringify({ entries, faults }, null, 2)}\n`);
    else call.io.out([...faults.map(printable), `${counted(entries, "entry", "entries")} checked: ${said}`, ""].join("\n"));
    return faults.length === 0 ? "ok" : "fault";
  },
};
