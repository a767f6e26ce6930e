import { askJournal, FILTER_OPTIONS, filterQuery } from "./ask-journal.ts";
import type { Command } from "./command.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

const PAGE = 1000;

/** The lines of a page, each with its end. */
function linesOf(body: unknown): string[] {
  return typeof body === "string" ? body.split("\n").filter((line) => line !== "") : [];
}

/** `taxgate journal export` */
export const journalExportCommand: Command = {
  name: "journal export",
  args: [RUNNING_ARGUMENT],
  summary: "prints submissions as lines of JSON, without their bodies",
  options: [...FILTER_OPTIONS, ...ADMIN_OPTIONS],
  examples: ["journal export --from 2026-11-01 --to 2026-12-01 > november.ndjson", "journal export --state accepted --from 1d | jq -r '[.key[0], .reference] | @csv'"],
  async run(call) {
    const query = filterQuery(call);
    query.set("limit", String(PAGE));
    for (;;) {
      const asked = await askJournal(call, "GET", "export", { query });
      if (!asked.ok) return asked.exit;
      const lines = linesOf(asked.reply.body);
      if (lines.length > 0) call.io.out(`${lines.join("\n")}\n`);
      if (lines.length < PAGE) return "ok";
      query.set("after", String((JSON.parse(lines.at(-1) as string) as { readonly sequence: number }).sequence));
    }
  },
};
