import { FILE_ARGUMENT, type Command } from "./command.ts";
import { VERSION } from "./version.ts";

/** `taxgate run` */
export const runCommand: Command = {
  name: "run",
  args: [FILE_ARGUMENT],
  summary: "starts the proxy and stays until SIGTERM or Ctrl-C",
  options: [],
  examples: ["run", "run /etc/taxgate/taxgate.yaml"],
  async run({ args, io, world }) {
    const app = await world.startApp({ file: args[0] as string, env: io.env, version: VERSION, say: io.err });
    return (await app.finished) === 0 ? "ok" : "fault";
  },
};
