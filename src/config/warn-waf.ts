import { compileStar } from "../base/star-pattern.ts";
import type { Path } from "../document/yaml-node.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { ExclusionOptions } from "../waf/options.ts";
import { SEVERITY_POINTS, type RuleOptions, type RuleSetsOptions } from "../waf/rules/options.ts";
import { isBuiltInSet } from "./built-in-rules.ts";
import { sitePaths } from "./check-sites.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

const WAF: Path = ["waf"];
const NOT_OFF = "can never act: the firewall is off everywhere";

/** What is said of the firewall and can never act. */
export function warnOfWaf(draft: Draft, config: Config): void {
  const { waf, ruleSets, sites } = config;
  const rules = rulesOf(ruleSets);
  const isOff = everythingOff(config);
  if (isOff) for (const key of ["ruleset", "trial", "rules", "exclude", "adjust", "inspect", "threshold", "share", "alarm"]) if (draft.has([...WAF, key])) draft.warn([...WAF, key], NOT_OFF);
  if (isOff) return;
  if (waf.alarm.share >= 1) draft.warn([...WAF, "alarm", "share"], "can never act: no more than all requests are stopped");
  warnOfTrial(draft, config);
  for (const [index, exclusion] of waf.exclude.entries()) {
    const path = [...WAF, "exclude", index];
    warnOfPlace(draft, path, exclusion, sites);
    warnOfField(draft, path, exclusion);
    const { rule, class: kind } = exclusion;
    const isMeant = compileStar(rule ?? "*");
    if (rule !== undefined && !rules.some(({ id }) => isMeant(id))) draft.warn([...path, "rule"], `can never act: no rule is called '${rule}'`);
    else if (kind !== undefined && !rules.some((one) => one.class === kind && isMeant(one.id))) draft.warn([...path, "class"], `can never act: no rule${rule === undefined ? "" : ` of this name`} is of class '${kind}'`);
  }
  for (const [index, { rule, share, ...adjustment }] of waf.adjust.entries()) {
    const path = [...WAF, "adjust", index];
    warnOfPlace(draft, path, adjustment, sites);
    const isMeant = compileStar(rule);
    if (!rules.some(({ id }) => isMeant(id))) draft.warn([...path, "rule"], `can never act: no rule is called '${rule}'`);
    if (share === 0) draft.warn([...path, "share"], "stops nothing: write 'mode: detect'");
  }
  warnOfSettings(draft, WAF, waf, ruleSets.acting.rules);
  for (const [index, site] of sites.entries()) {
    const path = sitePaths(draft)[index] ?? [];
    if (path.length > 0) warnOfSettings(draft, [...path, "waf"], site.waf ?? {}, ruleSets.acting.rules);
    for (const [at, route] of site.routes.entries()) warnOfSettings(draft, [...path, "routes", at, "waf"], route.waf ?? {}, ruleSets.acting.rules);
  }
}

/** Far fewer rules than those that act are hardly meant to take their place. */
const FEW = 0.25;

function warnOfTrial(draft: Draft, { waf: { trial, ruleset, rules }, ruleSets }: Config): void {
  const path = [...WAF, "trial"];
  const [few = 0, many] = [ruleSets.trial?.rules.length, ruleSets.acting.rules.length];
  if (trial === undefined) return;
  if (trial === ruleset) draft.warn(path, "can never act: it is the set that acts already");
  else if (rules.includes(trial)) draft.warn(path, `can never show anything: its rules act already by 'rules'; to try them, ${TRY_OWN}`);
  else if (!isBuiltInSet(trial) && few < FEW * many) draft.warn(path, `has ${few} ${few === 1 ? "rule" : "rules"} and is compared with all ${many} that act, as if it took their place; to try own rules beside them, write 'rules: [<file>]' and ${TRY_OWN}`);
}

const TRY_OWN = "adjust them to 'mode: detect'";
const EVERYTHING = /^(\/?\*\*)+$/;
const INDEX = /\/\d{1,5}(?=[/>]|$)/g;

/** A field that is all fields, and one that is a single item of a list, as an old log named it. */
function warnOfField(draft: Draft, path: Path, { field, rule = "*", class: kind }: ExclusionOptions): void {
  if (field === undefined) return;
  if (kind === undefined && rule === "*" && EVERYTHING.test(field)) draft.warn([...path, "field"], `risky: switches all rules off for ${field.startsWith("/") ? "JSON and XML bodies" : "all fields"}; name a rule, a class or a field`);
  const all = field.replaceAll(INDEX, "/*");
  if (all !== field) draft.warn([...path, "field"], `fits one item alone; write ${all}`);
}

function rulesOf({ acting, trial }: RuleSetsOptions): readonly RuleOptions[] {
  return [...acting.rules, ...(trial?.rules ?? [])];
}

function everythingOff({ waf, sites }: Config): boolean {
  return sites.every((site) => site.routes.every((route) => (route.waf?.mode ?? site.waf?.mode ?? waf.mode) === "off"));
}

function warnOfPlace(draft: Draft, path: Path, { site, route }: { readonly site?: string | undefined; readonly route?: string | undefined }, sites: readonly SiteOptions[]): void {
  const meant = sites.filter(({ name }) => site === undefined || name === site);
  if (meant.length === 0) draft.warn([...path, "site"], `can never act: no site is called '${site}'`);
  else if (route !== undefined && !meant.some(({ routes }) => routes.some(({ name }) => name === route))) draft.warn([...path, "route"], `can never act: no route${site === undefined ? "" : ` of site '${site}'`} is called '${route}'`);
}

/** A threshold that all classes together do not reach, and a share of nothing. */
function warnOfSettings(draft: Draft, path: Path, { threshold, share }: { readonly threshold?: number | undefined; readonly share?: number | undefined }, rules: readonly RuleOptions[]): void {
  if (threshold !== undefined && draft.has([...path, "threshold"]) && threshold > highest(rules)) draft.warn([...path, "threshold"], `can never be reached: all rules together score ${highest(rules)} at most`);
  if (share === 0 && draft.has([...path, "share"])) draft.warn([...path, "share"], "stops nothing: write 'mode: detect'");
}

/** The worst of each class, all in one field. */
function highest(rules: readonly RuleOptions[]): number {
  const worst = new Map<string, number>();
  for (const { class: kind, severity } of rules) worst.set(kind, Math.max(worst.get(kind) ?? 0, SEVERITY_POINTS[severity]));
  return [...worst.values()].reduce((sum, points) => sum + points, 0);
}
