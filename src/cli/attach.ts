import { readLeaf } from "../certs/leaf.ts";
import { guideText, TARGETS } from "./attach/guide.ts";
import { waysOf } from "./attach/ways.ts";
import { printProblems } from "./check.ts";
import { FILE_ARGUMENT, type Command } from "./command.ts";
import { LANGUAGE_OPTION, languageOf } from "./language.ts";

/** `taxgate attach` */
export const attachCommand: Command = {
  name: "attach",
  args: [FILE_ARGUMENT],
  summary: "prints how to lead an application to Taxgate without changing it",
  options: [
    { flags: "--print <target>", help: "what the application is written in, or where it runs", choices: Object.keys(TARGETS), required: true },
    { flags: "--listener <name>", help: "for this listener alone" },
    { flags: "--address <host>", help: "where the application finds Taxgate, if not on its own machine" },
    LANGUAGE_OPTION,
  ],
  examples: ["attach --print java", "attach --print windows-service --listener outbound", "attach --print kubernetes config/taxgate.yaml --lang zh"],
  async run({ args, options, io, world }) {
    const file = args[0] as string;
    const loaded = await world.wholeConfig(file, io.env);
    if (!loaded.ok) {
      printProblems(loaded.problems, io);
      return "wrong";
    }
    const only = typeof options["listener"] === "string" ? options["listener"] : null;
    if (only !== null && !loaded.config.listeners.some(({ name }) => name === only)) {
      io.err(`reading --listener: got '${only}', want one of ${loaded.config.listeners.map(({ name }) => name).join(", ")}\n`);
      return "wrong";
    }
    const target = TARGETS[String(options["print"])];
    if (target === undefined) throw new Error(`printing for '${String(options["print"])}': there is no such target`);
    const { certificates } = loaded.config;
    const namesOf = (certificate: string): readonly string[] => {
      const { acme, files } = certificates[certificate] ?? {};
      return acme?.domains ?? (files === undefined ? [] : (readLeaf(world.readText(files.cert) ?? "")?.names ?? []));
    };
    const ways = waysOf(loaded.config, only, typeof options["address"] === "string" ? options["address"] : null, namesOf);
    io.out(guideText(target, ways, file, languageOf(options["lang"], io.env)));
    return "ok";
  },
};
