import type { BodyView, EntryDetail } from "../admin/journal-views.ts";
import { bytesText, counted, printable, secondsText } from "./amounts.ts";
import { askJournal, ID_ARGUMENT, JSON_OPTION } from "./ask-journal.ts";
import type { Command } from "./command.ts";
import { keyText, stateText, wordsOf } from "./journal-text.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

/** More items are for --json. */
const MOST_ITEMS = 50;
/** More of a body is for --json. */
const MOST_SHOWN = 2000;

function bodyLines({ bytes, text, cut }: BodyView): string[] {
  if (bytes === 0) return [];
  if (text === null) return [`      ${bytesText(bytes)}, not text: see --json`];
  const shown = text.slice(0, MOST_SHOWN);
  const lines = shown.split(/\r?\n/).map((line) => `      ${printable(line)}`);
  return cut || shown.length < text.length ? [...lines, `      … of ${bytesText(bytes)}: see --json`] : lines;
}

function revisionLines(one: EntryDetail, paint: Paint): string[] {
  const { answer, request } = one;
  const words = wordsOf(one);
  return [
    `  revision ${one.revision}: ${stateText(one.state, paint)}${words === "" ? "" : `, ${words}`}`,
    `    claimed ${one.createdAt} (${secondsText(one.ageSeconds)} ago), changed ${one.updatedAt}`,
    `    ${counted(one.attempts, "attempt")} that may have reached the platform${one.endpoint === "" ? "" : `, the last one at ${printable(one.endpoint)}`}`,
    `    sent by ${printable(one.principal ?? "nobody that is known")}, content ${one.fingerprint}`,
    ...itemLines(one),
    ...(request === null ? ["    request: not kept"] : [`    request: ${request.method} ${printable(request.path)}`, ...bodyLines(request.body)]),
    ...(answer === null ? ["    answer for replays: none"] : [`    answer for replays: status ${answer.status}`, ...answer.headers.map(({ name, value }) => `      ${printable(`${name}: ${value}`)}`), ...bodyLines(answer.body)]),
  ];
}

function itemLines({ items, itemCount }: EntryDetail): string[] {
  // Another release may run, which says nothing of items.
  if (!(itemCount > 0)) return [];
  const shown = items.slice(0, MOST_ITEMS).map(({ key, outcome, reference, until }) => `      ${keyText(key)}: ${outcome}${reference === null ? "" : `, number ${printable(reference)}`}${until === null ? "" : `, until ${until}`}`);
  return [`    ${counted(itemCount, "item")}`, ...shown, ...(itemCount > shown.length ? [`      … and ${itemCount - shown.length} more: see --json`] : [])];
}

function entryText(id: string, revisions: readonly EntryDetail[], paint: Paint): string {
  const [first] = revisions;
  if (first === undefined) return `entry ${id}: nothing\n`;
  const { site, route, region, taxpayer, key, scope, lane } = first;
  const lines = [
    `entry ${id}: number ${keyText(key)}${scope.length === 0 ? "" : ` of ${keyText(scope)}`}`,
    `  site ${site}, route ${route}, region ${region}${taxpayer === null ? "" : `, taxpayer ${printable(taxpayer)}`}${lane === null ? "" : `, lane ${lane}`}`,
    ...revisions.flatMap((one) => revisionLines(one, paint)),
  ];
  return `${lines.join("\n")}\n`;
}

/** `taxgate journal show` */
export const journalShowCommand: Command = {
  name: "journal show",
  args: [ID_ARGUMENT, RUNNING_ARGUMENT],
  summary: "shows what is known of one submission, all its revisions",
  options: [...ADMIN_OPTIONS, JSON_OPTION],
  examples: ["journal show 5f1d7a84db00d2fce00b31a7fc73224f", "journal show 5f1d7a84db00d2fce00b31a7fc73224f --json | jq '.revisions[-1].answer'"],
  async run(call) {
    const asked = await askJournal(call, "GET", "entry", { query: new URLSearchParams({ id: call.args[0] as string }) });
    if (!asked.ok) return asked.exit;
    const { id, revisions } = asked.reply.body as { readonly id: string; readonly revisions: readonly EntryDetail[] };
    call.io.out(call.options["json"] === true ? `${JSON.stringify({ id, revisions }, null, 2)}\n` : entryText(id, revisions, paintFor(call.io)));
    return "ok";
  },
};
