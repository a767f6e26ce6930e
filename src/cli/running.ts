import { join } from "node:path";
import type { AdminMore, AdminReply, AdminTarget } from "./admin-client.ts";
import { FILE_ARGUMENT, type Call, type CommandOption } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import type { ConfigView, ProblemLine } from "./world.ts";

/** Options of every command that talks to a running Taxgate. */
export const RUNNING_OPTIONS: readonly CommandOption[] = [
  { flags: "--url <url>", help: "its admin address, instead of the one in the configuration" },
  { flags: "--token-file <file>", help: "a file that holds the token, instead of TAXGATE_TOKEN or the state directory's own" },
  { flags: "--ca <file>", help: "PEM file of the authorities to trust for https" },
];

/** The same for commands whose `--url` is another. */
export const ADMIN_OPTIONS: readonly CommandOption[] = RUNNING_OPTIONS.map((option) => (option.flags === "--url <url>" ? { flags: "--admin <url>", help: "Taxgate's admin address, instead of the one in the configuration" } : option));

/** The configuration of the running Taxgate: where it listens, and where its state directory is. */
export const RUNNING_ARGUMENT = { ...FILE_ARGUMENT, help: "the configuration it runs with" };

/** Name of the file in the state directory that holds the machine's own token. */
const TOKEN_FILE = "admin.token";

/** An address to call for one to listen on: "every address" is none that can be called. */
function originOf({ bind, tls }: ConfigView["admin"]): string {
  const host = bind.host === "0.0.0.0" ? "127.0.0.1" : bind.host === "::" ? "::1" : bind.host;
  return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${bind.port}`;
}

function optionText({ options }: Call, name: string): string | null {
  const value = options[name];
  return typeof value === "string" ? value : null;
}

/** Name of the option that holds the admin address. */
export type AddressOption = "url" | "admin";

type Found<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };

function readOption(call: Call, name: string): Found<string | null> {
  const path = optionText(call, name);
  if (path === null) return { ok: true, value: null };
  const text = call.world.readText(path);
  return text === null ? { ok: false, reason: `reading '${path}': it cannot be read` } : { ok: true, value: text.trim() };
}

/**
 * Finds the running Taxgate by options, environment and configuration, in this order. `option` holds its address; the
 * configuration is the last argument.
 */
async function findTarget(call: Call, option: AddressOption): Promise<Found<AdminTarget>> {
  const ca = readOption(call, "ca");
  const tokenFile = readOption(call, "tokenFile");
  if (!ca.ok) return ca;
  if (!tokenFile.ok) return tokenFile;
  const given = tokenFile.value ?? call.io.env["TAXGATE_TOKEN"] ?? null;
  const url = optionText(call, option);
  if (url !== null) {
    const isOrigin = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    return isOrigin ? { ok: true, value: { origin: new URL(url).origin, token: given, ca: ca.value } } : { ok: false, reason: `reading --${option}: got '${url}', want an address such as http://127.0.0.1:9900` };
  }
  const file = call.args.at(-1) as string;
  // What is wrong with certificates is what such a command may have been called for.
  const loaded = await call.world.loadConfig(file, call.io.env, "any");
  if (!loaded.ok) return { ok: false, reason: `reading '${file}': ${mistakesOf(loaded.problems)}; say where Taxgate runs by --${option}` };
  const own = given ?? call.world.readText(join(loaded.config.stateDir, TOKEN_FILE))?.trim() ?? null;
  return { ok: true, value: { origin: originOf(loaded.config.admin), token: own, ca: ca.value } };
}

/** What is wrong with a configuration, on one line: that it cannot be read, or where to learn more. */
export function mistakesOf(problems: readonly ProblemLine[]): string {
  const [first] = problems;
  return problems.length === 1 && first?.path === "(file)" && first.message.endsWith("want a file that can be read") ? first.message : "it has mistakes (see 'taxgate check')";
}

/** What a refusal of the admin API says. */
export function detailOf(body: unknown): string {
  return typeof body === "object" && body !== null && "detail" in body ? String(body.detail) : String(body).slice(0, 200);
}

/** An answer to go on with, or how the command ends; the reason is printed then. */
export type Asked = { readonly ok: true; readonly reply: Extract<AdminReply, { kind: "answer" }> } | { readonly ok: false; readonly exit: Exit };

/** Finds the running Taxgate and asks it. `expected` are the statuses that the command understands. */
export async function askRunning(call: Call, method: "GET" | "POST", path: string, expected: readonly number[], option: AddressOption = "url", more?: AdminMore): Promise<Asked> {
  const failed = (exit: Exit, reason: string): Asked => {
    call.io.err(`${reason}\n`);
    return { ok: false, exit };
  };
  const target = await findTarget(call, option);
  if (!target.ok) return failed("wrong", target.reason);
  const reply = await call.world.callAdmin(target.value, method, path, more);
  if (reply.kind === "unreachable") return failed("unavailable", `calling ${target.value.origin}: ${reply.reason}`);
  if (reply.status === 401 || reply.status === 403) return failed("denied", `calling ${target.value.origin}: ${detailOf(reply.body)}`);
  if (!expected.includes(reply.status)) return failed("fault", `calling ${target.value.origin}: got status ${reply.status}: ${detailOf(reply.body)}`);
  return { ok: true, reply };
}
