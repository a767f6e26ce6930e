import type { PaceView, RegionView, StatusView, Readiness } from "../admin/views.ts";
import { counted, printable } from "./amounts.ts";
import type { Command } from "./command.ts";
import { paintFor, type Paint } from "./paint.ts";
import { askRunning, RUNNING_ARGUMENT, RUNNING_OPTIONS } from "./running.ts";

type Status = StatusView & Readiness;

function regionLines(region: RegionView, paint: Paint): string[] {
  const paused = region.breakers.filter((breaker) => breaker.state !== "closed").map((breaker) => `${breaker.class} ${breaker.state}`);
  const up = region.endpoints.filter((endpoint) => endpoint.up).length;
  const health = `${up} of ${region.endpoints.length} up`;
  const head = `  ${region.name}: ${up === 0 ? paint.bad(health) : health}${paused.length === 0 ? "" : `, ${paint.bad(`breaker ${paused.join(", ")}`)}`}`;
  return [head, ...region.endpoints.map((endpoint) => `    ${endpoint.url} ${endpoint.up ? paint.good("up") : paint.bad(`out: ${endpoint.reason}`)}, ${endpoint.busy} busy, ${endpoint.idle} idle${slotsText(endpoint.concurrency)}`)];
}

/** Nothing where connections alone bound the calls. */
function slotsText(slots: RegionView["endpoints"][number]["concurrency"]): string {
  return slots === null ? "" : `, ${slots.inFlight} of at most ${slots.limit} calls, ${slots.waiting} waiting`;
}

/** What the platform said stands there where it said something. */
function paceLine({ group, scopes, waiting, quiet, said }: PaceView): string {
  const more = [...(quiet === 0 ? [] : [`${quiet} told to wait`]), ...(said === 0 ? [] : [`${said} with limits that the platform said`])];
  return `  pace ${group}: ${[`${scopes} ${scopes === 1 ? "scope" : "scopes"}`, `${waiting} waiting`, ...more].join(", ")}`;
}

/** The whole status as lines for a person. */
function statusText(status: Status, paint: Paint): string {
  const lines = [
    `taxgate ${status.version}: ${status.ready ? paint.good("ready") : paint.bad(`not ready (${status.reasons.join("; ")})`)}`,
    `up ${status.uptimeSeconds} s since ${status.startedAt}, configuration ${status.generation} from ${status.file}, ${status.exchangesInFlight} in flight`,
    ...status.listeners.map((listener) => `listener ${listener.name}: ${listener.address}${listener.tls ? " (tls)" : ""}`),
    ...status.sites.flatMap((site) => [`site ${site.name}`, ...site.regions.flatMap((region) => regionLines(region, paint)), ...site.pace.map(paceLine)]),
    ...status.limits.map(({ name, keys, waiting, dryRun }) => `limit ${name}: ${keys} ${keys === 1 ? "key" : "keys"}, ${waiting} waiting${dryRun ? " (dry run)" : ""}`),
    ...(status.sharedLimits === "up" ? [`shared limits: ${paint.good("up")}`] : []),
    ...(status.sharedLimits === "down" ? [`shared limits: ${paint.bad("down, each Taxgate counts for itself")}`] : []),
    `firewall: ${status.firewall.mode}, ${status.firewall.ruleset}${status.firewall.trial === null ? "" : `, trial ${status.firewall.trial}`}`,
    ...(status.bans === null ? [] : [`bans: ${counted(status.bans, "client")}`]),
    // Another release may run, which says nothing of them.
    ...(status.notes ?? []).map((note) => `${paint.warn("attention")}: ${printable(note)}`),
    ...(status.pendingRestart.length === 0 ? [] : [`waiting for a restart: ${status.pendingRestart.join(", ")}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** `taxgate status` */
export const statusCommand: Command = {
  name: "status",
  args: [RUNNING_ARGUMENT],
  summary: "shows how a running Taxgate is doing",
  options: [...RUNNING_OPTIONS, { flags: "--json", help: "the admin API's own answer" }],
  examples: ["status", "status --json | jq .sites", "status --url https://gate.example:9900 --token-file ops.token"],
  async run(call) {
    const asked = await askRunning(call, "GET", "/api/v1/status", [200]);
    if (!asked.ok) return asked.exit;
    const status = asked.reply.body as Status;
    call.io.out(call.options["json"] === true ? `${JSON.stringify(status, null, 2)}\n` : statusText(status, paintFor(call.io)));
    return status.ready ? "ok" : "unavailable";
  },
};
