import { runCli } from "./cli/cli.ts";

/* The only place that ends the process. */
const code = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  tty: process.stdout.isTTY,
});
process.exit(code);
