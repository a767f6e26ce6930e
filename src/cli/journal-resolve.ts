import type { DecisionView } from "../admin/journal-views.ts";
import { BY_HAND } from "../journal/by-hand.ts";
import { askJournal, ID_ARGUMENT, JSON_OPTION, optionOf } from "./ask-journal.ts";
import type { Call, Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { keyText, stateText, wordsOf } from "./journal-text.ts";
import { paintFor } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

const REVISION = { flags: "--revision <number>", help: "the revision that was looked at; refused where a newer one has come" };
const REASON = { flags: "--reason <text>", help: "why, in 3 to 500 characters; kept with the entry and in the log, and of a closed one told to its caller", required: true };

/** An answer for replays by its options; a text says what is wrong with them. */
function answerOf(call: Call): { readonly answer?: unknown } | string {
  const file = optionOf(call, "answerFile");
  const status = optionOf(call, "answerStatus");
  const contentType = optionOf(call, "answerType");
  if (file === null) return status === null && contentType === null ? {} : "--answer-status and --answer-type belong beside --answer-file";
  const body = call.world.readText(file);
  if (body === null) return `reading '${file}': it cannot be read`;
  return { answer: { status: Number(status ?? 200), ...(contentType === null ? {} : { contentType }), body } };
}

async function decide(call: Call, path: "resolve" | "release", more: object): Promise<Exit> {
  const revision = optionOf(call, "revision");
  const body = { id: call.args[0] as string, reason: optionOf(call, "reason"), ...(revision === null ? {} : { revision: Number(revision) }), ...more };
  const asked = await askJournal(call, "POST", path, { body });
  if (!asked.ok) return asked.exit;
  const view = asked.reply.body as Extract<DecisionView, { result: "done" }>;
  const { entry } = view;
  call.io.out(call.options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : `number ${keyText(entry.key)}, revision ${entry.revision}: ${stateText(entry.state, paintFor(call.io))}, ${wordsOf(entry)}\n`);
  return "ok";
}

/** `taxgate journal resolve` */
export const journalResolveCommand: Command = {
  name: "journal resolve",
  args: [ID_ARGUMENT, RUNNING_ARGUMENT],
  summary: "decides by hand what became of a submission that nobody else can tell of",
  options: [
    { flags: "--to <state>", help: "accepted: issued; rejected: refused for its content; released: not issued, may be sent again; expired: given up, its number stays taken", choices: [...BY_HAND], required: true },
    { flags: "--reference <number>", help: "the platform's own number, of an accepted one" },
    REASON,
    REVISION,
    { flags: "--answer-file <file>", help: "the body that later tries get; without it they are told that it is settled" },
    { flags: "--answer-status <status>", help: "its status (default: 200)" },
    { flags: "--answer-type <type>", help: "its content type (default: application/json)" },
    ...ADMIN_OPTIONS,
    JSON_OPTION,
  ],
  examples: [
    'journal resolve 5f1d7a84db00d2fce00b31a7fc73224f --to accepted --reference 26852000000000000042 --reason "seen in the platform\'s web page"',
    'journal resolve 5f1d7a84db00d2fce00b31a7fc73224f --to expired --reason "cancelled by the customer"',
  ],
  async run(call) {
    const given = answerOf(call);
    if (typeof given === "string") {
      call.io.err(`taxgate: ${given}\n`);
      return "wrong";
    }
    const reference = optionOf(call, "reference");
    return decide(call, "resolve", { to: optionOf(call, "to"), ...(reference === null ? {} : { reference }), ...given });
  },
};

/** `taxgate journal release` */
export const journalReleaseCommand: Command = {
  name: "journal release",
  args: [ID_ARGUMENT, RUNNING_ARGUMENT],
  summary: "frees the number of a submission that was certainly not issued: the next try is sent",
  options: [REASON, REVISION, ...ADMIN_OPTIONS, JSON_OPTION],
  examples: ['journal release 5f1d7a84db00d2fce00b31a7fc73224f --reason "the platform\'s desk says it has no such invoice"'],
  run: (call) => decide(call, "release", {}),
};
