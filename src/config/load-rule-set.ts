import type { RuleSetOptions } from "../waf/rules/options.ts";
import { builtInRulesFile, builtInSets, isBuiltInSet } from "./built-in-rules.ts";
import type { Problem } from "./problem.ts";
import { problemsOf, readRuleFile } from "./rule-file.ts";
import { readFromDisk } from "./sources.ts";

/** A set of rules, or what is wrong with it: in its file, or with its name. */
export type LoadedRuleSet = { readonly ok: true; readonly set: RuleSetOptions } | { readonly ok: false; readonly reason: string; readonly problems: readonly Problem[] };

/** Reads a set by itself, to try it: `builtin@VERSION` or a file. */
export function loadRuleSet(name: string): LoadedRuleSet {
  const file = isBuiltInSet(name) ? builtInRulesFile(name) : name;
  if (file === null) return { ok: false, reason: `reading rules '${name}': this release has no such set; there are: ${builtInSets().join(", ")}`, problems: [] };
  const reading = readFromDisk(file);
  if (!reading.ok) return { ok: false, reason: `reading rules '${name}': ${reading.reason}`, problems: [] };
  const read = readRuleFile(reading.bytes, file);
  const problems = problemsOf(read);
  if (read.options === null || problems.length > 0) return { ok: false, reason: `reading rules '${name}': it has mistakes`, problems };
  const { ruleset, version, classes, rules } = read.options;
  return { ok: true, set: { name: `${ruleset}@${version}`, classes, rules } };
}
