import { columns } from "./columns.ts";
import { printProblems, printWarnings } from "./check.ts";
import type { Command } from "./command.ts";
import { LANGUAGE_OPTION, languageOf } from "./language.ts";
import { paintFor } from "./paint.ts";

/** `taxgate platforms list` */
export const platformsListCommand: Command = {
  name: "platforms list",
  args: [],
  summary: "lists the profiles that come with Taxgate",
  options: [LANGUAGE_OPTION],
  examples: ["platforms list", "platforms list --lang zh"],
  async run({ options, io, world }) {
    const language = languageOf(options["lang"], io.env);
    const profiles = await world.builtInProfiles();
    for (const line of columns(profiles.map(({ name, version, title }) => [name, version, title[language]]))) io.out(`${line}\n`);
    return "ok";
  },
};

/** `taxgate platforms show NAME` */
export const platformsShowCommand: Command = {
  name: "platforms show",
  args: [{ form: "<name>", help: "a profile that comes with Taxgate, or a file" }],
  summary: "says in plain words what a profile protects, what it does not, and what the application must do",
  options: [LANGUAGE_OPTION],
  examples: ["platforms show pl-ksef", "platforms show ./own.yaml --lang zh"],
  async run({ args, options, io, world }) {
    const shown = await world.showProfile(args[0] as string, languageOf(options["lang"], io.env), io.env);
    if (!shown.ok) {
      printProblems(shown.problems, io);
      return "wrong";
    }
    io.out(shown.page);
    return "ok";
  },
};

/** `taxgate platforms check FILE` */
export const platformsCheckCommand: Command = {
  name: "platforms check",
  args: [{ form: "<file>", help: "a profile: a file, or a name that comes with Taxgate" }],
  summary: "reads a profile and says everything that is wrong with it",
  options: [],
  examples: ["platforms check ./own.yaml"],
  async run({ args, io, world }) {
    const checked = await world.showProfile(args[0] as string, "en", io.env);
    if (!checked.ok) {
      printProblems(checked.problems, io);
      return "wrong";
    }
    printWarnings(checked.warnings, io);
    io.out(`${paintFor(io).good("ok")}: profile ${checked.name}, version ${checked.version}, ${checked.routes} routes\n`);
    return "ok";
  },
};
