import { createPrivateKey, X509Certificate } from "node:crypto";
import { converting, isDer } from "../base/der-file.ts";
import { isOpenToOthers, readBounded } from "../base/files.ts";
import { OperatorError } from "../base/errors.ts";
import type { CertificateOptions } from "./options.ts";
import type { KeyPair } from "./key-pair.ts";
import { prove, type PairFault } from "./prove.ts";
import { weaknessesOf } from "./weaknesses.ts";

const MOST_BYTES = 1024 * 1024;

/** A certificate's pair of files. */
export type PairFiles = NonNullable<CertificateOptions["files"]>;

/** What clients will object to, or an operator should mend, in a certificate that is used nevertheless. */
export interface PairWarning {
  /** The certificate's name in the configuration. */
  readonly name: string;
  /** The file that it is about. */
  readonly file: string;
  /** What is wrong and, where that is not plain, what to do. */
  readonly message: string;
}

/** Certificates by their names, with what is doubtful about them. */
export interface ReadPairs {
  readonly pairs: ReadonlyMap<string, KeyPair>;
  readonly warnings: readonly PairWarning[];
}

/** Nothing can be served with these; with the others an old client, or one whose clock is wrong too, may still be. */
const FATAL: readonly PairFault[] = ["unreadable", "wrong-key", "unusable"];

/** Reads a PEM file, or another text. Throws an OperatorError that names the file and says why. */
export function readPem(path: string): string {
  const reading = readBounded(path, MOST_BYTES);
  if (!reading.ok) throw new OperatorError(`reading '${path}': ${reading.reason}`);
  if (isDer(reading.bytes)) throw new OperatorError(`reading '${path}': it is no PEM file: ${derAdvice(reading.bytes)}`);
  return Buffer.from(reading.bytes).toString("utf8");
}

function derAdvice(bytes: Uint8Array): string {
  const is = (parse: (der: Buffer) => unknown): boolean => {
    try {
      parse(Buffer.from(bytes));
      return true;
    } catch {
      return false;
    }
  };
  if (is((der) => new X509Certificate(der))) return `it holds a certificate in DER, and ${converting("x509")}`;
  if ((["pkcs8", "pkcs1", "sec1"] as const).some((type) => is((key) => createPrivateKey({ key, format: "der", type })))) return `it holds a key in DER, and ${converting("pkey")}`;
  return "it holds DER; where it is PKCS#12 (.p12, .pfx), 'taxgate cert import' takes it by --pkcs12";
}

/**
 * Reads all certificates that stand in files, and looks at what clients will make of them at `now` (ms since 1970). Throws an
 * OperatorError where one is broken, or its key is another's or encrypted. One that has run out is only warned of: a restart
 * at night must not take down everything else that this process serves.
 */
export function inspectKeyPairs(certificates: Readonly<Record<string, CertificateOptions>>, now: number): ReadPairs {
  const read = filesOf(certificates).map(([name, files]) => ({ name, files, pair: readKeyPair(name, files) }));
  return {
    pairs: new Map(read.map(({ name, pair }) => [name, pair])),
    warnings: read.flatMap(({ name, files, pair }) => warningsOf(pair, files, now).map((warning) => ({ name, ...warning }))),
  };
}

function filesOf(certificates: Readonly<Record<string, CertificateOptions>>): [string, PairFiles][] {
  return Object.entries(certificates).flatMap(([name, { files }]) => (files === undefined ? [] : [[name, files]]));
}

/** Reads one pair. Throws an OperatorError, as {@link inspectKeyPairs} does, that names the certificate and the file. */
export function readKeyPair(name: string, files: PairFiles): KeyPair {
  const pair = { cert: readPem(files.cert), key: readPem(files.key) };
  const proof = prove(pair, { names: [], now: 0 });
  if (proof.ok || !FATAL.includes(proof.fault)) return pair;
  const where = proof.fault === "unreadable" && proof.why.includes("the key ") ? `'${files.key}'` : `'${files.cert}' with '${files.key}'`;
  throw new OperatorError(`certificates.${name}: reading ${where}: ${proof.why}`);
}

function warningsOf(pair: KeyPair, files: PairFiles, now: number): Omit<PairWarning, "name">[] {
  const proof = prove(pair, { names: [], now });
  const doubts = [...(proof.ok ? [] : [proof.why]), ...weaknessesOf(pair.cert, "unknown")].map((message) => ({ file: files.cert, message }));
  return isOpenToOthers(files.key) ? [...doubts, { file: files.key, message: "every user of this machine can read the key: take that right away ('chmod o-r'; in Kubernetes 'defaultMode: 0400')" }] : doubts;
}
