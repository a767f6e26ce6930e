import type { BanView } from "../admin/ban-views.ts";
import { counted, printable, secondsText } from "./amounts.ts";
import { columns } from "./columns.ts";
import type { Call, Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { ADMIN_OPTIONS, askRunning, detailOf, RUNNING_ARGUMENT } from "./running.ts";

const HEAD = ["client", "left", "refused", "since", "for"];
const ALL = "all";

function bansText(bans: readonly BanView[]): string {
  const rows = bans.map(({ address, secondsLeft, refused, since, reason }) => [printable(address), secondsText(secondsLeft), String(refused), since, reason]);
  return `${[...(bans.length === 0 ? [] : columns([HEAD, ...rows])), `${counted(bans.length, "client")} banned`].join("\n")}\n`;
}

async function lift(call: Call, address: string): Promise<Exit> {
  const query = new URLSearchParams(address === ALL ? { all: "true" } : { address }).toString();
  const asked = await askRunning(call, "POST", `/api/v1/waf/bans/lift?${query}`, [200, 400], "admin");
  if (!asked.ok) return asked.exit;
  if (asked.reply.status === 400) {
    call.io.err(`${detailOf(asked.reply.body)}\n`);
    return "wrong";
  }
  const { lifted } = asked.reply.body as { readonly lifted: number };
  if (call.options["json"] === true) call.io.out(`${JSON.stringify({ lifted }, null, 2)}\n`);
  else call.io.out(lifted === 0 && address !== ALL ? `${printable(address)} is not banned\n` : `${counted(lifted, "ban")} lifted\n`);
  return "ok";
}

/** `taxgate waf bans` */
export const wafBansCommand: Command = {
  name: "waf bans",
  args: [RUNNING_ARGUMENT],
  summary: "lists the clients that are shut out, and lifts bans",
  options: [{ flags: "--lift <address>", help: "lets this client in again, or 'all' of them" }, ...ADMIN_OPTIONS, { flags: "--json", help: "the admin API's own answer" }],
  examples: ["waf bans", "waf bans --lift 192.0.2.7"],
  async run(call) {
    const { lift: address } = call.options;
    if (typeof address === "string") return lift(call, address);
    const asked = await askRunning(call, "GET", "/api/v1/waf/bans", [200], "admin");
    if (!asked.ok) return asked.exit;
    const view = asked.reply.body as { readonly bans: readonly BanView[] };
    call.io.out(call.options["json"] === true ? `${JSON.stringify(view, null, 2)}\n` : bansText(view.bans));
    return "ok";
  },
};
