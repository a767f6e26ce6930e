import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { test } from "node:test";
import { BUILT_IN_RULES, builtInRulesFile, builtInSets } from "../../src/config/built-in-rules.ts";
import { diffConfig } from "../../src/config/diff.ts";
import type { Loaded } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { problemsOf, readRuleFile } from "../../src/config/rule-file.ts";
import { DEFAULT_RULESET } from "../../src/waf/options.ts";
import { FOLDER, loadText } from "./load-text.ts";
import { RULE_FILES } from "./own-rules.ts";

const REGIONS = "regions: { a: { endpoints: [{ url: https://a.example }] } }";
const load = (waf: string, files: Readonly<Record<string, string>> = RULE_FILES): Loaded => loadText(`version: 1\n${REGIONS}\nwaf: ${waf}`, {}, files);

function good(loaded: Loaded): Extract<Loaded, { ok: true }> {
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatProblem).join("\n"));
  return loaded;
}

const problems = (loaded: Loaded): string[] => (loaded.ok ? [] : loaded.problems.map(formatProblem));
const rule = (id: string, rest = "matches: aaa"): string => `  - { id: ${id}, class: c, severity: critical, say: x, ${rest} }`;
const file = (...rules: readonly string[]): string => `ruleset: own\nversion: "1"\nclasses: { c: { en: c, zh: c } }\nrules:\n${rules.join("\n")}\n`;

test("every built-in version has a file of its own name, and every file is a version", () => {
  const folder = dirname(builtInRulesFile(DEFAULT_RULESET) ?? "");
  assert.deepEqual(readdirSync(folder).toSorted(), BUILT_IN_RULES.map((version) => `builtin-${version}.yaml`));
  assert.equal(builtInSets().at(-1), DEFAULT_RULESET);
});

