import type { EntriesView, EntryView } from "../admin/journal-views.ts";
import { counted, printable } from "./amounts.ts";
import { askJournal, FILTER_OPTIONS, filterQuery, JSON_OPTION } from "./ask-journal.ts";
import { columns } from "./columns.ts";
import type { Command } from "./command.ts";
import { ageText, keyText, stateText, wordsOf } from "./journal-text.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

const HEAD = ["id", "revision", "state", "age", "taxpayer", "region", "route", "key", ""];

/** Entries as lines under one head. The colours come after the columns: they take no room on a terminal. */
export function entryTable(entries: readonly EntryView[], paint: Paint): string[] {
  const rows = entries.map((one) => [one.id, String(one.revision), one.state, ageText(one), printable(one.taxpayer ?? "-"), one.region, one.route, keyText(one.key), wordsOf(one)]);
  const [head = "", ...lines] = columns([HEAD, ...rows]);
  const place = head.indexOf("state");
  return [paint.faint(head), ...lines.map((line, index) => line.slice(0, place) + line.slice(place).replace(/^\S+/, () => stateText((entries[index] as EntryView).state, paint)))];
}

function listText({ entries, next }: EntriesView, paint: Paint): string {
  const table = entries.length === 0 ? [] : entryTable(entries, paint);
  return `${[...table, `${counted(entries.length, "entry", "entries")}${next === null ? "" : `, and there are more: --after ${next}`}`].join("\n")}\n`;
}

/** `taxgate journal list` */
export const journalListCommand: Command = {
  name: "journal list",
  args: [RUNNING_ARGUMENT],
  summary: "lists submissions in the order in which they came, the oldest first",
  options: [
    ...FILTER_OPTIONS,
    { flags: "--limit <count>", help: "at most so many, up to 1000 (default: 100)" },
    { flags: "--after <place>", help: "the page that follows, as the page before says" },
    ...ADMIN_OPTIONS,
    JSON_OPTION,
  ],
  examples: ["journal list --state held", "journal list --state held,in-doubt --older-than 2h --taxpayer 91110108MA01ABCDE1", "journal list --key 20261121-0001 --json"],
  async run(call) {
    const asked = await askJournal(call, "GET", "entries", { query: filterQuery(call) });
    if (!asked.ok) return asked.exit;
    const view = asked.reply.body as EntriesView;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : listText(view, paintFor(call.io)));
    return "ok";
  },
};
