import type { Command } from "./command.ts";

const ROLES = ["viewer", "auditor", "operator", "admin"] as const;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `taxgate token` */
export const tokenCommand: Command = {
  name: "token",
  args: [{ form: "<name>", help: "whose token it is; appears in the log of actions" }],
  summary: "makes a token for the admin API and the line that admits it",
  options: [{ flags: "--role <role>", help: "what it may do", choices: ROLES, required: true }],
  examples: ["token ops --role operator", "token prometheus --role viewer"],
  async run({ args, options, io, world }) {
    const name = args[0] as string;
    if (!NAME.test(name)) {
      io.err(`making a token: got ${JSON.stringify(name)}, want a name of letters, digits, '.', '-' and '_', at most 64 long\n`);
      return "wrong";
    }
    const { token, hash } = await world.makeToken(name);
    io.err("the token, shown this once:\n");
    io.out(`${token}\n`);
    io.err(`\nthe line for 'admin.tokens' in the configuration:\n    - { name: ${JSON.stringify(name)}, role: ${String(options["role"])}, hash: ${JSON.stringify(hash)} }\n`);
    io.err(`or, for 'proxy.users' of a forward proxy, where it has no role:\n    - { name: ${JSON.stringify(name)}, hash: ${JSON.stringify(hash)} }\n`);
    return "ok";
  },
};
