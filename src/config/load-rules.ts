import { basename, resolve } from "node:path";
import { contentHash } from "../base/files.ts";
import type { Path } from "../document/yaml-node.ts";
import { DEFAULT_RULESET } from "../waf/options.ts";
import type { RuleSetOptions, RuleSetsOptions } from "../waf/rules/options.ts";
import { builtInRulesFile, builtInSets, isBuiltInSet } from "./built-in-rules.ts";
import type { Draft } from "./draft.ts";
import { wantedName } from "./nearest.ts";
import { formatProblem, type Problem } from "./problem.ts";
import { problemsOf, readRuleFile, type RuleFile } from "./rule-file.ts";
import type { Sources } from "./sources.ts";

/*
 * Reads the files of rules that a configuration names: the set that acts, the one on trial, and the administrator's own rules,
 * which are added to both. They count as part of the configuration.
 */

/** The sets, or what is wrong in their files; what is wrong with naming them is told to the draft. */
export interface LoadedRules {
  /** Null where anything is wrong. */
  readonly sets: RuleSetsOptions | null;
  readonly problems: readonly Problem[];
}

const BUILT_IN = " (built in)";
/** Hundreds of rules that every load needs and that never change: read once for each content. */
const builtInFiles = new Map<string, RuleFile>();

function builtIn(bytes: Uint8Array, shown: string): RuleFile {
  const key = `${shown} ${contentHash(bytes)}`;
  const one = builtInFiles.get(key) ?? readRuleFile(bytes, shown);
  if (problemsOf(one).length === 0) builtInFiles.set(key, one);
  return one;
}

/** See the top of this file. */
export function loadRules(draft: Draft, directory: string, sources: Sources): LoadedRules {
  const known = new Map<string, RuleFile>();
  const problems: Problem[] = [];
  const read = (path: Path, file: string | null, shown: string): RuleFile | null => {
    if (file === null) return null;
    const before = known.get(file);
    if (before !== undefined) return before;
    const bytes = sources.read(file);
    if (!bytes.ok) {
      draft.refuse(path, "a file of rules that can be read", `${draft.show(path)} (${bytes.reason})`);
      return null;
    }
    const one = shown.endsWith(BUILT_IN) ? builtIn(bytes.bytes, shown) : readRuleFile(bytes.bytes, shown);
    known.set(file, one);
    return one;
  };
  const setAt = (path: Path, byDefault: string | null): RuleFile | null => {
    const name = draft.text(path) ?? (draft.has(path) ? null : byDefault);
    return name === null ? null : read(path, fileOf(draft, path, name, directory), isBuiltInSet(name) ? `${name}${BUILT_IN}` : resolve(directory, name));
  };
  const bases = [setAt(["waf", "ruleset"], DEFAULT_RULESET), setAt(["waf", "trial"], null)];
  const own = draft.items(["waf", "rules"]).map((path) => {
    const name = draft.text(path);
    return name === null || name === "" ? null : read(path, resolve(directory, name), resolve(directory, name));
  });
  const files = own.filter((one) => one !== null);
  const [acting = null, trial = null] = bases.map((base) => (base === null ? null : together(base, files)));
  for (const file of known.values()) problems.push(...problemsOf(file));
  const isWhole = problems.length === 0 && acting !== null && files.length === own.length && (trial !== null || !draft.has(["waf", "trial"]));
  return { sets: isWhole ? { acting, trial } : null, problems: distinct(problems) };
}

function fileOf(draft: Draft, path: Path, name: string, directory: string): string | null {
  if (!isBuiltInSet(name)) return resolve(directory, name);
  const file = builtInRulesFile(name);
  if (file === null) draft.refuse(path, `a set that this release has (${wantedName(name, builtInSets(), "see the release notes")}), or a file such as ./rules.yaml`, JSON.stringify(name));
  return file;
}

/** A set and the rules that are added to it. Null where a file of them is not sound, or they do not go together, which is told to its file. */
function together(base: RuleFile, own: readonly RuleFile[]): RuleSetOptions | null {
  const files = [base, ...own.filter((one) => one !== base)];
  const classes = Object.assign({}, ...files.map(({ options }) => options?.classes ?? {})) as RuleSetOptions["classes"];
  const places = new Map<string, string>();
  for (const { draft, options } of files) {
    for (const [index, { id, class: kind }] of (options?.rules ?? []).entries()) {
      const first = places.get(id);
      if (first !== undefined) draft.refuse(["rules", index, "id"], `a name that no other rule of the set has (${first} has this one)`);
      else places.set(id, `${basename(draft.file)}:${draft.spot(["rules", index, "id"]).line}`);
      // A file that is not sound may have told more classes than are known.
      if (!Object.hasOwn(classes, kind) && base.options !== null) draft.refuse(["rules", index, "class"], wantedName(kind, Object.keys(classes), "a name under 'classes'"));
    }
  }
  const { options } = base;
  if (options === null || files.some((file) => file.options === null || file.draft.problems.length > 0)) return null;
  return { name: `${options.ruleset}@${options.version}`, classes, rules: files.flatMap((file) => file.options?.rules ?? []) };
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}
