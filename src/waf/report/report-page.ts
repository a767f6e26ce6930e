import { compileStar } from "../../base/star-pattern.ts";
import { exclusionOf, exclusionYaml, riskOf } from "./exclusion.ts";
import { WHOLE_REQUEST, type Group } from "./group.ts";

/** What of the table is wanted. */
export interface GroupFilter {
  readonly site?: string;
  readonly route?: string;
  /** A rule, or its beginning and a star. */
  readonly rule?: string;
  /** Wall time in ms: seen at or after. */
  readonly since?: number;
}

/** The exclusion of a rule from a whole route, where a line for each field would be tedious. */
export interface WiderExclusion {
  readonly site: string;
  readonly route: string;
  readonly rule: string;
  readonly fields: number;
  readonly exclude: string;
  readonly risk: string;
}

/** With more fields a rule is wrong about the route, not about a field. */
const MANY_FIELDS = 20;

/** Groups that fit, those that stopped most first; then those that would have, then those that only the set on trial would stop. */
export function chosenGroups(groups: readonly Readonly<Group>[], { site, route, rule, since }: GroupFilter): Readonly<Group>[] {
  const isRule = compileStar(rule ?? "*");
  const fits = (group: Readonly<Group>): boolean =>
    (site === undefined || group.site === site) && (route === undefined || group.route === route) && isRule(group.rule) && (since === undefined || group.lastAt >= since);
  return groups.filter(fits).toSorted((one, other) => other.stopped - one.stopped || other.wouldStop - one.wouldStop || other.stopsMore - one.stopsMore || other.below - one.below || other.lastAt - one.lastAt);
}

/** Did it stop anything, or would it, here or under the set on trial? */
export function stopsAnything({ stopped, wouldStop, stopsMore }: Readonly<Group>): boolean {
  return stopped + wouldStop + stopsMore > 0;
}

/** The exclusions for rules that hit many fields of a route. */
export function widerExclusions(groups: readonly Readonly<Group>[]): WiderExclusion[] {
  const stopping = groups.filter((group) => stopsAnything(group) && group.field !== WHOLE_REQUEST);
  const byRule = Map.groupBy(stopping, ({ site, route, rule }) => [site, route, rule].join("\n"));
  return [...byRule.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined || own.length <= MANY_FIELDS) return [];
    const { site, route, rule } = first;
    const exclusion = exclusionOf({ site, route, rule, field: WHOLE_REQUEST });
    return [{ site, route, rule, fields: own.length, exclude: exclusionYaml(exclusion), risk: riskOf(exclusion) }];
  });
}
