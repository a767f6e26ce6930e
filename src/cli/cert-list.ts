import type { CertificateLineView, CertificateListView } from "../admin/certificate-views.ts";
import { leftText } from "../certs/expiry/left-text.ts";
import { rankOf } from "../certs/expiry/stage.ts";
import { counted, printable } from "./amounts.ts";
import { columns } from "./columns.ts";
import type { Command } from "./command.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, askRunning, RUNNING_ARGUMENT } from "./running.ts";

const HEAD = ["left", "ends", "kind", "name", "used by", "note"];
const LONGEST_NOTE = 160;

/** What is left of something, or since when it has run out; `nothing` where there is none. */
export function leftOf({ secondsLeft }: Pick<CertificateLineView, "secondsLeft">): string {
  if (secondsLeft === null) return "nothing";
  return secondsLeft < 0 ? `ended ${leftText(secondsLeft * 1000)} ago` : leftText(secondsLeft * 1000);
}

/** Marks a text by how near the end is. */
export function byStage(stage: CertificateLineView["stage"], text: string, paint: Paint): string {
  const rank = stage === "none" ? rankOf("expired") : rankOf(stage);
  if (rank >= rankOf("2d")) return paint.bad(text);
  return rank > 0 ? paint.warn(text) : text;
}

function rowOf({ kind, name, notAfter, where, renewal, note, ...left }: CertificateLineView): string[] {
  const state = renewal === null || renewal === "good" ? "" : `renewal ${renewal}`;
  const said = [state, printable(note)].filter((part) => part !== "").join("; ");
  return [leftOf(left), notAfter ?? "-", kind, printable(name), printable(where) || "-", said.length > LONGEST_NOTE ? `${said.slice(0, LONGEST_NOTE)}…` : said];
}

function listText({ certificates }: CertificateListView, paint: Paint): string {
  const [head = "", ...lines] = certificates.length === 0 ? [] : columns([HEAD, ...certificates.map(rowOf)]);
  const marked = lines.map((line, index) => byStage(stageToMark(certificates[index]), line, paint));
  const pressing = certificates.filter(({ stage }) => stage !== "fine").length;
  const sum = `${counted(certificates.length, "thing")} that can run out, ${pressing === 0 ? paint.good("none of them soon") : `${pressing} soon or already: 'taxgate cert show NAME' says what to do`}`;
  return `${[...(certificates.length === 0 ? [] : [paint.faint(head)]), ...marked, sum].join("\n")}\n`;
}

/** One that cannot be renewed is marked although it lasts. */
function stageToMark(line: CertificateLineView | undefined): CertificateLineView["stage"] {
  if (line === undefined) return "fine";
  return line.stage === "fine" && line.renewal === "alarm" ? "2d" : line.stage;
}

/** `taxgate cert list` */
export const certListCommand: Command = {
  name: "cert list",
  args: [RUNNING_ARGUMENT],
  summary: "lists everything that can run out, what ends first on top",
  options: [...ADMIN_OPTIONS, { flags: "--json", help: "the admin API's own answer" }],
  examples: ["cert list", "cert list --json | jq '.certificates[] | select(.stage != \"fine\")'"],
  async run(call) {
    const asked = await askRunning(call, "GET", "/api/v1/certificates", [200], "admin");
    if (!asked.ok) return asked.exit;
    const view = asked.reply.body as CertificateListView;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : listText(view, paintFor(call.io)));
    return "ok";
  },
};
