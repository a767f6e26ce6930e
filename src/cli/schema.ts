import type { Command } from "./command.ts";

/** `taxgate schema` */
export const schemaCommand: Command = {
  name: "schema",
  args: [],
  summary: "prints the JSON Schema of the configuration, for editors",
  options: [],
  examples: ["schema > taxgate.schema.json"],
  async run({ io, world }) {
    io.out(`${JSON.stringify(await world.configSchema(), null, 2)}\n`);
    return "ok";
  },
};
