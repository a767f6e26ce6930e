import { readTime } from "../admin/journal-filter.ts";
import { refused, type Refused } from "../admin/parameters.ts";
import type { WafGroupView, WafPassingView, WafRulesView, WafSetView, WafViews } from "../admin/waf-views.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import { isoTime } from "../observe/iso-time.ts";
import { classExclusionOf, exclusionOf, exclusionYaml, riskOf } from "../waf/report/exclusion.ts";
import type { Group } from "../waf/report/group.ts";
import type { Passing } from "../waf/report/passing.ts";
import { chosenGroups, stopsAnything, widerExclusions, type GroupFilter } from "../waf/report/report-page.ts";
import type { WafReport } from "../waf/report/report.ts";
import type { RuleSetOptions, RuleSetsOptions } from "../waf/rules/options.ts";

/** What the views of the firewall look at. */
export interface WafViewParts {
  readonly clock: Clock;
  readonly report: WafReport;
  /** Of the configuration in use. */
  readonly config: () => Pick<Config, "sites" | "waf" | "ruleSets">;
}

/** Makes the views and actions on the firewall. */
export function wafViews({ clock, report, config }: WafViewParts): WafViews {
  const time = isoTime();
  return {
    report(filter) {
      const { since, lost, groups } = report.state();
      const { ruleSets, sites } = config();
      const unknown = unknownPlace(filter, sites, groups);
      if (unknown !== null) return unknown;
      const { acting, trial } = ruleSets;
      const words = wordsOf(ruleSets);
      const chosen = chosenGroups(groups, filter);
      return { ok: true, value: { since: time(since), ruleset: acting.name, trial: trial?.name ?? null, lost, groups: chosen.map((group) => groupView(group, words, time)), wider: widerExclusions(chosen) } };
    },
    reset: () => report.reset(),
    rules: () => rulesView(config()),
    time: (text) => readTime("since", text, clock.wall()),
  };
}

/** A misspelt name is told: an empty report would say that nothing was found. What was found before a route went can still be asked for. */
function unknownPlace({ site, route }: GroupFilter, sites: Config["sites"], groups: readonly Readonly<Group>[]): Refused | null {
  const known = [...sites.flatMap(({ name, routes }) => routes.map((one) => ({ site: name, route: one.name }))), ...groups];
  const named = known.filter((one) => site === undefined || one.site === site);
  const listed = (names: readonly string[]): string => [...new Set(names)].join(", ");
  if (named.length === 0 && site !== undefined) return refused(`site '${site}' is not known; there are: ${listed(known.map((one) => one.site))}`);
  if (route !== undefined && named.every((one) => one.route !== route)) return refused(`route '${route}' is not known; there are: ${listed(named.map((one) => one.route))}`);
  return null;
}

function groupView(group: Readonly<Group>, words: ReadonlyMap<string, string>, time: (wall: number) => string): WafGroupView {
  const { highest, firstAt, lastAt, requests, together, passing, ...rest } = group;
  const exclusion = stopsAnything(group) ? exclusionOf(group) : null;
  return {
    ...rest,
    says: words.get(group.rule) ?? "",
    firstAt: time(firstAt), lastAt: time(lastAt), highestScore: highest, requests: [...requests], together: [...together],
    exclude: exclusion === null ? null : exclusionYaml(exclusion),
    risk: exclusion === null ? null : riskOf(exclusion),
    passing: passing.map((one) => passingView(group, one)),
  };
}

function passingView(at: Readonly<Group>, { rules, class: kind, requests, elsewhere }: Passing): WafPassingView {
  const exclusions = rules.map((rule) => exclusionOf({ ...at, rule }));
  const [first = exclusionOf(at)] = exclusions;
  const wide = kind === null || rules.length === 1 ? null : classExclusionOf(kind, at);
  return { requests, elsewhere, exclude: exclusions.map(exclusionYaml), risk: riskOf(first, rules.length > 1), wider: wide === null ? null : { exclude: exclusionYaml(wide), risk: riskOf(wide) } };
}

/** The set that acts has the last word. */
function wordsOf({ acting, trial }: RuleSetsOptions): Map<string, string> {
  return new Map([...(trial?.rules ?? []), ...acting.rules].map(({ id, say }) => [id, say.en]));
}

function rulesView({ waf, ruleSets: { acting, trial } }: Pick<Config, "waf" | "ruleSets">): WafRulesView {
  return { mode: waf.mode, threshold: waf.threshold, exclusions: waf.exclude.length, adjustments: waf.adjust.length, sets: [setView("acting", acting), ...(trial === null ? [] : [setView("trial", trial)])] };
}

function setView(use: WafSetView["use"], { name, rules }: RuleSetOptions): WafSetView {
  return { use, name, rules: rules.length, byMode: counts(rules.map(({ mode }) => mode)), byClass: counts(rules.map((rule) => rule.class)) };
}

function counts(names: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const name of names) sums[name] = (sums[name] ?? 0) + 1;
  return sums;
}
