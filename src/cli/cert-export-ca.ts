import { pemBytes } from "../certs/pem-blocks.ts";
import type { ShownAuthority, ShownCertificate } from "./authority-work.ts";
import { printProblems } from "./check.ts";
import { FILE_ARGUMENT, type Command } from "./command.ts";

const WHICH = ["all", "current", "next", "former"] as const;
const FORMATS = ["pem", "der"] as const;

/** Those that were asked for, the one in use first. */
function chosen({ current, next, former }: ShownAuthority, which: string): ShownCertificate[] {
  const all = { current: [current], next: next === null ? [] : [next], former: former === null ? [] : [former] };
  return which === "current" || which === "next" || which === "former" ? all[which] : [...all.current, ...all.next, ...all.former];
}

/** `taxgate cert export-ca` */
export const certExportCaCommand: Command = {
  name: "cert export-ca",
  args: [{ form: "[name]", help: "its name under 'certificates'; not needed where there is one alone", preset: "" }, FILE_ARGUMENT],
  summary: "writes the certificates of a private authority, which applications have to trust; never its key",
  options: [
    { flags: "--which <which>", help: "all: the one in use, its successor and the one before; or one of them. Otherwise all, and for der the one in use", choices: WHICH },
    { flags: "--format <format>", help: "pem or der; otherwise pem", choices: FORMATS },
    { flags: "--out <file>", help: "a file to write, instead of the output" },
  ],
  examples: ["cert export-ca local --out taxgate-ca.pem", "cert export-ca local --which current --format der --out taxgate-ca.cer", "cert export-ca local --which next"],
  async run({ args, options, io, world }) {
    const [name = "", file = ""] = args;
    const der = options["format"] === "der";
    const out = typeof options["out"] === "string" ? options["out"] : null;
    const which = String(options["which"] ?? (der ? "current" : "all"));
    if (der && (out === null || which === "all")) {
      io.err("taxgate: der is for one certificate and for a file: say --out, and --which current, next or former\n");
      return "wrong";
    }
    const loaded = await world.wholeConfig(file, io.env);
    if (!loaded.ok) {
      printProblems(loaded.problems, io);
      return "wrong";
    }
    const shown = await world.workOnAuthority(loaded.config, { name: name === "" ? null : name, deed: "look", domains: [] });
    const certificates = chosen(shown, which);
    if (certificates.length === 0) {
      io.err(`exporting authority '${shown.name}': there is no ${which} one\n`);
      return "wrong";
    }
    const pem = certificates.map((one) => one.pem).join("");
    if (out === null) io.out(pem);
    else world.writePublic(out, der ? pemBytes(pem) : pem);
    if (out !== null) io.err(`${certificates.map(({ leaf }) => leaf.subject).join(", ")}: written to '${out}'\n`);
    return "ok";
  },
};
