import { instantText } from "../base/instant.ts";
import type { AuthorityDeed, ShownAuthority, ShownCertificate } from "./authority-work.ts";
import { printProblems } from "./check.ts";
import { FILE_ARGUMENT, type Call, type Command } from "./command.ts";
import { paintFor, type Paint } from "./paint.ts";

const STATES: Readonly<Record<ShownCertificate["state"], string>> = { good: "good", ending: "near its end", ended: "has ended", "not-yet": "begins later than this machine's clock says" };

function certificateLines({ leaf, permitted, uncovered, state }: ShownCertificate, paint: Paint): string[] {
  return [
    `  subject      ${leaf.subject}`,
    `  fingerprint  SHA-256 ${leaf.fingerprint.toUpperCase().match(/../g)?.join(":") ?? ""}`,
    `  valid        ${instantText(leaf.notBefore)} to ${instantText(leaf.notAfter)}: ${state === "good" ? paint.good(STATES[state]) : paint.bad(STATES[state])}`,
    `  permits      ${permitted.join(", ")} and names below`,
    ...(uncovered.length === 0 ? [] : [`  ${paint.bad("not permitted")}, but intercepted: ${uncovered.join(", ")}`]),
  ];
}

/** What to do next, where something is to be done. */
function adviceLines({ name, current, next }: ShownAuthority): string[] {
  if (next !== null) return [`let applications trust both ('taxgate cert export-ca ${name}'), then 'taxgate cert authority ${name} --switch' and 'taxgate reload'`];
  if (current.state === "good" && current.uncovered.length === 0) return [];
  return [`'taxgate cert authority ${name} --next' prepares a successor`];
}

function authorityText(shown: ShownAuthority, deed: AuthorityDeed, paint: Paint): string {
  const { name, directory, made, current, next, former } = shown;
  return [
    `authority ${name}${made ? ", made now" : deed === "switch" ? ", in use from the next 'taxgate reload' or start on" : ""}`,
    ...certificateLines(current, paint),
    `  files        ${directory}`,
    ...(next === null ? [] : ["successor, prepared", ...certificateLines(next, paint)]),
    ...(former === null ? [] : [`former, to be trusted while applications meet it: ${former.leaf.subject}, until ${instantText(former.leaf.notAfter)}`]),
    ...adviceLines(shown),
    "",
  ].join("\n");
}

function deedOf({ options }: Call): AuthorityDeed | null {
  const [next, switched] = [options["next"] === true, options["switch"] === true];
  if (next && switched) return null;
  return next ? "next" : switched ? "switch" : "show";
}

/** `taxgate cert authority` */
export const certAuthorityCommand: Command = {
  name: "cert authority",
  args: [{ form: "<name>", help: "its name under 'certificates'" }, FILE_ARGUMENT],
  summary: "shows a private authority, makes it where there is none, and replaces it",
  options: [
    { flags: "--domains <names>", help: "names and addresses that it may make certificates for, separated by commas, where the configuration lists none" },
    { flags: "--next", help: "prepares a successor, for applications to trust before it is used" },
    { flags: "--switch", help: "puts the successor in its place" },
  ],
  examples: ["cert authority local", "cert authority local --domains tax.example,10.0.0.7", "cert authority local --next", "cert authority local --switch && taxgate reload"],
  async run(call) {
    const { args, options, io, world } = call;
    const deed = deedOf(call);
    if (deed === null) {
      io.err("taxgate: say --next or --switch, and let applications learn to trust the successor in between\n");
      return "wrong";
    }
    const loaded = await world.wholeConfig(args[1] as string, io.env);
    if (!loaded.ok) {
      printProblems(loaded.problems, io);
      return "wrong";
    }
    const domains = typeof options["domains"] === "string" ? options["domains"].split(",").map((name) => name.trim()) : [];
    const shown = await world.workOnAuthority(loaded.config, { name: args[0] as string, deed, domains });
    io.out(authorityText(shown, deed, paintFor(io)));
    return shown.current.state === "ended" ? "fault" : "ok";
  },
};
