import manifest from "../../package.json" with { type: "json" };
import type { Command } from "./command.ts";

/** The product's version, as package.json says it. */
export const VERSION: string = manifest.version;

/** `taxgate version` */
export const versionCommand: Command = {
  name: "version",
  args: [],
  summary: "prints the version and the Node it runs on",
  options: [],
  examples: ["version"],
  run({ io }) {
    io.out(`taxgate ${VERSION} (node ${process.versions.node})\n`);
    return Promise.resolve("ok");
  },
};
