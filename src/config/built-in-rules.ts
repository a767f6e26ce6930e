import { basename, dirname, join } from "node:path";

/** Versions of the rules that come with the product, the oldest first. */
export const BUILT_IN_RULES = ["2026.11"] as const;

const PREFIX = "builtin@";

/** Does this name a set that comes with the product, or would if it were there? */
export function isBuiltInSet(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** The file of a built-in set such as `builtin@2026.11`; null where there is no such version. */
export function builtInRulesFile(name: string): string | null {
  const version = name.slice(PREFIX.length);
  return (BUILT_IN_RULES as readonly string[]).includes(version) ? join(folder(), `builtin-${version}.yaml`) : null;
}

/** All sets that there are, as a configuration names them. */
export function builtInSets(): string[] {
  return BUILT_IN_RULES.map((version) => `${PREFIX}${version}`);
}

/** The sources stand two folders below the product's top, the bundle one. */
function folder(): string {
  const here = import.meta.dirname;
  return join(basename(here) === "dist" ? dirname(here) : dirname(dirname(here)), "config", "waf");
}
