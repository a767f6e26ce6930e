import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/cli.ts";
import { EXIT_CODES, exitCodesMarkdown } from "../../src/cli/exit-codes.ts";
import { run } from "./console.ts";

const HELP = `Usage: taxgate [options] [command]

edge reverse proxy and sidecar for e-invoicing

Options:
  -h, --help               display help for command

Commands:
  run [file]               starts the proxy and stays until SIGTERM or Ctrl-C
  check [file]             reads a configuration and says everything that is wrong with it
  diff <old> <new>         says what would change, and which of it needs a restart
  schema                   prints the JSON Schema of the configuration, for editors
  status [options] [file]  shows how a running Taxgate is doing
  reload [options] [file]  makes a running Taxgate read its configuration again
  cache                    purges, inspects and counts what a running Taxgate keeps of answers
  journal                  shows, decides, compares and saves what is known of submissions
  cert                     shows what can run out, renews and imports certificates, keeps private
                           authorities
  attach [options] [file]  prints how to lead an application to Taxgate without changing it
  waf                      shows whom and what the firewall keeps out, tries requests, and lifts
                           bans
  platforms                lists, shows and checks profiles of tax platforms
  token [options] <name>   makes a token for the admin API and the line that admits it
  version                  prints the version and the Node it runs on
  help [command]           display help for command

Exit codes:
  0  done
  1  a fault inside Taxgate; of journal verify and reconcile: something was found; of cert renew: no certificate came
  2  wrong configuration or wrong usage
  3  no running Taxgate answered, it is not ready, or it could not reach those it shares the cache with
  4  the token is missing, unknown, or its role does not allow this
  5  of waf test: the request is stopped

`;

const RELOAD_HELP = `Usage: taxgate reload [options] [file]

makes a running Taxgate read its configuration again

Arguments:
  file                 the configuration it runs with (default: "config/taxgate.yaml")

Options:
  --url <url>          its admin address, instead of the one in the configuration
  --token-file <file>  a file that holds the token, instead of TAXGATE_TOKEN or the state
                       directory's own
  --ca <file>          PEM file of the authorities to trust for https
  -h, --help           display help for command

Examples:
  $ taxgate reload
  $ TAXGATE_TOKEN=tg_ops_… taxgate reload --url http://127.0.0.1:9900

`;

test("the program's help reads as agreed", async () => assert.deepEqual(await run("--help"), { code: 0, out: HELP, err: "" }));
test("a command's help reads as agreed", async () => assert.deepEqual(await run("reload --help"), { code: 0, out: RELOAD_HELP, err: "" }));
test("no command at all is wrong usage, and shows the help", async () => assert.deepEqual(await run(""), { code: 2, out: "", err: HELP }));

test("a group without a command is wrong usage, and shows what there is", async () => {
  const { code, out, err } = await run("cache");
  assert.deepEqual([code, out], [2, ""]);
  for (const name of ["purge", "inspect", "stats"]) assert.match(err, new RegExp(`^  ${name} `, "m"));
});

for (const command of COMMANDS) {
  test(`${command.name} --help names its summary and its examples`, async () => {
    const { code, out } = await run(`${command.name} --help`);
    assert.equal(code, 0);
    assert.ok(out.includes(command.summary));
    for (const example of command.examples) assert.ok(out.includes(example), example);
  });
}

for (const [line, err] of [
  ["chekc", "taxgate: unknown command 'chekc'\n(Did you mean check?)\n"],
  ["xyzzy", "taxgate: unknown command 'xyzzy'\n"],
  ["cache pruge", "taxgate: unknown command 'pruge'\n(Did you mean purge?)\n"],
  ["cache inspect", "taxgate: missing required argument 'url'\n"],
  ["cache purge --sft", "taxgate: unknown option '--sft'\n(Did you mean --soft?)\n"],
  ["version --bogus", "taxgate: unknown option '--bogus'\n"],
  ["status --jsn", "taxgate: unknown option '--jsn'\n(Did you mean --json?)\n"],
  ["diff one", "taxgate: missing required argument 'new'\n"],
  ["check one two", "taxgate: too many arguments for 'check'. Expected 1 argument but got 2: one, two.\n"],
  ["token ops", "taxgate: required option '--role <role>' not specified\n"],
  ["token ops --role root", "taxgate: option '--role <role>' argument 'root' is invalid. Allowed choices are viewer, auditor, operator, admin.\n"],
] as const) {
  test(`'${line}' is wrong usage and says why`, async () => assert.deepEqual(await run(line), { code: 2, out: "", err }));
}

test("exit codes are distinct, and the README's table has them all", () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const { code, meaning } of Object.values(EXIT_CODES)) assert.ok(exitCodesMarkdown().includes(`| ${code} | ${meaning} |`));
});

test("the version comes from package.json, without loading what other commands need", async () => {
  const script = `import { runCli } from "./src/cli/cli.ts";
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    const code = await runCli(["version"], { out: (text) => process.stdout.write(text), err: () => {}, env: {}, tty: false });
    process.stdout.write(JSON.stringify({ code, loaded }));`;
  const root = join(import.meta.dirname, "..", "..");
  const text = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ["--input-type=module", "-e", script], { cwd: root }, (fault, out) => (fault === null ? resolve(out) : reject(fault)));
  });
  assert.equal(text, `taxgate ${manifest.version} (node ${process.versions.node})\n${JSON.stringify({ code: 0, loaded: [] })}`);
});
