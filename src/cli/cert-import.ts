import { instantText } from "../base/instant.ts";
import type { Leaf } from "../certs/leaf.ts";
import { printable } from "./amounts.ts";
import { optionOf } from "./ask-journal.ts";
import { printProblems } from "./check.ts";
import { columns } from "./columns.ts";
import { FILE_ARGUMENT, type Call, type Command } from "./command.ts";
import type { Exit } from "./exit-codes.ts";
import type { Imported, ImportSource } from "./import-certificate.ts";
import { paintFor } from "./paint.ts";

const USAGE = "say either --cert and --key, or --pkcs12 and --passphrase-file (an empty file where there is no passphrase)";

/** Either pair of options, and nothing of the other; null: wrong usage. */
function sourceOf(call: Call): ImportSource | null {
  const [cert, key, file, passphraseFile] = ["cert", "key", "pkcs12", "passphraseFile"].map((name) => optionOf(call, name)) as [string | null, string | null, string | null, string | null];
  if (cert !== null && key !== null && file === null && passphraseFile === null) return { kind: "pem", cert, key };
  if (cert === null && key === null && file !== null && passphraseFile !== null) return { kind: "pkcs12", file, passphraseFile };
  return null;
}

type Compared = Extract<Imported, { kind: "compared" }>;

/** The old one and the new one beside each other. */
function sideBySide({ before, after, chains }: Compared): string[] {
  const rows: [string, (leaf: Leaf) => string][] = [
    ["subject", ({ subject }) => subject],
    ["names", ({ names }) => (names.length > 6 ? `${names.slice(0, 6).join(" ")} and ${names.length - 6} more` : names.join(" ") || "none")],
    ["issuer", ({ issuer }) => issuer],
    ["valid from", ({ notBefore }) => instantText(notBefore)],
    ["valid until", ({ notAfter }) => instantText(notAfter)],
    ["fingerprint", ({ fingerprint }) => fingerprint.slice(0, 16)],
  ];
  const chainOf = (subjects: readonly string[]): string => printable(subjects.join("; ") || "none");
  const chain = ["chain", before === null ? "-" : chainOf(chains.before), chainOf(chains.after)];
  return columns([["", "in the files", "new"], ...rows.map(([title, read]) => [title, before === null ? "-" : printable(read(before)), printable(read(after))]), chain]);
}

function endText({ outcome, files, stood }: Compared): string {
  const isOne = files.cert === files.key;
  const where = isOne ? `'${files.cert}'` : `'${files.cert}' and '${files.key}'`;
  switch (outcome) {
    case "written":
      return `written to ${where}${stood ? "; what stood there is beside, as *.previous" : ""}. A running Taxgate takes it up within seconds, and its log says so or why not\n`;
    case "same":
      return `${where} ${isOne ? "holds" : "hold"} just this already; nothing was changed\n`;
    case "dry-run":
      return `a dry run: ${where} would be replaced\n`;
    case "doubted":
      return "";
  }
}

function tell(imported: Compared, { io }: Call): Exit {
  const paint = paintFor(io);
  const { warnings, doubts, outcome } = imported;
  io.out(`${sideBySide(imported).join("\n")}\n`);
  for (const warning of warnings) io.err(paint.faint(`warning: ${warning}\n`));
  for (const doubt of doubts) io.err(outcome === "doubted" ? paint.bad(`${doubt}\n`) : paint.faint(`warning: ${doubt}\n`));
  if (outcome === "doubted") io.err("nothing was changed; if that is meant, say it with --force\n");
  io.out(endText(imported));
  return outcome === "doubted" ? "wrong" : "ok";
}

/** `taxgate cert import` */
export const certImportCommand: Command = {
  name: "cert import",
  args: [{ form: "<name>", help: "its name under 'certificates', which has 'files'" }, FILE_ARGUMENT],
  summary: "proves a new certificate with its key, and puts both into the configured files",
  options: [
    { flags: "--cert <file>", help: "PEM: the certificate, then its intermediates" },
    { flags: "--key <file>", help: "PEM: its private key, without a passphrase" },
    { flags: "--pkcs12 <file>", help: "both in one file (.p12, .pfx)" },
    { flags: "--passphrase-file <file>", help: "what opens it; an empty file where nothing is needed" },
    { flags: "--force", help: "also where it is for fewer names than the one in the files, runs out sooner, or lacks its chain" },
    { flags: "--dry-run", help: "proves and compares alone" },
  ],
  examples: ["cert import bank --cert new.pem --key new.key", "cert import bank --pkcs12 new.p12 --passphrase-file passphrase.txt --dry-run"],
  async run(call) {
    const { args, options, io, world } = call;
    const [name = "", file = ""] = args;
    const source = sourceOf(call);
    if (source === null) {
      io.err(`taxgate: ${USAGE}\n`);
      return "wrong";
    }
    const imported = await world.importCertificate({ file, name, source, force: options["force"] === true, dryRun: options["dryRun"] === true }, io.env);
    if (imported.kind === "compared") return tell(imported, call);
    printProblems(imported.problems, io);
    return "wrong";
  },
};
