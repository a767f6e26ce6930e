import type { ReconcileView } from "../admin/journal-views.ts";
import { counted, printable } from "./amounts.ts";
import { askJournal, JSON_OPTION, LONG, optionOf } from "./ask-journal.ts";
import type { Call, Command } from "./command.ts";
import { keyText } from "./journal-text.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

type Difference = ReconcileView["differences"][number];
type Totals = { asked: number; same: number; passed: number; differences: Difference[] };

/** Fields such as `Authorization: Bearer …`, one a line; null where a line is none. */
function fieldsOf(text: string): Record<string, string> | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const fields = lines.map((line) => /^([^:\s]+):\s*(.*?)\s*$/.exec(line));
  return fields.includes(null) ? null : Object.fromEntries(fields.map((match) => [match?.[1] ?? "", match?.[2] ?? ""]));
}

function headersOf(call: Call): Record<string, string> | string {
  const file = optionOf(call, "headerFile");
  if (file === null) return {};
  const text = call.world.readText(file);
  if (text === null) return `reading '${file}': it cannot be read`;
  return fieldsOf(text) ?? `reading '${file}': want one field a line, such as 'Authorization: Bearer …'`;
}

function differenceText({ kind, entry, reference, why }: Difference, paint: Paint): string {
  return `${paint.bad(kind)}  ${entry.id}  ${entry.createdAt}  ${printable(entry.taxpayer ?? "-")}  ${keyText(entry.key)}  ${printable(why)}${reference === null || kind === "other-reference" ? "" : `, number ${printable(reference)}`}\n`;
}

/** `taxgate journal reconcile` */
export const journalReconcileCommand: Command = {
  name: "journal reconcile",
  args: [RUNNING_ARGUMENT],
  summary: "asks the platform about the submissions of a span and prints what differs; changes nothing",
  options: [
    { flags: "--from <time>", help: "claimed at or after: 2026-11-21T08:00:00Z, 2026-11-21, or 2h for two hours ago", required: true },
    { flags: "--to <time>", help: "claimed before (default: now)" },
    { flags: "--site <site>", help: "of this site" },
    { flags: "--route <route>", help: "of this route" },
    { flags: "--taxpayer <number>", help: "of this taxpayer" },
    { flags: "--region <region>", help: "of this region" },
    { flags: "--header-file <file>", help: "fields to ask with, one a line, such as an Authorization: those of settled submissions are not kept" },
    ...ADMIN_OPTIONS,
    JSON_OPTION,
  ],
  examples: ["journal reconcile --from 2026-11-20 --to 2026-11-21", "journal reconcile --from 1d --region guangdong --header-file platform-token"],
  async run(call) {
    const headers = headersOf(call);
    if (typeof headers === "string") {
      call.io.err(`taxgate: ${headers}\n`);
      return "wrong";
    }
    const names = ["from", "to", "site", "route", "taxpayer", "region"].flatMap((name) => (optionOf(call, name) === null ? [] : [[name, optionOf(call, name)]]));
    const total: Totals = { asked: 0, same: 0, passed: 0, differences: [] };
    const isJson = call.options["json"] === true;
    for (let after: number | null = 0; after !== null; ) {
      const asked = await askJournal(call, "POST", "reconcile", { body: { ...Object.fromEntries(names), headers, after }, patience: LONG });
      if (!asked.ok) return asked.exit;
      const piece = asked.reply.body as ReconcileView;
      add(total, piece);
      if (!isJson) for (const one of piece.differences) call.io.out(differenceText(one, paintFor(call.io)));
      after = piece.next;
    }
    call.io.out(isJson ? `${JSON.stringify(total, null, 2)}\n` : totalText(total));
    return total.differences.length === 0 ? "ok" : "fault";
  },
};

function add(total: Totals, { asked, same, passed, differences }: ReconcileView): void {
  total.asked += asked;
  total.same += same;
  total.passed += passed;
  total.differences.push(...differences);
}

function totalText({ asked, same, passed, differences }: Totals): string {
  return `${counted(asked, "entry", "entries")} compared: ${same} the same, ${differences.length} not; ${passed} passed over (queued, being sent, or followed by a newer revision)\n`;
}
