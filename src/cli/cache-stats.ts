import type { CacheStatsView } from "../admin/cache-views.ts";
import { bytesText, counted, countsText } from "./amounts.ts";
import { askCache } from "./ask-cache.ts";
import type { Command } from "./command.ts";
import { paintFor, type Paint } from "./paint.ts";
import { ADMIN_OPTIONS, RUNNING_ARGUMENT } from "./running.ts";

/** Results for which the platform sent no new body. */
const SPARED = ["hit", "shared-hit", "stale", "revalidated", "collapsed"];

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)} %`;
}

function sharedText(shared: CacheStatsView["shared"], paint: Paint): string {
  if (shared === "none") return "none";
  return shared === "up" ? paint.good("up") : paint.bad("down, memory serves alone");
}

/** The figures as lines for a person. */
function statsText(stats: CacheStatsView, paint: Paint): string {
  const all = Object.values(stats.requests).reduce((sum, count) => sum + count, 0);
  const spared = SPARED.reduce((sum, result) => sum + (stats.requests[result] ?? 0), 0);
  const purges = Object.values(stats.invalidations).reduce((sum, count) => sum + count, 0);
  const lines = [
    `memory: ${counted(stats.entries, "entry", "entries")}, ${bytesText(stats.bytes)} of ${bytesText(stats.maxBytes)} (${percent(stats.bytes, stats.maxBytes)})`,
    `shared tier: ${sharedText(stats.shared, paint)}`,
    `waiting for another's fetch: ${counted(stats.waiting, "caller")}`,
    `since ${stats.since}: ${counted(all, "request")} to routes that keep answers, ${percent(spared, all)} answered from the cache`,
    `  by result: ${countsText(stats.requests)}`,
    `  served stale: ${countsText(stats.stale)}`,
    `  not stored: ${countsText(stats.notStored)}`,
    `  ${counted(stats.evictions, "entry", "entries")} gone for want of room, ${stats.invalidatedEntries} by ${counted(purges, "invalidation")} (${countsText(stats.invalidations)})`,
  ];
  return `${lines.join("\n")}\n`;
}

/** `taxgate cache stats` */
export const cacheStatsCommand: Command = {
  name: "cache stats",
  args: [RUNNING_ARGUMENT],
  summary: "shows how full the cache is and what it was good for",
  options: [...ADMIN_OPTIONS, { flags: "--json", help: "the admin API's own answer" }],
  examples: ["cache stats", "cache stats --json | jq .notStored"],
  async run(call) {
    const asked = await askCache(call, "GET", "/api/v1/cache/stats");
    if (!asked.ok) return asked.exit;
    const stats = asked.reply.body as CacheStatsView;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(stats, null, 2)}\n` : statsText(stats, paintFor(call.io)));
    return "ok";
  },
};
