import { compileStar } from "../../base/star-pattern.ts";
import type { ExclusionOptions, WafOptions } from "../options.ts";
import type { CompiledRules } from "./compile.ts";
import { compileFieldPath, type FieldTest } from "./field-path.ts";
import { SEVERITY_POINTS, type RuleMode, type RuleOptions, type Severity } from "./options.ts";

/** How a rule acts on one route. */
export interface RuleUse {
  readonly mode: RuleMode;
  /** Of the requests in which it does more than tell. */
  readonly share: number;
  readonly severity: Severity;
  readonly points: number;
  /** Fields in which it does not count. */
  readonly spared: readonly FieldTest[];
}

/** What the findings of one route mean. */
export interface Policy {
  readonly mode: Exclude<RuleMode, "off">;
  readonly threshold: number;
  /** Of the requests that are stopped if they deserve it. */
  readonly share: number;
  /** By the place of the rule in its set. */
  readonly uses: readonly RuleUse[];
}

/** A route and what holds there once site and route had their say. */
export interface RouteSettings {
  readonly site: string;
  readonly route: string;
  readonly mode: Exclude<RuleMode, "off">;
  readonly threshold: number;
  readonly share: number;
}

/** Lays adjustments and exclusions over the rules of a set, for one route. */
export function compilePolicy({ rules }: CompiledRules, { adjust, exclude }: Pick<WafOptions, "adjust" | "exclude">, settings: RouteSettings): Policy {
  const adjusts = adjust.filter((one) => concerns(one, settings));
  const excludes = exclude.filter((one) => concerns(one, settings));
  const tests = new Map(excludes.flatMap((one) => (one.field === undefined ? [] : [[one, compileFieldPath(one.field)] as const])));
  const useOf = (rule: RuleOptions): RuleUse => {
    const own = adjusts.filter((one) => compileStar(one.rule)(rule.id));
    const severity = own.findLast((one) => one.severity !== undefined)?.severity ?? rule.severity;
    const excluding = excludes.filter((one) => meansRule(one, rule));
    const isOut = excluding.some((one) => one.field === undefined);
    return {
      mode: isOut ? "off" : (own.findLast((one) => one.mode !== undefined)?.mode ?? rule.mode),
      share: own.findLast((one) => one.share !== undefined)?.share ?? 1,
      severity,
      points: SEVERITY_POINTS[severity],
      spared: excluding.flatMap((one) => tests.get(one) ?? []),
    };
  };
  return { mode: settings.mode, threshold: settings.threshold, share: settings.share, uses: rules.map(({ options }) => useOf(options)) };
}

/** Is an exclusion about this rule? */
export function meansRule({ rule, class: kind }: Pick<ExclusionOptions, "rule" | "class">, { id, class: own }: Pick<RuleOptions, "id" | "class">): boolean {
  return (rule === undefined || compileStar(rule)(id)) && (kind === undefined || kind === own);
}

function concerns({ site, route }: { readonly site?: string | undefined; readonly route?: string | undefined }, at: RouteSettings): boolean {
  return (site === undefined || site === at.site) && (route === undefined || route === at.route);
}
