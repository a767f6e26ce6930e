import type { JournalStatsView } from "../admin/journal-views.ts";
import { bytesText, counted, countsText, printable, secondsText } from "./amounts.ts";
import { askJournal, JSON_OPTION } from "./ask-journal.ts";
import type { Command } from "./command.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

function statsText(stats: JournalStatsView, paint: Paint): string {
  const { states, oldestOpenAt, oldestOpenSeconds, oldestProvisionalSeconds, bytes, underWay, resolving, queued, unwritten, fault } = stats;
  const all = Object.values(states).reduce((sum, count) => sum + count, 0);
  const lines = [
    `${counted(all, "entry", "entries")}, ${bytesText(bytes)} on disk: ${countsText(states)}`,
    oldestOpenAt === null ? paint.good("none is open") : `the oldest open one is ${secondsText(oldestOpenSeconds)} old, since ${oldestOpenAt}`,
    ...((states.provisional ?? 0) === 0 ? [] : [`the oldest that awaits the platform's verdict is ${secondsText(oldestProvisionalSeconds)} old`]),
    `under way here: ${counted(underWay, "submission")}, ${resolving} of them in doubt; ${queued} queued for later delivery`,
    ...(unwritten === 0 ? [] : [paint.bad(`${counted(unwritten, "outcome")} known and not written yet`)]),
    ...(fault === null ? [] : [paint.bad(`the journal cannot be written: ${printable(fault)}`)]),
  ];
  return `${lines.join("\n")}\n`;
}

/** `taxgate journal stats` */
export const journalStatsCommand: Command = {
  name: "journal stats",
  args: [RUNNING_ARGUMENT],
  summary: "counts submissions by state, and says how old the oldest open one is",
  options: [...ADMIN_OPTIONS, JSON_OPTION],
  examples: ["journal stats", "journal stats --json | jq .states.held"],
  async run(call) {
    const asked = await askJournal(call, "GET", "stats");
    if (!asked.ok) return asked.exit;
    const stats = asked.reply.body as JournalStatsView;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(stats, null, 2)}\n` : statsText(stats, paintFor(call.io)));
    return "ok";
  },
};
