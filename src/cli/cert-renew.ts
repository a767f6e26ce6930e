import type { RenewView } from "../admin/certificate-views.ts";
import { printable } from "./amounts.ts";
import type { Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { paintFor } from "./paint.ts";
import { ADMIN_OPTIONS, askRunning, detailOf, RUNNING_ARGUMENT } from "./running.ts";

/** Longer than Taxgate waits for an order before it says that one is under way. */
const PATIENCE = 120_000;

const EXITS: Readonly<Record<RenewView["result"], Exit>> = { issued: "ok", "taken-over": "ok", "under-way": "ok", locked: "ok", stopped: "unavailable", failed: "fault" };

/** `taxgate cert renew` */
export const certRenewCommand: Command = {
  name: "cert renew",
  args: [{ form: "<name>", help: "its name under 'certificates', which has 'acme'" }, RUNNING_ARGUMENT],
  summary: "orders another certificate now, whatever blackouts and earlier failures say",
  options: [...ADMIN_OPTIONS, { flags: "--json", help: "the admin API's own answer" }],
  examples: ["cert renew edge"],
  async run(call) {
    const { args, io, options } = call;
    const name = args[0] as string;
    const asked = await askRunning(call, "POST", `/api/v1/certificates/renew?${new URLSearchParams({ name }).toString()}`, [200, 202, 400], "admin", { patience: PATIENCE });
    if (!asked.ok) return asked.exit;
    if (asked.reply.status === 400) {
      io.err(`${detailOf(asked.reply.body)}\n`);
      return "wrong";
    }
    const view = asked.reply.body as RenewView;
    const paint = paintFor(io);
    const exit = EXITS[view.result];
    if (options["json"] === true) io.out(`${JSON.stringify(view, null, 2)}\n`);
    else if (exit === "ok") io.out(`${paint.good(view.result)}: ${printable(view.detail)}${view.notAfter === null ? "" : `, until ${view.notAfter}`}${view.result === "under-way" || view.result === "locked" ? `; 'taxgate cert show ${name}' says how it goes` : ""}\n`);
    else io.err(`${paint.bad(view.result)}: ${printable(view.detail)}; 'taxgate cert show ${name}' says what to look at\n`);
    return exit;
  },
};
