import type { OwnAnswer } from "../http/own-message.ts";
import { json, problem } from "./message.ts";
import type { GroupFilter } from "../waf/report/report-page.ts";
import { readParameters, type Read } from "./parameters.ts";
import type { WafViews } from "./waf-views.ts";

const NAMES = ["site", "route", "rule"] as const;

/** Shows what the firewall found, as far as the query asks for it. */
export function reportAnswer(query: string, views: WafViews): OwnAnswer {
  const filter = readFilter(query, views);
  const report = filter.ok ? views.report(filter.value) : filter;
  return report.ok ? json(200, report.value) : problem(report.code, report.detail);
}

/** Forgets it. */
export function resetAnswer(query: string, views: WafViews): OwnAnswer {
  const parameters = readParameters(query, []);
  return parameters.ok ? json(200, { result: "reset", groups: views.reset() }) : problem(parameters.code, parameters.detail);
}

function readFilter(query: string, views: WafViews): Read<GroupFilter> {
  const parameters = readParameters(query, [...NAMES, "since"]);
  if (!parameters.ok) return parameters;
  const named = Object.fromEntries(NAMES.flatMap((name) => (parameters.value.has(name) ? [[name, parameters.value.get(name)]] : [])));
  const since = parameters.value.get("since");
  if (since === undefined) return { ok: true, value: named };
  const at = views.time(since);
  return at.ok ? { ok: true, value: { ...named, since: at.value } } : at;
}