for (const name of builtInSets()) {
  test(`${name} is sound, its classes are all used, and its words are said in two languages`, () => {
    const path = builtInRulesFile(name) ?? "";
    const read = readRuleFile(readFileSync(path), basename(path));
    assert.deepEqual(problemsOf(read).map(formatProblem), []);
    assert.ok(read.options !== null);
    assert.equal(`${read.options.ruleset}@${read.options.version}`, name);
    assert.deepEqual([...new Set(read.options.rules.map((one) => one.class))].toSorted(), Object.keys(read.options.classes).toSorted());
    for (const { id, say, class: kind } of read.options.rules) {
      assert.match(say.zh, /[\u4e00-\u9fff]/, id);
      assert.match(say.en, /^[a-zA-Z0-9 ,.'’()/:-]+$/, id);
      assert.ok(id.startsWith(`${kind}-`), `${id} is of class ${kind}`);
    }
  });
}

test("without a word about it the newest built-in rules act, and their file counts as a part of the configuration", () => {
  const loaded = good(loadText(`version: 1\n${REGIONS}`));
  assert.deepEqual([loaded.config.waf.mode, loaded.config.waf.ruleset, loaded.config.ruleSets.acting.name, loaded.config.ruleSets.trial], ["enforce", DEFAULT_RULESET, DEFAULT_RULESET, null]);
  assert.ok(loaded.files.includes(builtInRulesFile(DEFAULT_RULESET) ?? ""));
});

test("own rules are added to the set that acts and to the one on trial", () => {
  const { config, files } = good(load("{ ruleset: ./own-rules.yaml, trial: builtin@2026.11, rules: [./more-rules.yaml] }"));
  const ids = (set: "acting" | "trial"): string[] => (config.ruleSets[set]?.rules ?? []).map(({ id }) => id);
  assert.deepEqual([config.ruleSets.acting.name, ids("acting")], ["own@7", ["own-word", "more-word"]]);
  assert.deepEqual([config.ruleSets.trial?.name, ids("trial").at(-1), ids("trial").includes("form-dtd")], ["builtin@2026.11", "more-word", true]);
  assert.deepEqual([config.waf.ruleset, config.waf.rules], [`${FOLDER}/own-rules.yaml`, [`${FOLDER}/more-rules.yaml`]]);
  assert.deepEqual(files.filter((path) => path.startsWith(FOLDER)).map((path) => basename(path)), ["taxgate.yaml", "own-rules.yaml", "more-rules.yaml"]);
});

test("references stand for nothing in a file of rules", () => {
  const { config } = good(load("{ ruleset: ./r.yaml }", { "r.yaml": file(rule("a", "matches: '\\$\\{jndi:'"), rule("b", "matches: '[$]{2}{HOME}'")) }));
  assert.deepEqual(config.ruleSets.acting.rules.map(({ matches }) => matches), [["\\$\\{jndi:"], ["[$]{2}{HOME}"]]);
});

const MISTAKES: readonly (readonly [string, string, Readonly<Record<string, string>>, readonly RegExp[]])[] = [
  ["a version that is not there", "{ ruleset: builtin@2025.01 }", {}, [/^taxgate\.yaml:3:17: waf\.ruleset: got "builtin@2025\.01", want a set that this release has \(builtin@2026\.11\)/]],
  ["a set by a word", "{ ruleset: strict }", {}, [/^taxgate\.yaml:3:17: waf\.ruleset: got "strict", want a built-in set/]],
  ["a file that is not there", "{ rules: [./none.yaml] }", {}, [/^taxgate\.yaml:3:16: waf\.rules\[0\]: got "\.\/none\.yaml" \(no such file\)/]],
  ["an empty file", "{ ruleset: ./r.yaml }", { "r.yaml": "" }, [/^r\.yaml:1:1: \(file\): got an empty file, want a file of rules/]],
  ["a mark that no detector has", "{ ruleset: ./r.yaml }", { "r.yaml": file(rule("a", "sees: nobody.mark")) }, [/^r\.yaml:5:58: rules\[a\]\.sees: got "nobody\.mark", want a detector: fields, /]],
  ["a pattern that is not linear", "{ ruleset: ./r.yaml }", { "r.yaml": file(rule("fine"), rule("bad", "matches: '(a)\\1'")) }, [/^r\.yaml:6:63: rules\[bad\]\.matches: got "\(a\)\\\\1", want .* back-reference/]],
  ["an 'unless' that cannot be read", "{ ruleset: ./r.yaml }", { "r.yaml": file(rule("bad", "matches: a, unless: '('")) }, [/rules\[bad\]\.unless: .* cannot be read/]],
  ["a name twice in a file", "{ ruleset: ./r.yaml }", { "r.yaml": file(rule("a"), rule("a")) }, [/^r\.yaml:6:11: rules\[a\]\.id: got "a", want a name that no other rule of the set has \(r\.yaml:5 has this one\)/]],
  ["a class of nowhere", "{ ruleset: ./r.yaml }", { "r.yaml": file(rule("a").replace("class: c", "class: d")) }, [/rules\[a\]\.class: got "d", want c$|rules\[a\]\.class: got "d", want one of c$/]],
  ["mistakes in two files and in the configuration", "{ mode: on, ruleset: ./r.yaml, rules: [./s.yaml] }", { "r.yaml": file(rule("a", "matches: '('")), "s.yaml": "rules: 5" }, [/^r\.yaml/, /^s\.yaml.*classes|^s\.yaml/, /^s\.yaml/, /^s\.yaml/, /^taxgate\.yaml.*waf\.mode/]],
];

for (const [what, waf, files, wanted] of MISTAKES) {
  test(`${what} is refused where it stands`, () => {
    const found = problems(load(waf, files));
    assert.equal(found.length, wanted.length, found.join("\n"));
    for (const [index, pattern] of wanted.entries()) assert.match(found[index] as string, pattern);
  });
}

test("a changed rule is a change of the configuration, and says which", () => {
  const of = (...rules: readonly string[]) => good(load("{ ruleset: ./r.yaml, trial: ./t.yaml }", { "r.yaml": file(...rules), "t.yaml": file(rule("t")) }));
  const [before, same, after] = [of(rule("a"), rule("b")), of(rule("a"), rule("b")), of(rule("a", "matches: bbb"), rule("c"))];
  assert.deepEqual(diffConfig(before.config, same.config, []), []);
  assert.notEqual(before.fingerprint, after.fingerprint);
  assert.deepEqual(diffConfig(before.config, after.config, []).map(({ path, needsRestart }) => [path, needsRestart]), [["waf.ruleset.a.matches", false], ["waf.ruleset.b", false], ["waf.ruleset.c", false]]);
});

test("another set is one change, however many rules differ", () => {
  const [first, second] = ["{}", "{ ruleset: ./own-rules.yaml }"].map((waf) => good(load(waf)).config);
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual(diffConfig(first, second, []).map(({ path }) => path), ["waf.ruleset"]);
});

test("a profile does not loosen the firewall", () => {
  const profile = (waf: string): string => `profile: own\nversion: "1"\ntitle: { en: a, zh: a }\nsource: s\nsources: { s: { title: a, where: b, verified: "2026-11-20" } }\nroutes:\n  - { name: r, means: { en: a, zh: a }, match: { path: /a }, class: control${waf} }\n`;
  const loadProfile = (waf: string): Loaded => loadText(`version: 1\nplatform: ./own.yaml\n${REGIONS}`, {}, { "own.yaml": profile(waf) });
  good(loadProfile(""));
  assert.match(problems(loadProfile(", waf: { mode: detect }")).join("\n"), /routes\[0\]\.waf\.mode: got the key "mode", want a key that a profile may give/);
});
