import type { PurgeView } from "../admin/cache-purge.ts";
import { counted } from "./amounts.ts";
import { askCache } from "./ask-cache.ts";
import type { Call, Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import { paintFor } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

const KINDS = ["url", "path", "tag", "region", "route", "all"] as const;

/** Options as the API's parameters; null where not exactly one thing is named. */
function parametersOf({ options }: Call): Record<string, string> | null {
  const named = KINDS.filter((kind) => options[kind] !== undefined);
  if (named.length !== 1) return null;
  const parameters = [...named, "site", "soft"].map((name) => [name, options[name]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(parameters.map(([name, value]) => [name, String(value)]));
}

function tell({ result, what, entries, told }: PurgeView, call: Call): Exit {
  const { io } = call;
  const named = what.kind === "url" ? `${what.path}${what.query ?? " with any query"}` : what.kind === "all" ? "everything" : `${what.kind} ${String(call.options[what.kind])}`;
  const site = "site" in what && what.site !== null ? ` of site ${what.site}` : "";
  io.out(`${named}${site}: ${counted(entries, "entry", "entries")} in memory ${result === "stale" ? "made stale" : "removed"}\n`);
  if (told === true) io.out("the other instances have been told\n");
  if (told !== false) return "ok";
  io.err(`${paintFor(io).bad("the other instances have NOT been told")}: the shared tier does not answer. They are told when it is back, unless this Taxgate restarts before; purge again then\n`);
  return "unavailable";
}

/** `taxgate cache purge` */
export const cachePurgeCommand: Command = {
  name: "cache purge",
  args: [RUNNING_ARGUMENT],
  summary: "throws away what is kept of answers, or makes it stale",
  options: [
    { flags: "--url <path>", help: "one URL with its query, as callers send it, without scheme and host" },
    { flags: "--path <path>", help: "a path with all its queries" },
    { flags: "--tag <tag>", help: "what carries this tag" },
    { flags: "--region <region>", help: "what is kept for requests at home in this region" },
    { flags: "--route <route>", help: "all answers of a route" },
    { flags: "--all", help: "everything" },
    { flags: "--site <site>", help: "of this site alone; needed by url, path and route where there are several" },
    { flags: "--soft", help: "keep it as stale: asked about anew, and still there where the platform fails" },
    ...ADMIN_OPTIONS,
    { flags: "--json", help: "the admin API's own answer" },
  ],
  examples: ["cache purge --url '/api/codes?type=1'", "cache purge --path /api/codes --soft", "cache purge --tag codes", "cache purge --region guangdong --site china", "cache purge --all"],
  async run(call) {
    const parameters = parametersOf(call);
    if (parameters === null) {
      call.io.err(`taxgate: say what to purge by exactly one of ${KINDS.map((kind) => `--${kind}`).join(", ")}\n`);
      return "wrong";
    }
    const asked = await askCache(call, "POST", "/api/v1/cache/purge", parameters);
    if (!asked.ok) return asked.exit;
    const view = asked.reply.body as PurgeView;
    if (call.options["json"] !== true) return tell(view, call);
    call.io.out(`${JSON.stringify(view, null, 2)}\n`);
    return view.told === false ? "unavailable" : "ok";
  },
};
