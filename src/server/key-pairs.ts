import { createPrivateKey, X509Certificate } from "node:crypto";
import { readBounded } from "../base/files.ts";
import { OperatorError } from "../base/errors.ts";
import type { CertificateOptions } from "./options.ts";
import type { KeyPair } from "./tls-material.ts";

const MOST_BYTES = 1024 * 1024;

/** Reads a PEM file. Throws an OperatorError that names the file and says why. */
export function readPem(path: string): string {
  const reading = readBounded(path, MOST_BYTES);
  if (!reading.ok) throw new OperatorError(`reading '${path}': ${reading.reason}`);
  return Buffer.from(reading.bytes).toString("utf8");
}

/** Reads all certificates with their keys. Throws an OperatorError where one is broken or the two do not belong together. */
export function readKeyPairs(certificates: Readonly<Record<string, CertificateOptions>>): ReadonlyMap<string, KeyPair> {
  return new Map(Object.entries(certificates).map(([name, options]) => [name, readKeyPair(name, options)]));
}

function readKeyPair(name: string, { files }: CertificateOptions): KeyPair {
  const pair = { cert: readPem(files.cert), key: readPem(files.key) };
  const leaf = parsed(`certificates.${name}: reading '${files.cert}'`, () => new X509Certificate(pair.cert));
  const key = parsed(`certificates.${name}: reading '${files.key}'`, () => createPrivateKey(pair.key));
  if (!leaf.checkPrivateKey(key)) throw new OperatorError(`certificates.${name}: the key in '${files.key}' does not belong to the certificate in '${files.cert}'`);
  return pair;
}

/** What OpenSSL says about a broken file may quote it: only that it is broken is told. */
function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new OperatorError(`${what}: it is not valid PEM`);
  }
}
