import { z } from "zod";
import { readYaml } from "../document/yaml.ts";
import { ruleFileOptions, type RuleFileOptions } from "../waf/rules/options.ts";
import { Draft } from "./draft.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { Problem } from "./problem.ts";
import { checkShape } from "./shape.ts";

/** A file of rules, with what is wrong in it; `options` is null where its form is. */
export interface RuleFile {
  readonly draft: Draft;
  readonly options: RuleFileOptions | null;
}

let form: JsonSchema | null = null;

/** Reads a file of rules; `shown` is its name in messages. References stand for nothing in it: patterns are full of `${`. */
export function readRuleFile(bytes: Uint8Array, shown: string): RuleFile {
  const { root, faults } = readYaml(Buffer.from(bytes).toString("utf8"), shown);
  const draft = new Draft(shown, root, new Map(), new Map());
  for (const { path, want, got, at } of faults) draft.refuse(path, want, got, at);
  if (root?.kind !== "mapping") {
    draft.refuse([], "a file of rules: ruleset, version, rules", root === null ? "an empty file" : "something else");
    return { draft, options: null };
  }
  form ??= z.toJSONSchema(ruleFileOptions, { io: "input" }) as JsonSchema;
  const options = checkShape(draft, ruleFileOptions, draft.value(), [], () => true, form);
  return { draft, options };
}

/** What is wrong in the file, with rules called by their names: `rules[own-sql].matches`. */
export function problemsOf({ draft }: RuleFile): Problem[] {
  return draft.problems.map((problem) => ({ ...problem, path: problem.path.replace(/^rules\[(\d+)\]/, (whole, index: string) => named(draft, Number(index)) ?? whole) }));
}

function named(draft: Draft, index: number): string | null {
  const id = draft.text(["rules", index, "id"]);
  return id === null || !/^[\w-]+$/.test(id) ? null : `rules[${id}]`;
}
