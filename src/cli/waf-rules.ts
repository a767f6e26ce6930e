import { counted } from "./amounts.ts";
import { printProblems } from "./check.ts";
import { columns } from "./columns.ts";
import { FILE_ARGUMENT, type Command } from "./command.ts";
import { LANGUAGE_OPTION, languageOf, type Language } from "./language.ts";
import { paintFor, type Paint } from "./paint.ts";
import type { ListedRuleSet } from "./world.ts";

function setText({ use, name, classes, rules }: ListedRuleSet, language: Language, paint: Paint): string {
  const groups = [...Map.groupBy(rules, (rule) => rule.class)];
  const lines = groups.flatMap(([kind, own]) => {
    const table = columns(own.map(({ id, severity, mode, say }) => [`  ${id}`, severity, ...(mode === "enforce" ? [say[language]] : [`${say[language]} (${mode})`])]));
    return ["", `${paint.good(kind)}: ${classes[kind]?.[language] ?? ""}`, ...table];
  });
  return `${[`${name}${use === "trial" ? ", on trial" : ""}: ${counted(rules.length, "rule")}`, ...lines].join("\n")}\n`;
}

/** `taxgate waf rules` */
export const wafRulesCommand: Command = {
  name: "waf rules",
  args: [FILE_ARGUMENT],
  summary: "lists the rules of a configuration in plain words",
  options: [{ flags: "--class <class>", help: "of this class alone, such as sql" }, LANGUAGE_OPTION, { flags: "--json", help: "as JSON" }],
  examples: ["waf rules", "waf rules --class sql --lang zh"],
  async run({ args, options, io, world }) {
    const listed = await world.listRules(args[0] as string, io.env);
    if (!listed.ok) {
      printProblems(listed.problems, io);
      return "wrong";
    }
    const kind = options["class"];
    const known = [...new Set(listed.sets.flatMap(({ rules }) => rules.map((rule) => rule.class)))];
    if (kind !== undefined && !known.includes(String(kind))) {
      io.err(`class '${String(kind)}' is not known; there are: ${known.join(", ")}\n`);
      return "wrong";
    }
    const sets = listed.sets.map((set) => ({ ...set, rules: set.rules.filter((rule) => kind === undefined || rule.class === kind) }));
    const language = languageOf(options["lang"], io.env);
    io.out(options["json"] === true ? `${JSON.stringify(sets, null, 2)}\n` : sets.map((set) => setText(set, language, paintFor(io))).join("\n"));
    return "ok";
  },
};
