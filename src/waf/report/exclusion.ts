import type { ExclusionOptions } from "../options.ts";
import { OTHER_FIELDS, WHOLE_REQUEST, type Group } from "./group.ts";

/** What `waf.exclude` takes. */
export type Exclusion = Pick<ExclusionOptions, "site" | "route" | "rule" | "class" | "field">;

/** The narrowest exclusion of a finding: this rule in this field of this route. */
export function exclusionOf({ site, route, rule, field }: Pick<Group, "site" | "route" | "rule" | "field">): Exclusion {
  return field === OTHER_FIELDS || field === WHOLE_REQUEST ? { site, route, rule } : { site, route, rule, field };
}

/** The exclusion of all rules of a class from a field; null where the field is none that has a path. */
export function classExclusionOf(kind: string, { site, route, field }: Pick<Group, "site" | "route" | "field">): Exclusion | null {
  return field === OTHER_FIELDS || field === WHOLE_REQUEST ? null : { site, route, class: kind, field };
}

/** What an exclusion opens, for whoever decides on it; `several`: it is one of some that go together. */
export function riskOf({ field, class: kind }: Exclusion, several = false): string {
  const acts = kind !== undefined ? `no rule of class ${kind}, those of later versions included, acts` : several ? "these rules no longer act" : "the rule no longer acts";
  if (field === undefined) return `${acts} on this route at all: choose it only where another check covers what ${several ? "they are" : "the rule is"} about`;
  if (field.includes("**")) return `${acts} on anything below this place`;
  if (field.endsWith("/*")) return `${acts} on any item or member at this place; a name that the sender made up is not shown`;
  return `${acts} in this field; all others still do`;
}

/** An exclusion as a line under `waf.exclude`. */
export function exclusionYaml(exclusion: Exclusion): string {
  const members = (["site", "route", "rule", "class", "field"] as const).flatMap((key) => (exclusion[key] === undefined ? [] : [`${key}: ${scalar(exclusion[key])}`]));
  return `- { ${members.join(", ")} }`;
}

/** Plain where no reader of YAML could take it for anything but a text. */
function scalar(text: string): string {
  return /^[A-Za-z][A-Za-z0-9-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}
