import type { AdminMore } from "./admin-client.ts";
import type { Call, CommandOption } from "./command.ts";
import { askRunning, detailOf, type Asked } from "./running.ts";

/** What a call to the admin API about the journal names. */
export interface JournalCall extends AdminMore {
  readonly query?: URLSearchParams;
}

/** Checks of everything and questions to a platform take as long as there is data. */
export const LONG = 3_600_000;

/** Asks the admin API about the journal. What it refuses is the caller's mistake, and told in its words. */
export async function askJournal(call: Call, method: "GET" | "POST", path: string, { query, ...more }: JournalCall = {}): Promise<Asked> {
  const line = `/api/v1/journal/${path}${query === undefined || query.size === 0 ? "" : `?${query.toString()}`}`;
  const asked = await askRunning(call, method, line, [200, 400, 404, 409, 503], "admin", more);
  if (!asked.ok || asked.reply.status === 200) return asked;
  const { status, body } = asked.reply;
  const why = typeof body === "object" && body !== null && "why" in body ? String(body.why) : detailOf(body);
  call.io.err(`${why}\n`);
  return { ok: false, exit: status === 503 ? "unavailable" : "wrong" };
}

/** An option's text; null where it is not there. */
export function optionOf({ options }: Call, name: string): string | null {
  const value = options[name];
  return typeof value === "string" ? value : null;
}

/** Options of commands that narrow what they speak of. */
export const FILTER_OPTIONS: readonly CommandOption[] = [
  { flags: "--state <states>", help: "in these states, with commas: queued, sending, unsent, in-doubt, held, accepted, rejected, released, expired" },
  { flags: "--site <site>", help: "of this site" },
  { flags: "--route <route>", help: "of this route" },
  { flags: "--taxpayer <number>", help: "of this taxpayer" },
  { flags: "--region <region>", help: "of this region" },
  { flags: "--key <value>", help: "with this order or invoice number" },
  { flags: "--from <time>", help: "claimed at or after: 2026-11-21T08:00:00Z, 2026-11-21, or 2h for two hours ago" },
  { flags: "--to <time>", help: "claimed before" },
  { flags: "--older-than <age>", help: "claimed longer ago than this, such as 2h" },
];

const PARAMETERS = { state: "state", site: "site", route: "route", taxpayer: "taxpayer", region: "region", key: "key", from: "from", to: "to", olderThan: "age", after: "after", limit: "limit" } as const;

/** The options of {@link FILTER_OPTIONS}, with `after` and `limit`, as the API's parameters. */
export function filterQuery(call: Call): URLSearchParams {
  const named = Object.entries(PARAMETERS).flatMap(([option, parameter]) => {
    const value = optionOf(call, option);
    return value === null ? [] : [[parameter, value]];
  });
  return new URLSearchParams(named);
}

/** Option of commands that show the API's own answer. */
export const JSON_OPTION: CommandOption = { flags: "--json", help: "the admin API's own answer" };

/** The argument that names an entry. */
export const ID_ARGUMENT = { form: "<id>", help: "the entry's id, 32 hexadecimal digits" };
