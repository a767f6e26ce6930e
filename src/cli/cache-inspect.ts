import type { CacheEntryView } from "../admin/cache-views.ts";
import type { InspectView } from "../admin/cache-inspect.ts";
import { bytesText, counted, printable, secondsText } from "./amounts.ts";
import { askCache } from "./ask-cache.ts";
import type { Command } from "./command.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

function lifeText(entry: CacheEntryView, paint: Paint): string {
  if (entry.state === "fresh") return `${paint.good("fresh")} for another ${secondsText(entry.freshForSeconds)}`;
  return `${paint.bad("stale")} for ${secondsText(entry.staleForSeconds)}${entry.purged ? ", made so by a soft purge" : ""}`;
}

/** What is done with it once it is stale. */
function staleText({ staleWhileRevalidateSeconds: during, staleIfErrorSeconds: failing }: CacheEntryView): string {
  const uses = [...(during > 0 ? [`for ${secondsText(during)} while it is fetched anew`] : []), ...(failing > 0 ? [`for ${secondsText(failing)} where the platform fails`] : [])];
  return uses.length === 0 ? "never served stale" : `may be served stale ${uses.join(", ")}`;
}

function entryLines(entry: CacheEntryView, path: string, paint: Paint): string[] {
  const { home, region, route, status, vary, tags, encodings } = entry;
  const chosen = vary.map(({ name, value }) => (value === null ? `${name} absent` : `${name} ${printable(value)}`));
  return [
    `  ${path}${entry.query}, region ${home}, route ${route}: status ${status}, ${lifeText(entry, paint)}`,
    `    ${secondsText(entry.ageSeconds)} old of a life of ${secondsText(entry.lifetimeSeconds)}; ${staleText(entry)}`,
    `    ${counted(entry.hits, "hit")}, ${bytesText(entry.bodyBytes)} of body, ${bytesText(entry.bytes)} in all${encodings.length === 0 ? "" : `, kept as ${encodings.join(", ")} too`}`,
    ...(region === home ? [] : [`    answered by region ${region}`]),
    ...(chosen.length === 0 ? [] : [`    chosen by ${chosen.join("; ")}`]),
    ...(tags.length === 0 ? [] : [`    tags: ${tags.map(printable).join(", ")}`]),
    ...(entry.failing ? [`    ${paint.bad("the last fetch failed")}, the next one in ${secondsText(entry.retryInSeconds)} at the earliest`] : []),
  ];
}

function missLines(view: InspectView): string[] {
  if (view.misses.length === 0) return [];
  return ["last not stored:", ...view.misses.flatMap(({ url, reason, times, lastAt, words, hint }) => [
    `  ${url}: ${words} (${reason}), ${counted(times, "time")}, the last at ${lastAt}`,
    `    ${hint}`,
  ])];
}

/** The whole inspection as lines for a person. */
function inspectText(view: InspectView, paint: Paint): string {
  const { site, path, query, route, total, entries, shared } = view;
  const keeps = route === null ? "" : ` (route ${route.name}${route.keeps ? "" : ", which keeps nothing"})`;
  const lines = [
    `${path}${query ?? ""}${query === null ? " with any query" : ""} of site ${site}${keeps}: ${total === 0 ? paint.bad("nothing in memory") : `${counted(total, "entry", "entries")} in memory`}`,
    ...entries.flatMap((entry) => entryLines(entry, path, paint)),
    ...(total > entries.length ? [`  and ${total - entries.length} more`] : []),
    ...(view.why === null ? [] : [view.why]),
    ...missLines(view),
    ...(query !== null && view.otherQueries > 0 ? [`${counted(view.otherQueries, "entry", "entries")} with another query: see --any-query`] : []),
    ...(shared === "down" ? [paint.bad("the shared tier is down: memory serves alone")] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** `taxgate cache inspect` */
export const cacheInspectCommand: Command = {
  name: "cache inspect",
  args: [{ form: "<url>", help: "path and query as callers send them, without scheme and host" }, RUNNING_ARGUMENT],
  summary: "shows what is kept of a URL, or why nothing is",
  options: [
    { flags: "--any-query", help: "the path with all its queries" },
    { flags: "--site <site>", help: "which site; needed where there are several" },
    ...ADMIN_OPTIONS,
    { flags: "--json", help: "the admin API's own answer" },
  ],
  examples: ["cache inspect '/api/codes?type=1'", "cache inspect /api/codes --any-query --site china", "cache inspect /api/codes --json | jq '.misses[].hint'"],
  async run(call) {
    const { site, anyQuery, json } = call.options;
    const asked = await askCache(call, "GET", "/api/v1/cache/inspect", {
      [anyQuery === true ? "path" : "url"]: call.args[0] as string,
      ...(site === undefined ? {} : { site: String(site) }),
    });
    if (!asked.ok) return asked.exit;
    const view = asked.reply.body as InspectView;
    call.io.out(json === true ? `${JSON.stringify(view, null, 2)}\n` : inspectText(view, paintFor(call.io)));
    return "ok";
  },
};
