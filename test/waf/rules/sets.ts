import { loadRuleSet } from "../../../src/config/load-rule-set.ts";
import { DEFAULT_RULESET } from "../../../src/waf/options.ts";
import { ruleFileOptions, type RuleSetOptions } from "../../../src/waf/rules/options.ts";

const CLASSES = Object.fromEntries(["one", "two", "three"].map((name) => [name, { en: name, zh: name }]));

/** A set of rules as a file has them; class, severity and words may be left out. */
export function setOf(rules: readonly Readonly<Record<string, unknown>>[], version = "1"): RuleSetOptions {
  const file = ruleFileOptions.parse({ ruleset: "test", version, classes: CLASSES, rules: rules.map((rule) => ({ class: "one", severity: "critical", say: "a test", ...rule })) });
  return { name: `${file.ruleset}@${file.version}`, classes: file.classes, rules: file.rules };
}

/** The built-in set that acts where nothing else is written. */
export function builtIn(): RuleSetOptions {
  const loaded = loadRuleSet(DEFAULT_RULESET);
  if (!loaded.ok) throw new Error(loaded.reason);
  return loaded.set;
}
