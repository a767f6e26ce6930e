import { systemClock, type Clock } from "../base/clock.ts";
import { OperatorError } from "../base/errors.ts";
import { readBounded } from "../base/files.ts";
import { instantText } from "../base/instant.ts";
import { replaceFiles } from "../base/replace-files.ts";
import { covers } from "../certs/covers.ts";
import type { KeyPair } from "../certs/key-pair.ts";
import { readKeyPair, readPem, type PairFiles } from "../certs/key-pairs.ts";
import { readCertificates } from "../certs/expiry/chain-end.ts";
import { leafOf, readLeaf, type Leaf } from "../certs/leaf.ts";
import type { CertificateOptions } from "../certs/options.ts";
import { prove } from "../certs/prove.ts";
import { weaknessesOf } from "../certs/weaknesses.ts";
import { loadConfig, type Env } from "../config/load.ts";
import { formatPath, type Problem } from "../config/problem.ts";
import { readFromDisk } from "../config/sources.ts";

/** Where the new material is. */
export type ImportSource = { readonly kind: "pem"; readonly cert: string; readonly key: string } | { readonly kind: "pkcs12"; readonly file: string; readonly passphraseFile: string };

/** What is to be taken in. */
export interface ImportAsked {
  /** The configuration. */
  readonly file: string;
  readonly name: string;
  readonly source: ImportSource;
  /** Also where it is for fewer names than the old one, runs out sooner, or lacks the chain that the old one has. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** What came of it. */
export type Imported =
  | { readonly kind: "problems"; readonly problems: readonly Problem[] }
  | {
      readonly kind: "compared";
      /** The one in the files now; null: none that can be read. */
      readonly before: Leaf | null;
      readonly after: Leaf;
      /** Subjects of what stands behind each. */
      readonly chains: Readonly<Record<"before" | "after", readonly string[]>>;
      /** Did anything stand in the files? */
      readonly stood: boolean;
      readonly files: PairFiles;
      /** What others may object to. */
      readonly warnings: readonly string[];
      /** Why it is not taken in without force. */
      readonly doubts: readonly string[];
      /** Nothing is written where there are doubts, on a dry run, and where the files hold just this already. */
      readonly outcome: "written" | "doubted" | "dry-run" | "same";
    };

const MOST_BYTES = 1024 * 1024;

/** Reads, proves and compares new material for a certificate that stands in files, and replaces them. Throws an OperatorError. */
export async function importCertificate(asked: ImportAsked, env: Env, clock: Clock = systemClock): Promise<Imported> {
  const loaded = loadForImport(asked.file, asked.name, env);
  if (!loaded.ok) return { kind: "problems", problems: loaded.problems };
  const files = filesOf(asked.name, loaded.config.certificates);
  const pair = await readSource(asked.source);
  const proof = prove(pair, { names: [], now: clock.wall() });
  if (!proof.ok) throw new OperatorError(`proving '${asked.source.kind === "pem" ? asked.source.cert : asked.source.file}': ${proof.why}; nothing was changed`);
  const old = present(asked.name, files);
  const before = old === null ? null : readLeaf(old.cert);
  const chains = { before: issuersIn(old?.cert ?? ""), after: issuersIn(pair.cert) };
  const doubts = before === null ? [] : doubtsOf(before, proof.leaf, chains);
  const stood = [files.cert, files.key].some(isThere);
  const compared = { kind: "compared" as const, before, after: proof.leaf, chains, stood, files, warnings: weaknessesOf(pair.cert, "unknown"), doubts };
  if (old !== null && sameText(old, pair)) return { ...compared, doubts: [], outcome: "same" };
  if (doubts.length > 0 && !asked.force) return { ...compared, outcome: "doubted" };
  if (asked.dryRun) return { ...compared, outcome: "dry-run" };
  replace(files, pair);
  return { ...compared, outcome: "written" };
}

/** The very files that are to be written may be missing or hold anything: that is what the import mends. */
function loadForImport(file: string, name: string, env: Env): ReturnType<typeof loadConfig> {
  const own = `${formatPath(["certificates", name, "files"])}.`;
  return loadConfig(file, env, readFromDisk, (place) => place.startsWith(own));
}

function filesOf(name: string, certificates: Readonly<Record<string, CertificateOptions>>): PairFiles {
  const options = certificates[name];
  if (options?.files !== undefined) return options.files;
  const known = Object.keys(certificates).filter((one) => certificates[one]?.files !== undefined);
  const others = known.length === 0 ? "the configuration has none with 'files'" : `those with 'files' are ${known.map((one) => `'${one}'`).join(", ")}`;
  const why = options === undefined ? "there is no such certificate" : options.acme === undefined ? "it is a private authority" : "it is ordered by Taxgate itself, and 'taxgate cert renew' orders it anew";
  throw new OperatorError(`finding certificate '${name}': ${why}; ${others}`);
}

async function readSource(source: ImportSource): Promise<KeyPair> {
  if (source.kind === "pem") return { cert: readPem(source.cert), key: readPem(source.key) };
  const { readPkcs12 } = await import("../certs/pkcs12/read-pkcs12.ts");
  const reading = readBounded(source.file, MOST_BYTES);
  if (!reading.ok) throw new OperatorError(`reading '${source.file}': ${reading.reason}`);
  const found = readPkcs12(reading.bytes, readPem(source.passphraseFile).replace(/\r?\n$/, ""));
  if (!found.ok) throw new OperatorError(`reading '${source.file}': ${found.why}`);
  return found.pair;
}

function isThere(path: string): boolean {
  const reading = readBounded(path, MOST_BYTES);
  return reading.ok || reading.reason !== "no such file";
}

function present(name: string, files: PairFiles): KeyPair | null {
  try {
    return readKeyPair(name, files);
  } catch (fault) {
    if (fault instanceof OperatorError) return null;
    throw fault;
  }
}

function issuersIn(cert: string): string[] {
  return readCertificates(cert).slice(1).map((one) => leafOf(one).subject);
}

function doubtsOf(before: Leaf, after: Leaf, chains: Extract<Imported, { kind: "compared" }>["chains"]): string[] {
  const missing = before.names.filter((name) => !covers(after.names, name));
  const sooner = after.notAfter < before.notAfter;
  const withoutChain = chains.before.length > 0 && chains.after.length === 0 && after.issuer === before.issuer && after.issuer !== after.subject;
  return [
    ...(withoutChain ? [`it comes without its chain, and the one in the files, from the same issuer, has it: ${chains.before.map((subject) => `'${subject}'`).join(", ")}`] : []),
    ...(missing.length > 0 ? [`it is not for ${missing.map((name) => `'${name}'`).join(", ")}, which the one in the files is for`] : []),
    ...(sooner ? [`it runs out on ${instantText(after.notAfter)}, sooner than the one in the files (${instantText(before.notAfter)})`] : []),
  ];
}

function sameText(one: KeyPair, other: KeyPair): boolean {
  return one.cert.trim() === other.cert.trim() && one.key.trim() === other.key.trim();
}

function replace(files: PairFiles, pair: KeyPair): void {
  const cert = `${pair.cert.trimEnd()}\n`;
  const key = `${pair.key.trimEnd()}\n`;
  const both = files.cert === files.key ? [{ path: files.key, content: cert + key, mode: 0o600 }] : [{ path: files.cert, content: cert, mode: 0o644 }, { path: files.key, content: key, mode: 0o600 }];
  const done = replaceFiles(both);
  if (!done.ok) throw new OperatorError(done.reason);
}
