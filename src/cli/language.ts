import type { CommandOption } from "./command.ts";

/** Languages that texts for operators have. */
export type Language = "en" | "zh";

/** Option of commands that say things in either. */
export const LANGUAGE_OPTION: CommandOption = { flags: "--lang <language>", help: "en or zh; otherwise the language of the environment", choices: ["en", "zh"] };

/** What was asked for, or what the environment speaks. */
export function languageOf(option: unknown, env: Readonly<Record<string, string | undefined>>): Language {
  if (option === "en" || option === "zh") return option;
  return (env["LC_ALL"] ?? env["LC_MESSAGES"] ?? env["LANG"] ?? "").toLowerCase().startsWith("zh") ? "zh" : "en";
}
